"""Command line of the reference registry. A fault is printed as one line on standard error.

    python -m scripts.registry serve                     run a broker, a database and a worker, from nothing
    python -m scripts.registry hotlist 苏A12345 02 C     put a vehicle on the hot list
    python -m scripts.registry offline --province 苏      build the offline list of a province
    python -m scripts.registry report --out page.html    write the supervisor's page

The default laboratory is .lab, and the default database a file in it.
"""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from keys import lab
from scripts.registry import access_command, commands, evidence_command, order_command
from scripts.registry.broker import BrokerError
from scripts.registry.journals import commands as journal_commands
from scripts.registry.offline import command as offline_command
from scripts.registry.serving import Work
from terminal.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def main(arguments: Sequence[str]) -> int:
    """Run a command line; return 0 on success."""
    given = _parser().parse_args(arguments)
    try:
        given.command(given)
        sys.stdout.flush()
    except Fault as fault:
        print(fault.line(), file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of our output has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except BrokerError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.registry", description="Run the reference registry, or work on its database."
    )
    parser.add_argument(
        "--lab", type=Path, default=Path(".lab"), help="laboratory made by roadside-keys; default: .lab"
    )
    parser.add_argument("--database", metavar="URL", help="sqlite:///FILE or postgresql://USER@HOST/NAME")
    to = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = _command(to, "serve", commands.serve)
    serve.add_argument(
        "--broker", type=_address, metavar="HOST:PORT", help="use this running broker instead of starting one"
    )
    serve.add_argument(
        "--port",
        type=int,
        default=lab.BROKER_PORT,
        help="port of the broker that is started here; 0: a free one",
    )
    serve.add_argument(
        "--worker", default="W0001", help="certificate name of this worker; each worker needs its own"
    )
    serve.add_argument(
        "--work", type=Work, choices=[*Work], help="do only this; default: both, each in a process of its own"
    )
    _seed(serve)
    _seed(_command(to, "sample", commands.fill))
    put = _command(to, "hotlist", commands.put)
    put.add_argument("number")
    put.add_argument("kind")
    put.add_argument("letters", help='status letters; "" takes the vehicle off')
    put.add_argument("--province", help="province of the list; default: the number's own")
    _command(to, "renew", commands.renew).add_argument("province")
    snapshot = _command(to, "snapshot", commands.snapshot)
    snapshot.add_argument("province")
    snapshot.add_argument("out", type=Path)
    code = _command(to, "code", commands.code)
    code.add_argument("number")
    code.add_argument("kind")
    code.add_argument("month", type=int, help="month of validity, yyyymm")
    offline_command.arguments(_command(to, "offline", offline_command.build))
    access_command.add(partial(_command, to), _address)
    order_command.add(partial(_command, to), _address)
    _command(to, "check", commands.check)
    journal_commands.add(partial(_command, to))
    evidence_command.add(partial(_command, to))
    return parser


def _command(
    to: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    command: Callable[[argparse.Namespace], None],
) -> argparse.ArgumentParser:
    said = (command.__doc__ or "").split("\n")[0]
    parser = to.add_parser(name, help=said, description=said)
    parser.set_defaults(command=command)
    return parser


def _seed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seed", type=int, default=1, help="seed of the sample; the same seed gives the same vehicles"
    )


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is not HOST:PORT")
    return host, int(port)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
