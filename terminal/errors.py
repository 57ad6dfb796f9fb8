"""What a device can suffer: one tree of faults, each with a code and the officer's text."""

from __future__ import annotations


class Fault(Exception):  # noqa: N818 - a fault is the field's word; an error is a bug
    """A fault of the device or its surroundings, never of the credential.

    `code` is short, stable and speakable; `zh` and `en` say what is wrong and what to do;
    `detail` is for the log and holds no personal data.
    """

    code = "E00"
    zh = "设备故障"
    en = "Device fault"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.en)
        self.detail = detail

    def line(self) -> str:
        """One line for a terminal window or a log."""
        return f"{self.code} {self.en}" + (f": {self.detail}" if self.detail else "")


class ConfigFault(Fault):
    """The configuration cannot be used; the program does not start."""

    code, zh, en = "C01", "配置文件有误，请联系管理员", "The configuration cannot be used"


class TrustFault(Fault):
    """The trust set is missing or invalid."""

    code, zh, en = "T01", "信任列表缺失或无效，无法核验凭证", "The trust set is missing or invalid"


class CameraFault(Fault):
    """The camera cannot be opened or used."""

    code, zh, en = "H01", "摄像头不可用，可按号牌查询", "The camera cannot be used; look up by plate"


class CameraStalled(CameraFault):
    """The camera is open and gives no frames."""

    code, zh, en = "H02", "摄像头无画面，正在重试", "The camera gives no frames; trying again"


class DisplayFault(Fault):
    """The display cannot be opened or drawn on."""

    code, zh, en = "H03", "显示屏不可用", "The display cannot be used"


class FontFault(DisplayFault):
    """No font with Chinese characters can be loaded."""

    code, zh, en = (
        "H04",
        "中文字体缺失或损坏",
        "The Chinese font is missing or damaged; reinstall fonts-noto-cjk",
    )


class PanelFault(Fault):
    """Buzzer, lamp, vibration or buttons cannot be used."""

    code, zh, en = "H05", "声光提示不可用，请看屏幕", "Sound and lamp cannot be used; watch the screen"


class JournalFault(Fault):
    """A record could not be written, so no verdict may be shown."""

    code, zh, en = "J01", "记录未能保存，不显示结论", "The record could not be saved; no verdict is shown"


class JournalFull(JournalFault):
    """There is no space left for a record."""

    code, zh, en = (
        "J02",
        "存储空间已满，记录未能保存，不显示结论",
        "Storage is full; the record could not be saved, no verdict is shown",
    )


class JournalDamaged(JournalFault):
    """The journal fails its check."""

    code, zh, en = (
        "J03",
        "本机记录校验未通过，已整体封存",
        "The journal fails its check and was set aside whole",
    )


class JournalBusy(JournalFault):
    """Another process has the journal."""

    code, zh, en = "J04", "本机记录正被另一程序使用", "Another roadside process is using this journal"


class InputFault(Fault):
    """A file that a person named cannot be used."""

    code, zh, en = "F01", "文件无法使用", "The file cannot be used"
