"""Faults of the device: exceptions with a code and a text for the officer."""

from __future__ import annotations


class Fault(Exception):  # noqa: N818 - "fault" is the term for a device; an error is a bug
    """Base class of faults of the device or its surroundings, never of the credential.

    `code` is short, stable and pronounceable; `zh` and `en` state the problem and the remedy; `detail` is for
    the log and contains no personal data.
    """

    code = "E00"
    zh = "设备故障"
    en = "Device fault"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.en)
        self.detail = detail

    def line(self) -> str:
        """Return one line for a terminal window or a log."""
        return f"{self.code} {self.en}" + (f": {self.detail}" if self.detail else "")


class Restarted(Fault):
    """Shown when the program crashed, was killed or hung, and was started again."""

    code, zh, en = (
        "E01",
        "程序因故障已自动重启，记录均已保存。请先移开镜头，再继续",
        "Restarted after a fault; every record is kept. Point the camera elsewhere, then go on",
    )


class StartFault(Fault):
    """Shown in place of the program when it ended many times in a row; it is started again later."""

    code, zh, en = "E02", "程序无法启动，请报告管理员", "The program does not start; tell the administrator"


class ConfigFault(Fault):
    """Raised when the configuration is invalid; the program does not start."""

    code, zh, en = "C01", "配置文件有误，请联系管理员", "The configuration cannot be used"


class IdentityFault(Fault):
    """Raised when the terminal has no identity, or a damaged one; the program does not start."""

    code, zh, en = (
        "C02",
        "本机尚未登记，请联系管理员",
        "This terminal is not enrolled; tell the administrator",
    )


class DeviceSettingsFault(Fault):
    """Shown when the settings of this device cannot be read or kept; it works with those in effect."""

    code, zh, en = "C04", "本机设置无法保存，请报告管理员", "Settings cannot be kept; tell the administrator"


class TrustFault(Fault):
    """Raised when the trust set is missing or invalid."""

    code, zh, en = "T01", "信任列表缺失或无效，无法核验凭证", "The trust set is missing or invalid"


class RegisterFault(Fault):
    """Shown when a file of the register of issued codes is faulty; it is unused until a newer one arrives."""

    code, zh, en = (
        "T02",
        "凭证签发登记数据有误，已停用；核验照常，请报告管理员",
        "A file of the register of issued codes is faulty and out of use; tell the administrator",
    )


class TrustMissing(TrustFault):
    """Shown while a terminal without a trust set fetches its first one; it cannot keep records until then."""

    code, zh, en = (
        "T05",
        "尚无信任列表，正在获取；此前无法核验，也无法查询",
        "There is no trust set yet; it is being fetched, and nothing can be checked until then",
    )


