"""Arguments and commands of `roadside-keys enrolment`."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING

import nacl.utils

from keys import files, qr
from keys.enrolment.authority import Authority
from keys.enrolment.messages import write_code
from keys.enrolment.records import Profile
from keys.enrolment.service import EnrolmentServer
from keys.repository import Repository
from terminal import console
from terminal.identity import MOST_MESSAGE, SERVICE_PATH

if TYPE_CHECKING:
    import argparse
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

    Actions = argparse._SubParsersAction[ArgumentParser]  # noqa: SLF001 - the type has no other name

HOURS = 24
"""Default validity of a code."""
_MOST_HOURS = 14 * 24
_MODULE_PX = 6
_ADDRESS = re.compile(r"([A-Za-z0-9.-]{1,240}|\[[0-9A-Fa-f:.]{2,45}\]):([0-9]{1,5})", re.ASCII)


def add(actions: Actions) -> None:
    """Add the command `enrolment`."""
    parser = actions.add_parser("enrolment", help="enrol terminals, renew their certificates, withdraw them")
    group = parser.add_subparsers(required=True, metavar="ACTION")
    _add_code(_action(group, "code", "give out a one-time code for a device", offer))
    serve_parser = _action(group, "serve", "answer requests of terminals over HTTP", serve)
    serve_parser.add_argument(
        "--listen", type=_address, required=True, metavar="HOST:PORT", help="PORT 0 is a free one"
    )
    answer_parser = _action(group, "answer", "answer a request from a file", answer)
    answer_parser.add_argument("request", type=Path, metavar="REQUEST")
    answer_parser.add_argument("answer", type=Path, metavar="ANSWER")
    withdraw_parser = _action(group, "withdraw", "withdraw a terminal's keys and certificates", withdraw)
    withdraw_parser.add_argument("terminal", metavar="TERMINAL")
    _action(group, "list", "list the terminals", show)


def _action(actions: Actions, name: str, text: str, run: Callable[[Namespace, int], None]) -> ArgumentParser:
    parser = actions.add_parser(name, help=text)
    parser.add_argument("ca", type=Path, metavar="CA", help="folder of the CA, as of roadside-keys tls")
    parser.add_argument("repository", type=Path, metavar="REPOSITORY", help="folder of the TUF repository")
    parser.set_defaults(run=run)
    return parser


def _add_code(parser: ArgumentParser) -> None:
    add_argument = parser.add_argument
    add_argument("--terminal", required=True, metavar="ID", help="such as T0001")
    add_argument("--number", type=int, metavar="N", help="running number; default: its own, or the next")
    add_argument("--province", required=True, metavar="苏")
    add_argument("--unit", required=True, metavar="苏A01", help="unit whose officers use it")
    add_argument("--fleet", required=True, metavar="NAME", help="fleet whose settings it takes")
    add_argument("--serial", required=True, metavar="SERIAL", help="serial number of the device")
    add_argument("--hours", type=_hours, default=HOURS, metavar="N", help="validity; default: %(default)s")
    add_argument("--address", type=_address, metavar="HOST:PORT", help="of the service, for the terminal")
    add_argument("--qr", type=Path, metavar="FILE.png", help="write the code as a QR symbol too")


def offer(options: Namespace, now_s: int) -> None:
    """Give out a code: print its text, and draw it as a QR symbol. Raises InputFault, TrustFault."""
    authority = _authority(options)
    known = {entry.name: number for number, entry in authority.terminals().items()}
    number = options.number
    if number is None:
        number = known.get(options.terminal) or authority.next_number()
    profile = Profile(options.terminal, number, options.province, options.unit, options.fleet)
    address = None if options.address is None else "{}:{}".format(*options.address)
    expires_s = now_s + 3600 * options.hours
    code = authority.offer(profile, options.serial, expires_s, address, nacl.utils.random)
    text = write_code(code)
    if options.qr is not None:
        picture = qr.png(qr.qr_image(text, "M", _MODULE_PX))
        files.replace(options.qr, picture, mode=0o600)
    sys.stderr.write(
        f"roadside-keys: {options.terminal}, number {number}, device {options.serial}: valid for"
        f" {options.hours} h, once; show it to nobody else\n"
    )
    console.out(text)


def serve(options: Namespace, _now_s: int) -> None:
    """Answer requests until interrupted. Raises OSError if the address cannot be used."""
    host, port = options.listen
    with EnrolmentServer(_authority(options), host.strip("[]"), port) as server:
        console.out(f"http://{host}:{server.server_port}{SERVICE_PATH}")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


def answer(options: Namespace, now_s: int) -> None:
    """Answer a request from a file into another. Raises InputFault, TrustFault."""
    with options.request.open("rb") as file:
        content = file.read(MOST_MESSAGE)
    files.replace(options.answer, _authority(options).answer(content, now_s))
    console.out(f"{options.answer}: for the terminal; publish to put it in force")


def withdraw(options: Namespace, now_s: int) -> None:
    """Withdraw a terminal. Raises InputFault, TrustFault."""
    count = _authority(options).withdraw(options.terminal, now_s)
    console.out(
        f"{options.terminal} is withdrawn; certificates revoked: {count}",
        "now publish the repository, and give the broker the revocation list and the access list",
    )


def show(options: Namespace, now_s: int) -> None:
    """Print a line for each terminal: number, id, province, state, device, end of its certificate."""
    authority = _authority(options)
    with authority.records.lock():
        records = authority.records.terminals()
    for number, entry in sorted(authority.terminals().items()):
        record = records.get(entry.name)
        ends = max((end for _, end in record.standing(now_s)), default=0) if record else 0
        serial = record.serial if record else "-"
        console.out(f"{number} {entry.name} {entry.province} {entry.state} {serial} {ends or '-'}")


def _authority(options: Namespace) -> Authority:
    return Authority(options.ca, Repository(options.repository))


def _address(text: str) -> tuple[str, int]:
    found = _ADDRESS.fullmatch(text)
    if found is None or int(found[2]) > 65535:
        raise ArgumentTypeError("write HOST:PORT, such as 192.0.2.7:8700")
    return found[1], int(found[2])


def _hours(text: str) -> int:
    if not re.fullmatch("[0-9]{1,3}", text, re.ASCII) or not 1 <= int(text) <= _MOST_HOURS:
        raise ArgumentTypeError(f"write a whole number of hours from 1 to {_MOST_HOURS}")
    return int(text)
