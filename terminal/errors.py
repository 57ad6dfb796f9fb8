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


class Restarted(Fault):
    """The program crashed, was killed or hung, and was started again."""

    code, zh, en = (
        "E01",
        "程序因故障已自动重启，记录均已保存。请先移开镜头，再继续",
        "Restarted after a fault; every record is kept. Point the camera elsewhere, then go on",
    )


class ConfigFault(Fault):
    """The configuration cannot be used; the program does not start."""

    code, zh, en = "C01", "配置文件有误，请联系管理员", "The configuration cannot be used"


class TrustFault(Fault):
    """The trust set is missing or invalid."""

    code, zh, en = "T01", "信任列表缺失或无效，无法核验凭证", "The trust set is missing or invalid"


class RegisterFault(Fault):
    """A file of the register of issued codes is faulty; it counts for nothing until a newer one comes."""

    code, zh, en = (
        "T02",
        "凭证签发登记数据有误，已停用；核验照常，请报告管理员",
        "A file of the register of issued codes is faulty and out of use; tell the administrator",
    )


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


class StorageLow(Fault):
    """The storage is nearly full; records are still kept."""

    code, zh, en = "J06", "存储空间即将用尽，请尽快上传", "Storage is nearly full; upload soon"


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


class OfflineListFault(Fault):
    """An offline list cannot be used; who is looked up in it is unchecked."""

    code, zh, en = (
        "L01",
        "离线名单缺失或损坏，机动车状态可能未核查",
        "The offline list is missing or damaged; vehicles may stay unchecked",
    )


class OfflineListRefused(OfflineListFault):
    """A new offline list was not taken; the last good one stays in force."""

    code, zh, en = (
        "L02",
        "新的离线名单未通过校验，继续使用原名单",
        "The new offline list was refused; the last good one stays in force",
    )


class HotListFault(Fault):
    """The hot list on disk cannot be read or written; alarms may be missing."""

    code, zh, en = "L03", "布控名单无法读写，可能漏报", "The hot list cannot be used; alarms may be missing"


class LinkFault(Fault):
    """The registry cannot be reached; the terminal works on without it."""

    code, zh, en = "N01", "网络不可用，按离线方式核验", "The network is unavailable; working offline"


class LinkUntrusted(LinkFault):
    """What answers as the registry's broker cannot prove that it is."""

    code, zh, en = (
        "N02",
        "联网平台证书不可信，未连接；请核对本机时间",
        "The registry's certificate cannot be trusted; check this terminal's clock",
    )


class LinkIdentityFault(LinkFault):
    """This terminal's own TLS certificate or key is missing or damaged."""

    code, zh, en = (
        "N03",
        "本机联网证书缺失或损坏，请联系管理员",
        "This terminal's network certificate is missing or damaged",
    )


class LinkExpired(LinkFault):
    """This terminal's own TLS certificate is past its time."""

    code, zh, en = (
        "N04",
        "本机联网证书已过期，请联系管理员",
        "This terminal's network certificate has expired",
    )


class LinkUnknown(LinkFault):
    """The broker does not know this terminal's TLS certificate, or it was withdrawn."""

    code, zh, en = (
        "N05",
        "联网平台不认可本机证书，请联系管理员",
        "The registry does not accept this terminal's network certificate",
    )


class LinkRefused(LinkFault):
    """The broker knows this terminal, and does not let it in or at its topics."""

    code, zh, en = "N06", "本机未获联网授权，请联系管理员", "This terminal is not authorised by the registry"


class LinkTakenOver(LinkFault):
    """Somebody else connected with this terminal's identity."""

    code, zh, en = (
        "N07",
        "本机身份正被另一设备使用，请立即报告",
        "Another device is using this terminal's identity; report it at once",
    )


class UploadFault(Fault):
    """Records of this terminal cannot reach the registry; nothing of them is removed."""

    code, zh, en = (
        "U01",
        "部分记录无法上传，请联系管理员",
        "Some records cannot be uploaded; they are kept, tell the administrator",
    )


class JournalFork(UploadFault):
    """The registry holds other records of this journal than this terminal does."""

    code, zh, en = (
        "U02",
        "平台留存的记录与本机不一致，已停止上传，请立即报告",
        "The registry holds other records than this terminal; upload stopped, report it at once",
    )


class RecordRefused(UploadFault):
    """The registry refuses a record for good, so that its journal cannot be uploaded further."""

    code, zh, en = (
        "U03",
        "平台拒收本机一条记录：原记录封存待查，另起新记录，请报告管理员",
        "The registry refuses a record for good: its journal is set aside, a new one begins; report it",
    )


class InputFault(Fault):
    """A file that a person named cannot be used."""

    code, zh, en = "F01", "文件无法使用", "The file cannot be used"
