"""The device around the services: its self-test, its settings, its diagnostics and its microphone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

from terminal import atomic_file
from terminal.errors import DeviceSettingsFault, JournalFault, MicrophoneFault
from terminal.screens.diagnostics import DiagnosticsTold, LoadDiagnostics
from terminal.screens.events import Failed
from terminal.screens.self_test import RunSelfTest, SelfTested
from terminal.screens.settings import ChangeSettings, LoadSettings, SettingsTold
from terminal.screens.signals import SignalLevels, Volume
from terminal.screens.values import Notice
from terminal.screens.voice import ClipHeard, DropClip, KeepClip, StartClip
from terminal.services import diagnostics
from terminal.services.device_settings import is_night
from terminal.services.self_test import Surroundings, states

if TYPE_CHECKING:
    from terminal.config import Config
    from terminal.device_ports import Parts
    from terminal.errors import Fault
    from terminal.screens.day import DayEffect
    from terminal.screens.diagnostics import Fact
    from terminal.screens.events import ScreenEvent
    from terminal.screens.values import Status
    from terminal.services.device_settings import KeptSettings
    from terminal.services.frames import FramesInHand
    from terminal.services.services import Services
    from terminal.services.signal_player import Signalling

PROBE = ".probe"
"""File that the self-test writes to the state folder and removes."""
BACKLIGHT = {1: 0.06, 2: 0.2, 3: 0.45, 4: 0.7, 5: 1.0}
"""Share of the backlight's brightest, by `brightness`: steps of about equal appearance."""
DIMMED = {1: 0.6, 2: 0.7, 3: 0.8, 4: 0.9, 5: 1.0}
"""Share of each colour without a backlight: white on black keeps a contrast of 7:1."""


@dataclass(slots=True)
class Equipment:
    """Carries out what belongs to the device rather than to a check. It raises nothing but bugs."""

    services: Services
    config: Config
    parts: Parts
    signalling: Signalling
    frames: FramesInHand
    kept: KeptSettings
    _dimmed: float = field(default=1.0, init=False)
    """Share of each colour that is shown, where no backlight could be set."""
    _write_fault: Fault | None = field(default=None, init=False)
    """Why the probe could not be written at the last self-test."""
    _faults: diagnostics.FaultHistory = field(default_factory=diagnostics.FaultHistory, init=False)
    _started_s: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        """Put the kept settings into effect."""
        self._started_s = self.services.clock.monotonic_s()
        self._apply()

    @property
    def look(self) -> tuple[str, bool, float]:
        """Language of the screens, whether the night theme is shown, and the share of each colour."""
        present = self.kept.present
        return present.language, is_night(present, self.services.moment()), self._dimmed

    def note(self, status: Status) -> None:
        """Note the faults that are shown now, for the diagnostics."""
        self._faults.note(status.notices, status.clock.now_s)

    def perform(self, effect: DayEffect) -> ScreenEvent | None:
        """Carry out what a screen asks for, and return the answering event."""
        match effect:
            case RunSelfTest():
                return self.self_test(play=True)
            case LoadSettings():
                return SettingsTold(self.kept.present)
            case ChangeSettings(settings):
                self.kept.change(settings)
                self._apply()
                return SettingsTold(settings)
            case LoadDiagnostics():
                return DiagnosticsTold(self._facts())
            case StartClip() | KeepClip() | DropClip():
                return self._clip(effect)
            case _:
                assert_never(effect)

    def self_test(self, *, play: bool) -> SelfTested:
        """Return the state of every component; `play` also plays the test signal and writes the probe."""
        if play:
            self.signalling.test()
            self._write_fault = self._probe()
        around = Surroundings(
            camera=self.frames.camera,
            frames=self.frames.count,
            battery=self.parts.battery.read() if self.parts.battery is not None else None,
            panel_fault=self.signalling.fault,
            muted=self.kept.present.volume == Volume.OFF,
            write_fault=self._write_fault,
        )
        return SelfTested(states(self.services, around))

    def heard(self) -> ClipHeard | None:
        """Return what has been recorded of a clip so far; None without a microphone."""
        return None if self.parts.microphone is None else ClipHeard(self.parts.microphone.heard())

    def close(self) -> None:
        """End a recording."""
        if self.parts.microphone is not None:
            self.parts.microphone.close()

    def _clip(self, effect: StartClip | KeepClip | DropClip) -> ScreenEvent | None:
        microphone = self.parts.microphone
        if microphone is None:
            return Failed(Notice.of(MicrophoneFault()))
        try:
            match effect:
                case StartClip():
                    microphone.start()
                    return ClipHeard(microphone.heard())
                case KeepClip(seq):
                    return self.services.keep_clip(seq, microphone.stop())
                case DropClip():
                    microphone.close()
                    return None
        except MicrophoneFault as fault:
            return Failed(Notice.of(fault))

    def _apply(self) -> None:
        """Put the present settings into effect, and say if they could not be read or kept."""
        self.services.notices.clear(DeviceSettingsFault.code)
        if self.kept.fault is not None:
            self.services.notices.add(self.kept.fault)
        present = self.kept.present
        backlight = self.parts.backlight
        lit = backlight is not None and backlight.set(BACKLIGHT[present.brightness])
        self._dimmed = 1.0 if lit else DIMMED[present.brightness]
        loud_alarm = self.config.signals.loud_alarm
        volume = Volume(present.volume)
        self.signalling.set_levels(SignalLevels(volume, vibrates=present.vibration, loud_alarm=loud_alarm))

    def _facts(self) -> tuple[Fact, ...]:
        camera = f"{self.frames.camera.value}, {self.frames.count} frames"
        return diagnostics.facts(self.services, self.config, camera, self._faults, self._started_s)

    def _probe(self) -> Fault | None:
        """Write, sync and remove a file in the state folder; return why that failed."""
        probe = self.kept.folder / PROBE
        try:
            atomic_file.write(probe, b"x")
            probe.unlink()
        except OSError as error:
            return JournalFault(f"{probe}: {error.strerror}")
        return None
