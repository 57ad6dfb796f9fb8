"""A wipe that is cut short anywhere loses no record that was not uploaded, and goes on at the next start."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from drivers.clock import ManualClock
from keys import files, lab
from keys.key_store import open_store
from terminal import cli, config
from terminal.commands.ordered_wipe import finish_wipe
from terminal.config import Config
from terminal.errors import JournalFault, TerminalWiped
from terminal.journal.entry import Event, EventKind
from terminal.registry import codec
from terminal.registry.messages import Batch, Pieces
from terminal.registry.orders import OrderState
from terminal.rigs import trust_source
from terminal.services.assembly import open_services
from terminal.services.orders import load_state, save_state
from terminal.services.services import Services
from terminal.services.trust_service import access
from terminal.services.wiping import SECRET_TARGETS, TRUST_STORE, Holdings, forget, remaining_file, wipe
from terminal.wire import cose, signed
from tests.terminal.services.terminal_fixture import HandLink

ORDER_ID = "ab" * 16
NOW_S = time.time()
SECRETS = ("enforcement/T0001.sealed", "offline/苏.sqlite", "hotlist/苏.cbor", "roster/苏A01.sealed")


@pytest.fixture
def settings(laboratory: Path, tmp_path: Path) -> Config:
    """A terminal of its own, with two records, a picture, lists, a roster, and an ordered wipe."""
    made = config.read(laboratory / lab.CONFIG)
    identity, state = tmp_path / "identity", tmp_path / "state"
    shutil.copytree(made.paths.identity, identity)
    shutil.copytree(made.paths.state / TRUST_STORE, state / TRUST_STORE, symlinks=True)
    made = replace(made, paths=replace(made.paths, identity=identity, state=state))
    for name in SECRETS:
        target = targets_of(made) / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(b"secret")
    staging = state / TRUST_STORE / "staging"
    staging.mkdir(exist_ok=True)
    (staging / "part").write_bytes(b"secret")
    with_records(made)
    save_state(state, OrderState(wiping=ORDER_ID))
    return made


def targets_of(settings: Config) -> Path:
    """The targets of the trust set in force."""
    return (settings.paths.state / TRUST_STORE / "current").resolve() / "targets"


def opened(settings: Config) -> Services:
    """The terminal's services."""
    trusted = access(trust_source(settings))
    return open_services(settings, ManualClock(NOW_S), HandLink(), open_store, trusted)


def with_records(settings: Config) -> None:
    """Record two events and keep a picture."""
    services = opened(settings)
    for text in ("one", "two"):
        services.checks.recorder.record(Event(EventKind.FAULT, text), services.moment())
    services.uploads.uploading.evidence.keep(b"picture")
    services.close()


def holdings(settings: Config) -> Holdings:
    """Where the terminal keeps what is removed."""
    return Holdings(settings.paths.state, settings.paths.identity)


def finish(settings: Config) -> None:
    """Start the program, as far as a wipe that was ordered."""
    with pytest.raises(TerminalWiped):
        finish_wipe(settings, ManualClock(NOW_S), open_store, partial(trust_source, settings))


def carried(settings: Config, laboratory: Path) -> tuple[int, int]:
    """Count records and pieces in the file for the dock; every message in it is the terminal's own."""
    keys = signed.by_kid([files.load_public(laboratory / "identity/terminal.key.pub")])
    records = pieces = 0
    for message in cose.split(remaining_file(settings.paths.state, ORDER_ID).read_bytes()):
        batch, piece = (codec.open_signed(kind, message, keys) for kind in (Batch, Pieces))
        records += len(batch.records) if isinstance(batch, Batch) else 0
        pieces += len(piece.pieces) if isinstance(piece, Pieces) else 0
    return records, pieces


def assert_wiped(settings: Config, laboratory: Path) -> None:
    """The records are signed for the dock, and nothing else is left that gives anything away."""
    assert carried(settings, laboratory) == (2, 1)
    assert not settings.paths.identity.exists()
    assert not holdings(settings).trust.exists()
    assert not [*settings.paths.state.glob("hotlist*")]
    state = load_state(settings.paths.state)
    assert (state.wiping, state.wiped) == ("", True)


def test_a_wipe_signs_the_records_first_and_the_terminal_says_so_from_then_on(
    settings: Config, laboratory: Path
):
    finish(settings)
    assert_wiped(settings, laboratory)
    finish(settings)  # at each start
    assert (settings.paths.state / "journal.sqlite").exists()


