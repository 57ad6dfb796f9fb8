"""`roadside enrol` over HTTP, with a man in the middle, by files, by camera, again, and its renewals."""

from __future__ import annotations

import http.client
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest
from nacl.utils import random as random_bytes

from drivers import board
from keys import certificates, key_store, qr, terminals
from keys.enrolment.messages import EnrolmentCode, write_code
from keys.enrolment.service import EnrolmentServer
from terminal import cli, identity
from terminal.commands import enrol
from terminal.errors import InputFault
from terminal.journal import former
from terminal.journal.entry import Event, EventKind, Stamp
from terminal.journal.store import Journal
from terminal.rigs import enrolment_of
from terminal.services.wiping import Holdings, wipe
from tests.keys.enrolment.conftest import HOUR_S, PROFILE, SERIAL, Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def port(desk: Desk) -> Iterator[int]:
    """The authority's service on loopback."""
    with served(EnrolmentServer(desk.authority, "127.0.0.1", 0, lambda: desk.now_s)) as found:
        yield found


@contextmanager
def served(server: HTTPServer) -> Iterator[int]:
    with server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@contextmanager
def in_between(
    port: int, up: Callable[[bytes], bytes] = bytes, down: Callable[[bytes], bytes] = bytes
) -> Iterator[int]:
    """A relay before the service, which changes what passes it."""

    class Relay(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = up(self.rfile.read(int(self.headers["Content-Length"])))
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("POST", self.path, content)
            answer = connection.getresponse()
            received = down(answer.read())
            connection.close()
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(received)))
            self.end_headers()
            self.wfile.write(received)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
            """Say nothing."""

    with served(HTTPServer(("127.0.0.1", 0), Relay)) as found:
        yield found


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def offer(desk: Desk, port: int) -> EnrolmentCode:
    return desk.authority.offer(PROFILE, SERIAL, desk.now_s + HOUR_S, f"127.0.0.1:{port}", random_bytes)


def settings(desk: Desk, *, service: int = 9, camera: str = "pi") -> Path:
    file = desk.folder.parent / "roadside.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(
        "[terminal]\n"
        '[paths]\nstate = "state"\nidentity = "identity"\n'
        f'[registry]\nhost = "127.0.0.1"\nenrolment = "127.0.0.1:{service}"\n[camera]\nsource = "{camera}"\n',
        encoding="utf-8",
    )
    return file


def run(desk: Desk, *arguments: str, **config: object) -> int:
    file = settings(desk, **config)  # type: ignore[arg-type]  # a port, or a camera's name
    return cli.main(["enrol", "--config", str(file), "--serial", SERIAL, *arguments])


def test_a_device_is_enrolled_by_the_code_alone(desk: Desk, port: int, capsys: pytest.CaptureFixture[str]):
    assert run(desk, "--code", write_code(offer(desk, port))) == enrol.DONE
    assert capsys.readouterr().out == "enrolled as T0007\n"
    assert identity.load(desk.folder).number == "T0007"


def test_a_man_in_the_middle_changes_nothing_but_can_only_stop_it(
    desk: Desk, port: int, capsys: pytest.CaptureFixture[str]
):
    for change in ({"up": flipped}, {"down": flipped}):
        with in_between(port, **change) as relay:
            code = offer(desk, relay)
            assert run(desk, "--code", write_code(code)) == cli.FAULT
        assert not desk.folder.exists()
    assert "not to be believed" in capsys.readouterr().err
    with in_between(port) as relay:
        assert run(desk, "--code", write_code(offer(desk, relay))) == enrol.DONE


def test_the_camera_reads_the_code_from_the_authority_s_screen(desk: Desk, port: int, tmp_path: Path):
    (tmp_path / "seen").mkdir()
    text = write_code(offer(desk, port))
    (tmp_path / "seen" / "code.png").write_bytes(qr.png(qr.qr_image(text, "M", 6)))
    assert run(desk, camera=f"cv:{tmp_path / 'seen'}") == enrol.DONE
    assert identity.load(desk.folder).number == "T0007"


def test_a_camera_that_sees_no_code_gives_up(tmp_path: Path):
    (tmp_path / "code.png").write_bytes(qr.png(qr.qr_image("VI1:OTHER", "M", 6)))
    from drivers.camera_cv import open_camera  # noqa: PLC0415 - loads OpenCV

    with pytest.raises(InputFault, match="saw no enrolment code"):
        enrol.read_code(lambda: open_camera(str(tmp_path / "code.png"), fps=100), 0.2)


def test_by_stick_the_request_and_the_answer_are_files(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    request, answer = tmp_path / "request", tmp_path / "answer"
    code = write_code(desk.offer())
    assert run(desk, "--code", code) == cli.FAULT
    assert "the code names no service of the authority" in capsys.readouterr().err
    assert run(desk, "--code", code, "--request", str(request)) == enrol.DONE
    assert run(desk, "--code", code, "--request", str(request)) == cli.FAULT  # it is not overwritten
    answer.write_bytes(desk.authority.answer(request.read_bytes(), desk.now_s))
    assert run(desk, "--answer", str(answer)) == enrol.DONE
    assert identity.load(desk.folder).number == "T0007"
    assert run(desk, "--answer", str(answer)) == cli.FAULT
    assert run(desk, "--answer", str(tmp_path / "none")) == cli.FAULT


def test_a_refusal_and_a_service_that_is_away_are_told(
    desk: Desk, port: int, capsys: pytest.CaptureFixture[str]
):
    code = offer(desk, port)
    desk.now_s += 2 * HOUR_S
    assert run(desk, "--code", write_code(code)) == cli.FAULT
    assert "C03 Enrolment or renewal is incomplete; tell the administrator" in (
        told := capsys.readouterr().err
    )
    assert "says: refused: the code has expired" in told
    with served(HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)) as gone:
        pass
    assert run(desk, "--code", write_code(offer(desk, gone))) == cli.FAULT
    assert f"the service at 127.0.0.1:{gone} cannot be reached" in capsys.readouterr().err


