"""Reports of chrony: recorded ones and damaged ones, and a real chronyd with a real NTS server."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.chrony import MOST_AGE_S, time_service
from terminal.ports import TimeService

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW_S = 1_795_747_180.0
TRACKING = (
    "7F000001,127.0.0.1,2,1795747174.085585681,-0.000001337,-0.000000185,0.000010255,-0.090,-0.030,0.619,"
    "0.000005309,0.000002505,1.0,Normal"
)
UNSYNCHRONISED = (
    "00000000,,0,0.000000000,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,1.000000000,"
    "1.000000000,0.0,Not synchronised"
)
SELECTED = "^,*,127.0.0.1,1,0,377,1,0.000000032,-0.000000153,0.000002688"
OTHER = "^,-,192.0.2.1,1,6,377,1,0.000200000,-0.000000153,0.000002688"
GNSS = "#,-,GPS,0,4,377,11,-0.120000000,-0.120000000,0.200000000"
SIGNED = "127.0.0.1,NTS,1,15,256,8,0,0,8,100"
UNSIGNED = "192.0.2.1,-,0,0,0,4294967295,0,0,0,0"


def report(*lines: str) -> str:
    """The text that chronyc prints."""
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize(
    ("lines", "service"),
    [
        ((TRACKING, SELECTED, SIGNED), TimeService.NTS),
        ((TRACKING, SELECTED, OTHER, SIGNED, UNSIGNED), TimeService.NTS),
        ((TRACKING, SELECTED, OTHER.replace("-", "+", 1), SIGNED, UNSIGNED), None),
        ((TRACKING, SELECTED), None),
        ((TRACKING, SELECTED, UNSIGNED.replace("192.0.2.1", "127.0.0.1")), None),
        ((TRACKING, SELECTED, GNSS), TimeService.NTP_AND_GNSS),
        ((TRACKING, OTHER, GNSS.replace("-", "*", 1)), TimeService.NTP_AND_GNSS),
        ((TRACKING, SELECTED, GNSS.replace("#,-", "#,x")), None),
        ((TRACKING, SELECTED, GNSS.replace(",377,", ",0,")), None),
        ((TRACKING, SELECTED, GNSS.replace("-0.12", "-1.12", 1)), None),
        ((TRACKING, GNSS.replace("-", "*", 1)), None),
        ((TRACKING, SELECTED.replace(",377,", ",0,"), SIGNED), None),
        ((UNSYNCHRONISED, SELECTED, SIGNED), None),
        ((TRACKING.replace("-0.000001337", "5.0"), SELECTED, SIGNED), None),
        ((TRACKING, TRACKING, SELECTED, SIGNED), None),
        ((TRACKING, SELECTED.replace("377", "999"), SIGNED), None),
        ((SELECTED, SIGNED), None),
        ((), None),
    ],
)
def test_a_report_says_what_keeps_the_clock(lines: tuple[str, ...], service: TimeService | None):
    assert time_service(report(*lines), NOW_S) is service


@pytest.mark.parametrize("later_s", [-60.0, MOST_AGE_S + 60])
def test_a_clock_that_was_updated_long_ago_or_jumped_back_is_kept_by_nothing(later_s: float):
    assert time_service(report(TRACKING, SELECTED, SIGNED), NOW_S + later_s) is None


def test_a_report_cut_off_never_says_more_than_the_whole():
    whole = report(TRACKING, SELECTED, GNSS, UNSIGNED)
    for length in range(len(whole)):
        assert time_service(whole[:length], NOW_S) in (None, TimeService.NTP_AND_GNSS)


@given(st.lists(st.sampled_from([TRACKING, SELECTED, GNSS, SIGNED, "", ",", "^" + 9 * ","]) | st.text()))
def test_any_text_is_read(lines: list[str]):
    time_service(report(*lines), NOW_S)


def free_port(kind: socket.SocketKind) -> int:
    """A port that nobody listens at."""
    with closing(socket.socket(socket.AF_INET, kind)) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def command(tmp_path: Path) -> Iterator[list[str]]:
    """The command that prints the report of a chronyd that follows an NTS server of our own."""
    chronyd = shutil.which("chronyd", path="/usr/sbin:/usr/bin")
    if chronyd is None:
        pytest.skip("chrony is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    ntp, nts = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_STREAM)
    common = "cmdport 0\nbindcmdaddress {0}/{1}.sock\npidfile {0}/{1}.pid\n"
    configurations = {
        "server": f"local stratum 1\nallow 127.0.0.1\nport {ntp}\nntsport {nts}\nntsserverkey {key}\n"
        f"ntsservercert {certificate}\n",
        "client": f"server localhost nts ntsport {nts} port {ntp} iburst minpoll 0 maxpoll 0\n"
        f"ntstrustedcerts {certificate}\nport 0\n",
    }
    tmp_path.chmod(0o700)
    running = []
    for name, text in configurations.items():
        path = tmp_path / name
        path.write_text(text + common.format(tmp_path, name), encoding="ascii")
        user = subprocess.run(["id", "-un"], check=True, capture_output=True, text=True).stdout.strip()
        running.append(
            subprocess.Popen([chronyd, "-x", "-d", "-u", user, "-f", path], stderr=subprocess.DEVNULL)
        )
    try:
        yield [
            "chronyc",
            "-h",
            str(tmp_path / "client.sock"),
            "-n",
            "-c",
            "-m",
            "tracking",
            "sources",
            "authdata",
        ]
    finally:
        for process in running:
            process.terminate()
            process.wait()


def test_a_real_chronyd_that_follows_a_real_nts_server_keeps_the_clock(command: list[str]):
    deadline_s = time.monotonic() + 60
    service = None
    while service is None and time.monotonic() < deadline_s:
        told = subprocess.run(command, check=False, capture_output=True, text=True)
        service = time_service(told.stdout, time.time())
        subprocess.run(
            ["chronyc", *command[1:5], "waitsync", "1", "0", "0", "1"], check=False, capture_output=True
        )
    assert service is TimeService.NTS
