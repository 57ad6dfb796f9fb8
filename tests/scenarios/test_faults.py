"""Each fault of the device is shown in words with its own code, and loses no record."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

import pytest

from terminal import app
from terminal.cli import main
from terminal.commands import run
from terminal.drawing import fonts
from terminal.drawing.theme import Style
from terminal.errors import FontFault, IdentityFault, TrustFault
from terminal.journal import database
from terminal.journal.recovery import NAME
from terminal.rigs import sim_rig, trust_source
from terminal.scenarios import player
from terminal.scenarios import script as scenario
from terminal.screens import state
from terminal.screens.ui import Ui
from terminal.screens.values import Notice, Status
from tests.scenarios.conftest import SIGN_IN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.scenarios.conftest import Desk, Registry


def own_state(laboratory: Path, folder: Path) -> Path:
    """Write the laboratory's configuration with a state directory in `folder`."""
    file = laboratory / f"{folder.name}.toml"
    content = (laboratory / "roadside.toml").read_text(encoding="utf-8")
    file.write_text(content.replace('state = "state"', f'state = "{folder}/state"'), encoding="utf-8")
    shutil.copytree(laboratory / "state", folder / "state", symlinks=True)
    return file


UNSHARE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
"""A mount namespace, which any user may have."""


def test_a_full_disk_shows_no_verdict_and_loses_no_record(
    laboratory: Path, photographs: Path, tmp_path: Path
) -> None:
    """The records are two checks, the full disk, and a picture."""
    inside = (
        'mount -t tmpfs -o size=32m none "$3" && "$0" -m tests.scenarios.full_disk "$1" "$2" "$3"'
        ' && "$0" -m terminal.cli journal verify --config "$4"'
    )
    settings = own_state(laboratory, tmp_path)
    arguments: list[str | Path] = [sys.executable, laboratory, photographs, tmp_path, settings]
    done = subprocess.run(
        [*UNSHARE, "sh", "-c", inside, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 failures\nwhole: 6 records" in done.stdout


def test_an_alarm_is_shown_on_a_full_disk_and_recorded_and_acknowledged_when_there_is_room(
    laboratory: Path, photographs: Path, tmp_path: Path, registry: Registry
) -> None:
    """The records are the check, the full disk and the alarm; then another check and its answer."""
    inside = (
        'mount -t tmpfs -o size=32m none "$3"'
        ' && "$0" -m tests.scenarios.full_disk_alarm "$1" "$2" "$3" "$5" "$6"'
        ' && "$0" -m terminal.cli journal verify --config "$4"'
    )
    folders = [laboratory, photographs, tmp_path, own_state(laboratory, tmp_path)]
    arguments: list[str | Path] = [sys.executable, *folders, str(registry.port), str(registry.process.pid)]
    done = subprocess.run(
        [*UNSHARE, "sh", "-c", inside, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 failures\nwhole: 7 records" in done.stdout


def test_a_damaged_font_is_shown_in_english_and_the_process_ends(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "fonts"
    folder.mkdir()
    for name in (fonts.REGULAR, fonts.BOLD):
        (folder / name).write_bytes(b"no font")
    desk.settings = replace(desk.settings, paths=replace(desk.settings.paths, fonts=folder))
    with pytest.raises(FontFault) as fault:
        desk.start()
    assert "fonts-noto-cjk" in fault.value.en
    look = Style("en", fonts.Fonts.fallback(), desk.rig.display.size)
    stop = Event()
    stop.set()
    app.show_fatal(desk.setup().rig, fault.value, look, stop)
    desk.rig.shot(tmp_path / "halted.png")
    assert (tmp_path / "halted.png").stat().st_size > 2_000  # something is drawn on it


def test_a_missing_trust_set_halts_before_any_check(desk: Desk) -> None:
    desk.trust_source = partial(trust_source, desk.settings)
    with pytest.raises(TrustFault, match="no trust set has been installed"):
        desk.start()
    assert not desk.settings.paths.state.exists()


def test_a_terminal_that_is_not_enrolled_has_no_link_and_says_why(desk: Desk, tmp_path: Path) -> None:
    desk.settings = replace(desk.settings, paths=replace(desk.settings.paths, identity=tmp_path / "none"))
    rig, simulated = sim_rig(desk.settings, show_window=False)
    simulated.close()
    assert rig.link is None
    with pytest.raises(IdentityFault, match=r"identity\.json: No such file"):
        desk.start()
    assert not desk.settings.paths.state.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("[paths]", "[pathes]"), "roadside: C01"),
        (('state = "state"\n', ""), "missing key state"),
        (('identity = "', 'idenity = "'), "did you mean identity?"),
    ],
)
def test_a_wrong_configuration_is_one_line(
    laboratory: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], change: tuple[str, str], said: str
) -> None:
    file = tmp_path / "roadside.toml"
    file.write_text((laboratory / "roadside.toml").read_text(encoding="utf-8").replace(*change))
    assert main(["run", "--rig", "sim", "--config", str(file), "--scenario", str(file)]) == run.FAULT
    output = capfd.readouterr()
    assert output.out == ""
    assert said in output.err
    assert len(output.err.splitlines()) == 1


def test_an_expectation_that_is_not_met_is_named_and_fails(desk: Desk) -> None:
    said: list[str] = []
    playing = player.Player(desk.start(), desk.rig, desk.shots, said.append, patience_s=0.1)
    words = "show blur.jpg\nexpect ready\nexpect trouble J02"
    assert not playing.play(scenario.parse(words, desk.photographs))
    assert said[1].startswith("NOT AS EXPECTED (line 3): ready")
    assert said[2] == "0 checks, 1 expectations not met"


def ended(laboratory: Path, photographs: Path, folder: Path, how: signal.Signals) -> tuple[int, str]:
    """End a terminal after two verdicts; return its exit status and standard error.

    Its scenario waits forever at the end.
    """
    script = photographs / "ended.scenario"
    script.write_text(
        f"{SIGN_IN}\nshow phone.jpg\nexpect compare\npress TRIGGER\nshow payment.jpg\n"
        "expect undetermined\npress TRIGGER\nexpect trouble J02\n",
        encoding="utf-8",
    )
    settings: list[str | Path] = ["--config", own_state(laboratory, folder), "--shots", folder / "shots"]
    command = [sys.executable, "-m", "terminal.cli", "run", "--rig", "sim", "--scenario", script, *settings]
    crashing = os.environ | {"PYTHONFAULTHANDLER": "1"}  # as the unit sets it
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=crashing
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        for line in child.stdout:
            if line.startswith("undetermined"):
                break
        child.send_signal(how)
        said = child.stderr.read()
    return child.returncode, said


def test_a_killed_terminal_keeps_every_verdict_it_showed(
    laboratory: Path, photographs: Path, tmp_path: Path
) -> None:
    status, _ = ended(laboratory, photographs, tmp_path, signal.SIGKILL)
    assert status == -signal.SIGKILL
    with closing(database.connect_read_only(tmp_path / "state" / NAME)) as db:
        assert database.load(db).head.seq == 4  # two of the sign-in


def test_what_a_crash_prints_names_no_vehicle_and_no_officer(
    laboratory: Path, photographs: Path, tmp_path: Path
) -> None:
    """The watchdog ends a hanging process by SIGABRT, and its stacks are logged."""
    status, said = ended(laboratory, photographs, tmp_path, signal.SIGABRT)
    assert status == -signal.SIGABRT
    assert "Fatal Python error: Aborted" in said
    assert not any(secret in said for secret in ("12345", "苏", "000001", "VI1:", "pay.example"))
    shutil.rmtree(tmp_path / "state" / "trust")  # public: issuers are authorities, such as 苏A
    kept = b"".join(path.read_bytes() for path in (tmp_path / "state").rglob("*") if path.is_file())
    assert not any(secret in kept for secret in (b"12345", "苏".encode(), b"000001", b"VI1:", b"pay.example"))


def test_trouble_is_left_by_a_press(desk: Desk) -> None:
    terminal = desk.start()
    terminal.ui = Ui(state.FaultScreen(Status(), Notice("J01", "", "")))
    desk.play("press TRIGGER\nexpect ready")
