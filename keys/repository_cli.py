"""Arguments of the commands of roadside-keys that keep an authority's repository."""

from __future__ import annotations

from argparse import ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING

from keys import arguments
from keys import repository_commands as commands
from keys.floors import ROLES
from keys.repository import THRESHOLD

if TYPE_CHECKING:
    import argparse
    from argparse import ArgumentParser

    from keys.repository_commands import RepositoryCommand

    Actions = argparse._SubParsersAction[ArgumentParser]  # noqa: SLF001 - the type has no other name


def add(actions: Actions) -> None:
    """Add the commands `repository`, `root`, `issuer`, `register`, `enforcement` and `withdraw`."""
    _add_repository(_group(actions, "repository", "keep the TUF repository that terminals trust"))
    _add_root(_group(actions, "root", "change and sign the repository's root"))
    _add_issuer(_group(actions, "issuer", "request, enrol and change issuer keys"))
    _add_register(_group(actions, "register", "build the register of issued codes"))
    _add_enforcement(actions)
    withdraw = _repository(actions, "withdraw", "withdraw credentials in status lists", commands.withdraw)
    withdraw.add_argument("place", type=arguments.place, nargs="*", metavar="LIST:INDEX")
    withdraw.add_argument("--from", dest="file", type=Path, metavar="FILE", help="lines LIST:INDEX")


def _group(actions: Actions, name: str, text: str) -> Actions:
    return actions.add_parser(name, help=text).add_subparsers(required=True, metavar="ACTION")


def _action(actions: Actions, name: str, text: str, run: RepositoryCommand) -> ArgumentParser:
    parser = actions.add_parser(name, help=text)
    parser.set_defaults(run=run)
    return parser


def _repository(actions: Actions, name: str, text: str, run: RepositoryCommand) -> ArgumentParser:
    parser = _action(actions, name, text, run)
    parser.add_argument("folder", type=Path, metavar="DIR", help="the repository's folder")
    return parser


def _add_passphrase(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--passphrase-fd",
        type=int,
        metavar="FD",
        help="read passphrases and PINs from this file descriptor, a line for each; default: ask",
    )
    parser.add_argument("--pkcs11", type=Path, metavar="LIBRARY.so", help="PKCS#11 library of a token")


def _add_repository(actions: Actions) -> None:
    key = _action(actions, "key", "make a root key, encrypted by a passphrase", commands.root_key)
    key.add_argument("file", type=Path, metavar="FILE", help="private key; the public key is FILE.pub")
    key.add_argument(
        "--token", metavar="LABEL[:ID]", help="write FILE.pub for a key in a PKCS#11 token; ID defaults to 2"
    )
    _add_passphrase(key)
    init = _repository(actions, "init", "make a repository and the draft of its first root", commands.init)
    init.add_argument(
        "--root", type=Path, action="append", required=True, metavar="KEY.pub", help="a root key; at least 3"
    )
    init.add_argument("--threshold", type=int, default=THRESHOLD, metavar="N", help="default: %(default)s")
    init.add_argument("--content", type=Path, metavar="TRUSTDIR", help="first targets, of `trust --out`")
    _add_passphrase(init)
    publish = _repository(actions, "publish", "sign and publish the content", commands.publish)
    _add_passphrase(publish)


def _add_root(actions: Actions) -> None:
    rotate = _repository(actions, "rotate", "draft the next root", commands.rotate)
    rotate.add_argument("--add", type=Path, action="append", default=[], metavar="KEY.pub")
    rotate.add_argument("--remove", type=Path, action="append", default=[], metavar="KEY.pub")
    rotate.add_argument("--threshold", type=int, metavar="N")
    rotate.add_argument(
        "--renew", choices=ROLES, action="append", default=[], help="give an online role a new key"
    )
    _add_passphrase(rotate)
    sign = _repository(actions, "sign", "add one signature to the draft", commands.sign)
    sign.add_argument(
        "--key", type=Path, required=True, metavar="KEY", help="private key file, or KEY.pub of a token"
    )
    _add_passphrase(sign)


def _add_issuer(actions: Actions) -> None:
    request = _action(actions, "request", "ask for an issuer key's enrolment", commands.request_issuer)
    request.add_argument("--key", type=Path, required=True, metavar="FILE", help="the issuer's private key")
    _add_scopes(request, required=True)
    request.add_argument("--from", dest="from_s", type=arguments.day_start, required=True, metavar="DAY")
    request.add_argument("--until", dest="until_s", type=arguments.day_start, required=True, metavar="DAY")
    request.add_argument("--out", type=Path, required=True, metavar="REQUEST")
    enrol = _repository(actions, "enrol", "enrol an issuer key by its request", commands.enrol_issuer)
    enrol.add_argument("request", type=Path, metavar="REQUEST")
    _add_scopes(enrol, required=False)
    _repository(actions, "list", "list issuer keys", commands.list_issuers)
    for name, text in (
        ("scope", "set the scopes of a key"),
        ("end", "end a key's period"),
        ("compromised", "declare a key compromised"),
    ):
        changed = _repository(actions, name, text, commands.change_issuer)
        changed.add_argument("kid", type=_kid, metavar="KID")
        if name == "scope":
            _add_scopes(changed, required=True)
        else:
            option = "--until" if name == "end" else "--since"
            dest = "until_s" if name == "end" else "since_s"
            changed.add_argument(option, dest=dest, type=arguments.day_start, required=True, metavar="DAY")


def _add_scopes(parser: ArgumentParser, *, required: bool) -> None:
    parser.add_argument(
        "--scope",
        action="append",
        required=required,
        metavar="SCOPE",
        help="an issuing authority or a province, such as 粤B or 苏; may be repeated",
    )


def _add_register(actions: Actions) -> None:
    text = "build one file from an authority's records"
    build = _repository(actions, "build", text, commands.build_register)
    build.add_argument("name", metavar="NAME", help="苏 for a base, 苏-20261101 for the file of a day")
    build.add_argument("--from", dest="from_s", type=arguments.day_start, required=True, metavar="DAY")
    build.add_argument("--until", dest="until_s", type=arguments.day_start, required=True, metavar="DAY")
    build.add_argument(
        "--records", required=True, metavar="FILE", help="records, one a line; - for standard input"
    )
    build.add_argument(
        "--counts",
        type=Path,
        required=True,
        metavar="FILE",
        help="the authorities' own counts, lines AUTHORITY,COUNT",
    )


def _add_enforcement(actions: Actions) -> None:
    text = "seal the keys of sealed claims to the active terminals of a province"
    seal = _repository(actions, "enforcement", text, commands.seal_enforcement)
    seal.add_argument("--province", required=True, metavar="PROVINCE", help="such as 苏")
    seal.add_argument(
        "--key",
        dest="keys",
        type=arguments.enforcement_period,
        action="append",
        required=True,
        metavar="KEYFILE:EPOCH:FROM:UNTIL",
        help="a key, and the days on which terminals use it, the second excluded; may be repeated",
    )


def _kid(text: str) -> bytes:
    try:
        kid = bytes.fromhex(text)
    except ValueError as error:
        raise ArgumentTypeError("write a kid as 16 hexadecimal digits") from error
    if len(kid) != 8:
        raise ArgumentTypeError("write a kid as 16 hexadecimal digits")
    return kid
