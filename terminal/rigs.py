"""Composition root: builds the hardware, or its simulation, and the link that a configuration names."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from terminal import identity
from terminal.clock.trusted_clock import RELEASED_S, TrustedClock
from terminal.device_ports import Parts
from terminal.errors import ConfigFault, IdentityFault, InputFault, LinkFault, PanelFault
from terminal.firmware.files import running
from terminal.ports import (
    Camera,
    Display,
    KeyStore,
    Link,
    Panel,
    Rig,
    ServiceManager,
    TimeSource,
    TrustUpdater,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from drivers.desk import DeskScreen
    from drivers.sim import SimRig
    from keys.enrolment.device import DeviceEnrolment
    from keys.selection import Selection
    from keys.trust_store import TrustStore
    from terminal.config import Config
    from terminal.credential.trust_source import TrustReport, TrustSource, UpdateReport
    from terminal.model import Luma
    from terminal.slots import Slots


def pi_rig(settings: Config) -> Rig:
    """Open the device's hardware; without a panel, the rig has one that raises its fault, and the screen
    works on.
    """
    from drivers import backlight, battery, microphone, panel  # noqa: PLC0415 - loads hardware's own

    pins = settings.panel
    wiring = panel.Pins(
        buzzer=pins.buzzer_pin,
        vibration=pins.vibration_pin,
        lamp=(pins.red_pin, pins.green_pin, pins.blue_pin),
        torch=pins.torch_pin,
        trigger=pins.trigger_pin,
        confirm=pins.confirm_pin,
        back=pins.back_pin,
    )
    shown, service_manager = device_display(settings)
    try:
        signals: Panel = panel.GpioPanel(wiring, tonal=pins.sound == "tone")
    except PanelFault as fault:
        signals = panel.MissingPanel(fault)
    return Rig(
        open_camera=partial(open_camera, settings),
        display=shown,
        panel=signals,
        clock=trusted_clock(settings),
        service_manager=service_manager,
        link=_link_if_enrolled(settings),
        parts=Parts(battery.SysfsBattery(), microphone.AlsaMicrophone(), backlight.SysfsBacklight()),
    )


def device_display(settings: Config) -> tuple[Display, ServiceManager]:
    """Open the device's display, and the service manager's notifications. Raises DisplayFault."""
    from drivers import display, sd_notify  # noqa: PLC0415 - loads pygame

    screen = settings.display
    kinds = {"kms": display.kms, "window": display.window, "offscreen": display.offscreen}
    make_display = kinds.get(screen.kind, display.FramebufferDisplay)
    return make_display((screen.width, screen.height), screen.rotation), sd_notify.SystemdNotify()


def open_camera(settings: Config) -> Camera:
    """Open the configured camera. Raises CameraFault."""
    from drivers import camera_cv, camera_pi  # noqa: PLC0415 - loads OpenCV and libcamera

    camera = settings.camera
    size, fps = (camera.width, camera.height), camera.frames_per_s
    if camera.source == "pi":
        return camera_pi.PiCamera(camera_pi.Optics(frame_us=(1_000_000 // fps, 2_000_000 // fps)), size)
    return camera_cv.open_camera(camera.source.removeprefix("cv:"), fps=fps, size=size)


def enrolment_of(settings: Config, serial: str | None) -> DeviceEnrolment:
    """Return the enrolment of this device, or as one with this serial number."""
    import nacl.utils  # noqa: PLC0415 - loads libsodium

    from drivers import board  # noqa: PLC0415 - only enrolment needs it
    from keys import tpm  # noqa: PLC0415 - only enrolment needs it
    from keys.enrolment.device import DeviceEnrolment  # noqa: PLC0415 - loads libsodium

    number = board.serial_number if serial is None else lambda: serial
    return DeviceEnrolment(settings.paths.identity, number, nacl.utils.random, tpm.present())


def link_of(settings: Config, *, manual_ack: bool = True) -> Link | None:
    """Return the link to the registry, unopened; None if the configuration names no registry.

    With `manual_ack`, the caller acknowledges answers. Raises IdentityFault, and InputFault for unusable
    keys.
    """
    from drivers import link, link_connection  # noqa: PLC0415 - loads paho-mqtt
    from terminal.registry import topics  # noqa: PLC0415 - loads libsodium

    registry = settings.registry
    if registry is None:
        return None
    terminal, tls = identity.load(settings.paths.identity).number, open_keys(settings.paths.identity).tls
    return link.MqttLink(
        link_connection.LinkSettings(
            registry.host,
            registry.port,
            terminal,
            tls.ca,
            tls.certificate,
            tls.key,
            topics.link(terminal),
            # The broker grants no other subscriptions.
            (topics.answer(terminal), topics.order(terminal), topics.every("hotlist")),
            frozenset({topics.order(terminal), *([topics.answer(terminal)] if manual_ack else [])}),
            tls.passphrase,
        )
    )


def _link_if_enrolled(settings: Config) -> Link | None:
    """Return `link_of`, or None without a usable identity: the app then shows why it cannot start."""
    try:
        return link_of(settings)
    except (IdentityFault, InputFault):
        return None


def sim_rig(settings: Config, *, show_window: bool) -> tuple[Rig, SimRig]:
    """Make a simulated rig; in a window it runs on the system's clock and the configured camera."""
    from drivers import camera_cv, sd_notify, sim  # noqa: PLC0415 - loads pygame and gpiozero

    desk = sim.sim_rig(show_window=show_window, fps=settings.camera.frames_per_s)
    source = settings.camera.source
    rig = Rig(
        open_camera=partial(camera_cv.open_camera, source.removeprefix("cv:"))
        if show_window and source.startswith("cv:")
        else lambda: desk.camera,
        display=desk.display,
        panel=desk.panel,
        clock=trusted_clock(settings) if show_window else desk.clock,
        service_manager=sd_notify.SystemdNotify(),
        link=_link_if_enrolled(settings),
        parts=Parts(desk.battery, desk.microphone),
    )
    return rig, desk


