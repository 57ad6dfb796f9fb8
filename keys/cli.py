"""Command line of `roadside-keys`: keys, trust sets, credentials and laboratories. Not used on a terminal."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from keys import arguments, certificates, code_parameters, commands, repository_cli, roster_command
from keys.enrolment import cli as enrolment
from keys.files import Algorithm
from terminal import console
from terminal.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

_EXAMPLES = """\
examples:
  roadside-keys lab .lab
  roadside-keys new issuer.key
  roadside-keys trust --out trust --issuer issuer.key.pub:苏,粤B --withdraw 1:7
  roadside-keys issue --key issuer.key --number 苏A12345 --kind 02 --through 2027-08
  roadside-keys issue --key issuer.key --number 苏AD12345 --kind 52 --through 2027-08 --out card.png
  roadside-keys tls tls --server broker.example --client T0001 --client W0001
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 2 after printing the reason of a failure on one line of standard error.

    Raises SystemExit (2) for invalid arguments.
    """
    console.speak_utf8()
    options = _parser().parse_args(argv)
    try:
        options.run(options, int(time.time()))
    except Fault as fault:
        return _cannot(fault.detail or fault.en)
    except OSError as error:
        return _cannot(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    return 0


def _cannot(reason: str) -> int:
    sys.stderr.write(f"roadside-keys: {console.escaped(reason)}\n")
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="roadside-keys",
        description="Make keys, trust sets, inspection credentials and laboratories.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_new(actions.add_parser("new", help="make a key pair"))
    _add_trust(actions.add_parser("trust", help="make a trust directory"))
    _add_issue(actions.add_parser("issue", help="issue an inspection credential"))
    _add_tls(actions.add_parser("tls", help="make TLS identities for a broker, terminals and workers"))
    repository_cli.add(actions)
    enrolment.add(actions)
    roster_command.add(actions)
    _add_lab(actions.add_parser("lab", help="make a laboratory, or complete an existing one"))
    return parser


def _add_new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the private key; the public key is FILE.pub")
    parser.add_argument(
        "--algorithm", choices=[*Algorithm], default=Algorithm.ED25519, help="default: ed25519"
    )
    parser.set_defaults(run=commands.new)


def _add_trust(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="is atomically replaced by a link to the new set",
    )
    add(
        "--issuer",
        type=arguments.issuer,
        action="append",
        required=True,
        metavar="KEYFILE.pub:SCOPE[,SCOPE...][:FROM:UNTIL]",
        help="an issuer key, its authorities or provinces, and the period in which it may issue",
    )
    add(
        "--compromised",
        type=arguments.compromised,
        action="append",
        default=[],
        metavar="KEYFILE.pub:SINCE",
        help="a compromised issuer key",
    )
    add(
        "--issued",
        type=arguments.issued,
        action="append",
        default=[],
        metavar="NAME:FROM:UNTIL:CODES.txt",
        help="a file of the register of issued codes: an authority or a province, for a day's file with"
        " -yyyymmdd after it; the days of its span, the second excluded; every code issued then, one a line",
    )
    add(
        "--withdraw",
        type=arguments.place,
        action="append",
        default=[],
        metavar="LIST:INDEX",
        help="a withdrawn credential",
    )
    add(
        "--status-list",
        type=int,
        action="append",
        default=[],
        metavar="LIST",
        help="a status list, even if nothing on it is withdrawn",
    )
    add(
        "--registry",
        type=arguments.purpose,
        action="append",
        default=[],
        metavar="PURPOSE:KEYFILE.pub",
        help="a registry key: answer, receipt, hotlist, order, journal or lookup, the newest first",
    )
    parser.set_defaults(run=commands.trust)


def _add_issue(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--key", type=Path, required=True, metavar="FILE", help="the issuer's private key")
    add("--number", required=True, metavar="苏A12345", help="号牌号码")
    add("--kind", required=True, metavar="02", help="号牌种类")
    add("--through", type=arguments.month, required=True, metavar="2027-08", help="检验有效期至")
    add("--type", metavar="K33", help="车辆类型; K33 for kinds 02 and 52")
    add("--use", default="A", metavar="A", help="使用性质; default A, 非营运")
    add("--issuer", metavar="苏A", help="发证机关; default: the number's first two characters")
    add("--colour", metavar="H", help="body colour, 1 to 3 letters")
    vin = parser.add_mutually_exclusive_group()
    vin.add_argument("--vin", help="17 characters: the last six in clear, all of it sealed")
    vin.add_argument("--vin-tail", metavar="TAIL", help="the last six characters")
    add("--first-registered", type=arguments.day, metavar="2021-08-15")
    add("--status", type=arguments.place, metavar="LIST:INDEX", help="its entry in a status list")
    add(
        "--enforcement",
        type=arguments.enforcement,
        metavar="KEYFILE:EPOCH",
        help="seal VIN, owner and engine number with this key",
    )
    add("--owner", metavar="王*", help="the owner's name, masked; sealed")
    add("--engine-tail", metavar="TAIL", help="last six of the engine number; sealed")
    add("--issued", type=arguments.time, metavar="TIME", help="such as 2026-07-01T09:30; default: now")
    add(
        "--as",
        dest="form",
        choices=["text", "qr", "voucher"],
        help="default: voucher for .png and .pdf, else text",
    )
    add(
        "--level",
        choices=code_parameters.LEVELS,
        help="QR error correction; default M; for print Q, where its modules are wide enough to read",
    )
    add(
        "--module",
        type=arguments.module,
        default=code_parameters.MODULE_PX,
        metavar="PX",
        help="pixels per module for --as qr; default: %(default)s",
    )
    add(
        "--out",
        default=commands.STDOUT,
        metavar="FILE",
        help="card.png for a screen, card.pdf for print; default: -",
    )
    parser.set_defaults(run=commands.credential)


def _add_tls(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "folder", type=Path, metavar="DIR", help="folder of the authority, ca.crt and ca.key; made if missing"
    )
    add("--authority", default="roadside", metavar="NAME", help="name of a new authority; default: roadside")
    add(
        "--renew-authority",
        action="store_true",
        help="make ca.crt anew with the authority's key; what it issued stays valid",
    )
    add(
        "--server",
        type=arguments.hosts,
        metavar="HOST[,HOST...]",
        help="make broker.crt and broker.key for these host names and addresses",
    )
    add(
        "--client",
        action="append",
        default=[],
        metavar="NAME",
        help="make NAME.crt and NAME.key for a terminal or a worker; may be repeated",
    )
    add(
        "--withdraw",
        type=Path,
        action="append",
        default=[],
        metavar="FILE.crt",
        help="name this certificate in withdrawn.crl, which is made anew in any case; may be repeated",
    )
    add("--days", type=arguments.days, default=certificates.DAYS, metavar="N", help="default: %(default)s")
    parser.set_defaults(run=commands.tls)


def _add_lab(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--refresh", action="store_true", help="renew the trust set regardless of its age")
    parser.set_defaults(run=commands.laboratory)