def test_a_wipe_goes_in_its_order(settings: Config):
    targets = targets_of(settings).relative_to(settings.paths.state.parent)
    names = [str(path.relative_to(settings.paths.state.parent)) for path in steps(settings)]
    firsts = [
        "state/remaining-abababababababab.cbor",
        "state/trust/staging",
        *(f"{targets}/{name.partition('/')[0]}" for name in SECRETS),
        "state/trust",
        "identity/sealing.key",
        "identity/terminal.key",
        "identity/tls.key",
        "identity",
    ]
    places = [names.index(name) for name in firsts]
    assert places == sorted(places)
    hot = [place for place, name in enumerate(names) if name.startswith("state/hotlist.sqlite")]
    assert hot
    assert names.index("identity/identity.json") > names.index("identity/tls.key")


def steps(settings: Config) -> Iterator[Path]:
    """Carry out a wipe step by step."""

    def messages() -> Iterable[bytes]:
        services = opened(settings)
        try:
            yield from services.uploads.uploading.uploader.messages()
        finally:
            services.close()

    return wipe(holdings(settings), ORDER_ID, messages)


def killed_after(settings: Config, count: int) -> bool:
    """Carry out a wipe in a process that is killed after so many steps; False if there were no more."""
    child = os.fork()
    if child == 0:
        for number, _ in enumerate(steps(settings), 1):
            if number == count:
                os.kill(os.getpid(), signal.SIGKILL)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_a_wipe_that_is_cut_short_after_any_step_loses_no_record_and_is_finished(
    settings: Config, laboratory: Path, tmp_path: Path
):
    count = 0
    while True:
        count += 1
        each = tmp_path / f"cut{count}"
        for name in ("identity", "state"):
            shutil.copytree(tmp_path / name, each / name, symlinks=True)
        paths = replace(settings.paths, identity=each / "identity", state=each / "state")
        cut = replace(settings, paths=paths)
        if not killed_after(cut, count):
            break
        assert carried(cut, laboratory) == (2, 1)
        finish(cut)
        assert_wiped(cut, laboratory)
    assert count > 15


def test_a_wipe_without_room_for_the_records_makes_room_and_then_signs_them(
    settings: Config, laboratory: Path
):
    tries = 0

    def messages() -> Iterator[bytes]:
        nonlocal tries
        tries += 1
        if tries == 1:
            yield b"a part"
            raise OSError(28, "No space left on device")
        yield b"all"

    targets = targets_of(settings)
    done = [*wipe(holdings(settings), ORDER_ID, messages)]
    to = remaining_file(settings.paths.state, ORDER_ID)
    assert to.read_bytes() == b"all"
    assert done.index(to) > done.index(targets / "roster")
    assert done.index(to) < done.index(settings.paths.identity / "terminal.key")
    assert laboratory.exists()


def test_a_journal_that_cannot_be_read_holds_up_no_wipe(settings: Config):
    def messages() -> Iterable[bytes]:
        raise JournalFault("damaged")

    assert settings.paths.identity in [*wipe(holdings(settings), ORDER_ID, messages)]
    assert not settings.paths.identity.exists()


def test_a_link_in_the_place_of_a_folder_is_removed_and_not_followed(settings: Config, tmp_path: Path):
    elsewhere, trust = tmp_path / "elsewhere", holdings(settings).trust
    trust.rename(elsewhere)
    trust.symlink_to(elsewhere)
    for _ in wipe(holdings(settings), ORDER_ID, lambda: ()):
        pass
    assert not trust.is_symlink()
    assert (elsewhere / "sets").exists()


def test_forgetting_keeps_identity_metadata_and_records(settings: Config):
    before = set(settings.paths.identity.iterdir())
    for _ in forget(holdings(settings)):
        pass
    assert set(settings.paths.identity.iterdir()) == before
    assert not {path.name for path in targets_of(settings).iterdir()} & {*SECRET_TARGETS}
    opened(settings).close()  # the set in force is still one that verifies
    assert (settings.paths.state / "journal.sqlite").exists()


def test_a_wiped_terminal_hands_over_what_it_signed(
    settings: Config, laboratory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    finish(settings)
    written = tmp_path / "roadside.toml"
    text = (laboratory / lab.CONFIG).read_text(encoding="utf-8")
    written.write_text(text, encoding="utf-8")
    assert cli.main(["upload", "--config", str(written), "--to", str(tmp_path / "stick.cbor")]) == 0
    assert "when this terminal was wiped" in capsys.readouterr().out
    signed_then = remaining_file(settings.paths.state, ORDER_ID).read_bytes()
    assert (tmp_path / "stick.cbor").read_bytes() == signed_then