def desk_rig(settings: Config, samples: Path | None, screen: DeskScreen | None) -> tuple[Rig, str | None]:
    """Make the rig of a desk, with the tray of folder `samples`; return it and its page's address, if any.

    `screen` None chooses a window where there is a desktop. Raises InputFault, DisplayFault, and ConfigFault
    for a terminal that is not a laboratory's, because everybody at the machine can use a desk.
    """
    from drivers import camera_cv, desk, sd_notify  # noqa: PLC0415 - loads pygame and gpiozero

    if not trust_source(settings).laboratory:
        raise ConfigFault("--rig desk is for the terminal of a laboratory")
    shown, camera = settings.display, settings.camera
    look = desk.DeskLook((shown.width, shown.height), settings.terminal.language, settings.paths.fonts)
    tonal = settings.panel.sound == "tone"
    made = desk.desk_rig(
        samples, look, screen or desk.usual_screen(os.environ), fps=camera.frames_per_s, tonal=tonal
    )
    rig = Rig(
        open_camera=partial(camera_cv.open_camera, camera.source.removeprefix("cv:"))
        if camera.source.startswith("cv:")
        else made.scene.open_camera,
        display=made.display,
        panel=made.panel,
        clock=trusted_clock(settings),
        service_manager=sd_notify.SystemdNotify(),
        link=_link_if_enrolled(settings),
    )
    return rig, made.address


def system_time() -> tuple[TimeSource, Callable[[float], None]]:
    """Return the machine's clocks, and the function that sets its wall clock (Unix s)."""
    from drivers import clock  # noqa: PLC0415 - the simulated rig needs none

    return clock.SystemTime(), clock.set_system_clock


def trusted_clock(settings: Config) -> TrustedClock:
    """Return the machine's trusted clock; its floor and what set it right are kept in the state folder."""
    from drivers import clock  # noqa: PLC0415 - the simulated rig needs none

    return TrustedClock(clock.SystemTime(), settings.paths.state, RELEASED_S)