class TrustNotUpdated(TrustFault):
    """Shown when the trust set could not be updated; the one in force stays."""

    code = "T03"

    def __init__(self, detail: str, age_s: float | None) -> None:
        """`age_s` is the age of the set in force, s; None if there is none that can be used."""
        super().__init__(detail)
        hours = 0 if age_s is None else max(0, int(age_s // 3600))
        days = hours // 24
        age_zh, age = (f"{days} 天", f"{days} d") if days >= 2 else (f"{hours} 小时", f"{hours} h")
        if age_s is None:
            self.zh = "信任列表更新失败，尚无可用列表，无法核验凭证，请报告管理员"
            self.en = "The trust set could not be fetched and there is none: no code can be verified"
        else:
            self.zh = f"信任列表更新失败，沿用{age_zh}前的列表，请报告管理员"
            self.en = f"The trust set could not be updated; the one in force is {age} old"


class RulesFault(Fault):
    """Shown when new rules for verdicts are refused; those in force stay."""

    code, zh, en = (
        "T04",
        "新的判定规则有误，未启用；沿用现行规则，请报告管理员",
        "New rules for verdicts were refused; those in force stay, tell the administrator",
    )


class EnforcementFault(Fault):
    """Shown when the enforcement keys of the trust set cannot be used; nothing else depends on them."""

    code, zh, en = (
        "T06",
        "执法信息密钥无效，无法查看；核验照常，请报告管理员",
        "The enforcement keys cannot be used; checks go on, tell the administrator",
    )


class CameraFault(Fault):
    """Raised when the camera cannot be opened or used."""

    code, zh, en = "H01", "摄像头不可用，可按号牌查询", "The camera cannot be used; look up by plate"


class CameraStalled(CameraFault):
    """Raised when the camera is open but gives no frames."""

    code, zh, en = "H02", "摄像头无画面，正在重试", "The camera gives no frames; trying again"


class DisplayFault(Fault):
    """Raised when the display cannot be opened or drawn on."""

    code, zh, en = "H03", "显示屏不可用", "The display cannot be used"


class FontFault(DisplayFault):
    """Raised when no font with Chinese characters can be loaded."""

    code, zh, en = (
        "H04",
        "中文字体缺失或损坏",
        "The Chinese font is missing or damaged; reinstall fonts-noto-cjk",
    )


class PanelFault(Fault):
    """Raised when buzzer, lamp, vibration or buttons cannot be used."""

    code, zh, en = "H05", "声光提示不可用，请看屏幕", "Sound and lamp cannot be used; watch the screen"


class MicrophoneFault(Fault):
    """Raised when the microphone cannot be used or records nothing."""

    code, zh, en = "H06", "话筒不可用，未录音", "Nothing was recorded: the microphone cannot be used"


class JournalFault(Fault):
    """Raised when a record could not be written, so that no verdict may be shown."""

    code, zh, en = "J01", "记录未能保存，不显示结论", "The record could not be saved; no verdict is shown"


class JournalFull(JournalFault):
    """Raised when there is no space left for a record."""

    code, zh, en = (
        "J02",
        "存储空间已满，记录未能保存，不显示结论",
        "Storage is full; the record could not be saved, no verdict is shown",
    )


class StorageLow(Fault):
    """Shown when the storage is nearly full; records are still kept."""

    code, zh, en = "J06", "存储空间即将用尽，请尽快上传", "Storage is nearly full; upload soon"


class JournalDamaged(JournalFault):
    """Raised when the journal fails its check."""

    code, zh, en = (
        "J03",
        "本机记录校验未通过，已整体封存",
        "The journal fails its check and was set aside whole",
    )


class JournalBusy(JournalFault):
    """Raised when another process has the journal open."""

    code, zh, en = "J04", "本机记录正被另一程序使用", "Another roadside process is using this journal"


class OfflineListFault(Fault):
    """Raised when an offline list cannot be used; vehicles looked up in it are unchecked."""

    code, zh, en = (
        "L01",
        "离线名单缺失或损坏，机动车状态可能未核查",
        "The offline list is missing or damaged; vehicles may stay unchecked",
    )


class OfflineListRefused(OfflineListFault):
    """Raised when a new offline list is refused; the previous one stays in force."""

    code, zh, en = (
        "L02",
        "新的离线名单未通过校验，继续使用原名单",
        "The new offline list was refused; the last good one stays in force",
    )


class HotListFault(Fault):
    """Raised when the hot list on disk cannot be read or written; alarms may be missing."""

    code, zh, en = "L03", "布控名单无法读写，可能漏报", "The hot list cannot be used; alarms may be missing"


class HotListSilent(HotListFault):
    """Shown when the registry can be reached, but has sent nothing about the hot list for too long."""

    code, zh, en = (
        "L04",
        "布控名单长时间无更新，可能漏报，请报告管理员",
        "The hot list has been silent for too long; alarms may be missing, report it",
    )


class LinkFault(Fault):
    """Raised when the registry cannot be reached; the terminal works without it."""

    code, zh, en = "N01", "网络不可用，按离线方式核验", "The network is unavailable; working offline"


class LinkUntrusted(LinkFault):
    """Raised when the broker's certificate cannot be trusted."""

    code, zh, en = (
        "N02",
        "联网平台证书不可信，未连接；请核对本机时间",
        "The registry's certificate cannot be trusted; check this terminal's clock",
    )


class LinkIdentityFault(LinkFault):
    """Raised when this terminal's TLS certificate or key is missing, damaged, or readable by others."""

    code, zh, en = (
        "N03",
        "本机联网证书或密钥缺失、损坏或权限过宽，请联系管理员",
        "This terminal's network certificate or key is missing, damaged, or readable by others",
    )


class LinkExpired(LinkFault):
    """Raised when this terminal's TLS certificate has expired."""

    code, zh, en = (
        "N04",
        "本机联网证书已过期，请联系管理员",
        "This terminal's network certificate has expired",
    )


class LinkUnknown(LinkFault):
    """Raised when the broker does not accept this terminal's TLS certificate."""

    code, zh, en = (
        "N05",
        "联网平台不认可本机证书，请联系管理员",
        "The registry does not accept this terminal's network certificate",
    )


class LinkRefused(LinkFault):
    """Raised when the broker denies this terminal the connection or its topics."""

    code, zh, en = "N06", "本机未获联网授权，请联系管理员", "This terminal is not authorised by the registry"


class LinkTakenOver(LinkFault):
    """Raised when another client connected with this terminal's identity."""

    code, zh, en = (
        "N07",
        "本机身份正被另一设备使用，请立即报告",
        "Another device is using this terminal's identity; report it at once",
    )


class ClockWrong(Fault):
    """Shown when the registry refuses lookups because this terminal's clock is too far from its own."""

    code = "K01"

    def __init__(self, ahead_s: float) -> None:
        """`ahead_s` is how far this terminal's clock is ahead, negative where it is behind."""
        count = round(abs(ahead_s))
        super().__init__(f"{count} s {'ahead' if ahead_s > 0 else 'behind'}")
        direction_zh, direction = ("快", "ahead of") if ahead_s > 0 else ("慢", "behind")
        self.zh = f"本机时间比登记系统{direction_zh} {count} 秒，联网核查被拒，请校准时间"
        self.en = f"Clock {count} s {direction} the registry, which refuses lookups: set the clock"


class ClockFault(Fault):
    """Raised when the clock's file cannot be used, or the system's clock cannot be set."""

    code, zh, en = "K02", "时钟数据无法使用，请联系管理员", "The clock's data cannot be used"


class TerminalInactive(LinkFault):
    """Shown when the registry refuses this terminal as withdrawn."""

    code, zh, en = (
        "N08",
        "本机已被登记系统停用，联网核查被拒，请联系管理员",
        "The registry has withdrawn this terminal and refuses lookups; tell the administrator",
    )


class LookupKeyOld(LinkFault):
    """Shown when the registry cannot open this terminal's lookups: its trust data is too old."""

    code, zh, en = (
        "N09",
        "本机信任数据过旧，联网核查被拒，请更新",
        "The registry refuses lookups, since this terminal's trust data is too old: update it",
    )


class UploadFault(Fault):
    """Shown when records of this terminal cannot be uploaded; none of them is removed."""

    code, zh, en = (
        "U01",
        "部分记录无法上传，请联系管理员",
        "Some records cannot be uploaded; they are kept, tell the administrator",
    )


class JournalFork(UploadFault):
    """Shown when the registry holds other records of this journal than this terminal."""

    code, zh, en = (
        "U02",
        "平台留存的记录与本机不一致，已停止上传，请立即报告",
        "The registry holds other records than this terminal; upload stopped, report it at once",
    )


class RecordRefused(UploadFault):
    """Shown when the registry refuses a record for good, so that its journal cannot be uploaded further."""

    code, zh, en = (
        "U03",
        "平台拒收本机一条记录：原记录封存待查，另起新记录，请报告管理员",
        "The registry refuses a record for good: its journal is set aside, a new one begins; report it",
    )


class SignInFault(Fault):
    """Raised when a wrong PIN could not be counted, so that no PIN may be checked."""

    code, zh, en = (
        "S01",
        "登录数据未能保存，暂不能登录，请联系管理员",
        "Sign-in data could not be saved: nobody can sign in; tell the administrator",
    )


class RosterFault(Fault):
    """Shown when the terminal has no usable roster, so that nobody can sign in, or only by an older one."""

    code, zh, en = (
        "S02",
        "本机无可用的警员名册，请联系管理员",
        "No usable roster of officers on this terminal; tell the administrator",
    )


class InputFault(Fault):
    """Raised when a file named by the user cannot be used."""

    code, zh, en = "F01", "文件无法使用", "The file cannot be used"


class OrdersFault(Fault):
    """Raised when the orders that this terminal carried out cannot be read or written."""

    code, zh, en = (
        "O01",
        "远程指令记录无法读写，请报告管理员",
        "Remote orders cannot be read or recorded; tell the administrator",
    )


class TerminalWiped(Fault):
    """Raised when an order wiped this terminal, which has no identity any more."""

    code, zh, en = (
        "O02",
        "本机已按指令清除，请交还单位",
        "This terminal was wiped by order; return it to your unit",
    )


class TrustExpiring(Fault):
    """Shown when lists, roster and enforcement keys will be removed, since no new trust set has come."""

    code = "T06"

    def __init__(self, days: int) -> None:
        """`days` is the number of whole days left."""
        super().__init__(f"{days} days")
        self.zh = f"本机太久未更新信任列表，{days} 天后将清除名单和人员，请尽快联网更新"
        self.en = f"No new trust set for too long: lists and roster are removed in {days} days; update now"


class TrustExpired(Fault):
    """Shown when lists, roster and enforcement keys are removed, since no new trust set has come."""

    code, zh, en = (
        "T07",
        "本机太久未更新信任列表，下班后名单和人员将被清除，请联网更新",
        "No new trust set for too long: lists and roster are removed after the shift; update this terminal",
    )


class EnrolmentFault(InputFault):
    """Raised when an enrolment or a renewal cannot be completed; the identity stays as it was."""

    code, zh, en = (
        "C03",
        "登记或证书更新未完成，请联系管理员",
        "Enrolment or renewal is incomplete; tell the administrator",
    )
