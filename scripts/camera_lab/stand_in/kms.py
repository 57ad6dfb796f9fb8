"""Stands in for kmsxx's Python side, which Debian lacks: picamera2 imports it for a preview not used here."""


class PixelFormats:
    """The formats that picamera2's preview lists when it is imported."""

    RGB888 = BGR888 = XRGB8888 = XBGR8888 = YUV420 = YVU420 = NV12 = None