def open_keys(folder: Path) -> KeyStore:
    """Open the private keys of an identity folder. Raises InputFault."""
    from keys import key_store  # noqa: PLC0415 - loads libsodium

    return key_store.open_store(folder)


def draw_code(text: str) -> Luma:
    """Draw a text as a QR code, uint8 [height, width]. Raises InputFault for a text that is too long."""
    import numpy as np  # noqa: PLC0415 - only the self-test needs it

    from keys import qr  # noqa: PLC0415 - only the self-test needs it

    return np.asarray(qr.qr_image(text, "M", 4))


def trust_source(settings: Config, *, beside: bool = False) -> TrustSource:
    """The trust sets of this terminal's own store; `beside`, big files are hashed beside the work.

    Raises IdentityFault, TrustFault.
    """
    from keys.trust_source import StoredTrust  # noqa: PLC0415 - loads tuf

    return StoredTrust(*_trust_store(settings), beside=beside)


def trust_updater(config_file: Path) -> TrustUpdater:
    """Updates of the trust set, each by `roadside trust update` in a process of its own."""
    from drivers.trust_update import UpdateProcess  # noqa: PLC0415 - only a running terminal needs it

    command = ("-m", "terminal.cli", "trust", "update", "--json", "--config", str(config_file))
    return UpdateProcess((sys.executable, *command))


def fetch_trust(settings: Config, origin: str, now_s: float) -> UpdateReport:
    """Bring the newest trust set of an https:// address or a folder in force, as of `now_s` (Unix time, s).

    Raises IdentityFault, LinkFault, TrustFault and ConfigFault; the set in force then stays as it is.
    """
    from keys.trust_source import fetch  # noqa: PLC0415 - loads tuf

    store, selection = _trust_store(settings)
    return fetch(store, selection, origin, settings.paths.identity / identity.CA, now_s)


def trust_report(settings: Config) -> TrustReport:
    """Verify the trust set in force, and describe it. Raises IdentityFault, TrustFault."""
    from keys.trust_source import report  # noqa: PLC0415 - loads tuf

    return report(*_trust_store(settings))


def _trust_store(settings: Config) -> tuple[TrustStore, Selection]:
    """The store, and the choice of targets that follows from identity and settings alone."""
    from keys.selection import selection_of  # noqa: PLC0415 - loads libsodium
    from keys.trust_source import terminal_store  # noqa: PLC0415 - loads tuf

    hotlists = frozenset(settings.registry.provinces) if settings.registry else frozenset()
    runs = running()
    selection = selection_of(
        identity.load(settings.paths.identity),
        settings.trust.provinces,
        hotlists or None,
        None if runs is None else runs.name,
    )
    return terminal_store(settings.paths.state, settings.paths.identity / identity.ROOT), selection


def depot(settings: Config, origin: str) -> Callable[[str], Iterable[bytes]]:
    """Return what reads a file of an https:// address or a folder. It raises LinkFault."""
    from tuf.api.exceptions import DownloadError  # noqa: PLC0415 - only this command needs it

    from keys.sources import FolderSource, HttpsSource  # noqa: PLC0415 - loads tuf

    remote = urlsplit(origin).scheme in ("http", "https")
    source = (
        HttpsSource(origin, settings.paths.identity / identity.CA) if remote else FolderSource(Path(origin))
    )

    def read(path: str) -> Iterable[bytes]:
        try:
            yield from source.read(path)
        except DownloadError as error:
            raise LinkFault(f"depot: {error}") from error

    return read


def slots() -> Slots:
    """The slots of this image."""
    from drivers.slots import RaucSlots  # noqa: PLC0415 - only this command needs it

    return RaucSlots()


def test_code(now_s: int) -> str:
    """Sign a code with a key of the moment, draw it, and read and verify it as a terminal does; describe it.

    Raises InputFault if it is not found current.
    """
    from keys.test_code import read_back  # noqa: PLC0415 - loads libsodium and zxing-cpp

    return read_back(os.urandom, now_s)
