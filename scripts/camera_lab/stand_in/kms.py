"""Stub of kmsxx's Python module, which Debian lacks: picamera2 imports it for a preview that is not used."""


class PixelFormats:
    """Formats that picamera2's preview refers to on import."""

    RGB888 = BGR888 = XRGB8888 = XBGR8888 = YUV420 = YVU420 = NV12 = None