def journal(desk: Desk) -> Journal:
    return Journal.open(
        desk.folder.parent / "state",
        terminal_public_key=key_store.open_store(desk.folder).public_key,
        sealing_key=key_store.open_store(desk.folder).sealing.public,
        random=random_bytes,
        stamp=STAMP,
        reserve_bytes=4096,
    )


STAMP = Stamp(terminal="T0007", at_ms=1_790_000_000_000, clock_trusted=True)


def test_enrolled_again_its_journal_begins_anew_once_everything_is_uploaded(
    desk: Desk, port: int, capsys: pytest.CaptureFixture[str]
):
    assert run(desk, "--code", write_code(offer(desk, port))) == enrol.DONE
    before = key_store.open_store(desk.folder).public_key
    with closing(journal(desk)) as open_journal:
        open_journal.append(STAMP, Event(EventKind.CLOCK, "x"))
        head = open_journal.head
    code = write_code(offer(desk, port))
    assert run(desk, "--code", code) == cli.FAULT
    assert "1 records are not uploaded yet: roadside upload" in capsys.readouterr().err
    assert terminals.load(desk.authority.repository.content)[7].public_key == before
    with closing(journal(desk)) as open_journal:
        assert run(desk, "--code", code) == cli.FAULT
        assert "J04" in capsys.readouterr().err
        assert open_journal.mark_receipted(head.seq, head.hash, 0)
    assert run(desk, "--code", code) == enrol.DONE
    with closing(journal(desk)) as open_journal:
        assert open_journal.head.seq == 0
        assert open_journal.set_aside is None


def test_after_a_wipe_it_is_enrolled_anew_and_what_remained_is_kept(
    desk: Desk, port: int, capsys: pytest.CaptureFixture[str]
):
    assert run(desk, "--code", write_code(offer(desk, port))) == enrol.DONE
    with closing(journal(desk)) as open_journal:
        open_journal.append(STAMP, Event(EventKind.CLOCK, "x"))
        journal_id = open_journal.head.journal_id
    state = desk.folder.parent / "state"
    (state / "trust").mkdir()
    for _ in wipe(Holdings(state, desk.folder), "00" * 16, lambda: [b"signed"]):
        pass
    (state / "trust").mkdir()
    assert run(desk, "--code", write_code(offer(desk, port))) == enrol.DONE
    kept = state / f"{former.FORMER}{journal_id.hex()}"
    assert f"{kept}: the journal of the identity before" in capsys.readouterr().out
    assert {"journal.sqlite", "remaining-0000000000000000.cbor"} <= {path.name for path in kept.iterdir()}
    assert not (state / "trust").exists()
    with closing(journal(desk)) as open_journal:
        assert open_journal.head.seq == 0


def test_versions_of_the_trust_set_are_kept_under_the_same_root(desk: Desk, port: int):
    trust = desk.folder.parent / "state" / "trust"
    for _ in range(2):
        assert run(desk, "--code", write_code(offer(desk, port))) == enrol.DONE
        trust.mkdir(parents=True, exist_ok=True)
        (trust / "floors").touch()
    assert (trust / "floors").exists()
    (desk.folder / identity.ROOT).write_bytes(b"another authority's")
    assert run(desk, "--code", write_code(offer(desk, port))) == enrol.DONE
    assert not trust.exists()


def test_the_certificate_is_renewed_when_it_is_due(desk: Desk, port: int, capsys: pytest.CaptureFixture[str]):
    assert run(desk, "--code", write_code(offer(desk, port))) == enrol.DONE
    assert run(desk, "--renew", service=port) == enrol.DONE
    assert capsys.readouterr().out.endswith("not due for renewal\n")
    from terminal import config  # noqa: PLC0415 - read once the file is there

    device = enrolment_of(config.read(settings(desk, service=port)), SERIAL)
    before = certificates.load_certificate(desk.folder / identity.TLS_CERTIFICATE)
    desk.now_s += 25 * 86_400
    with pytest.raises(InputFault, match="names no service"):
        enrol.renew(device, None, desk.now_s)
    assert enrol.renew(device, f"127.0.0.1:{port}", desk.now_s) == enrol.DONE
    after = certificates.load_certificate(desk.folder / identity.TLS_CERTIFICATE)
    assert after.not_valid_after_utc > before.not_valid_after_utc
    desk.authority.withdraw("T0007", desk.now_s)
    desk.now_s += 25 * 86_400
    with pytest.raises(InputFault, match="not an active terminal"):
        enrol.renew(device, f"127.0.0.1:{port}", desk.now_s)


def test_the_serial_number_is_the_board_s_own(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"10000000a1b2c3d4\0")
    (tmp_path / "b").write_bytes(b"0123\n")
    none = tmp_path / "none"
    assert board.serial_number((tmp_path / "a", tmp_path / "b")) == "10000000a1b2c3d4"
    assert board.serial_number((none, tmp_path / "b")) == "0123"
    (tmp_path / "a").write_bytes(b"\xff")
    with pytest.raises(InputFault, match="--serial"):
        board.serial_number((tmp_path / "a", none))
