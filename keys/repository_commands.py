"""Commands of roadside-keys that keep an authority's repository; each prints a report."""

from __future__ import annotations

import getpass
import os
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import nacl.utils

from keys import (
    enforcement,
    files,
    issuers,
    publishing,
    register_build,
    register_counts,
    repository,
    role_keys,
)
from keys import withdrawals as status_lists
from keys.files import Algorithm
from keys.register_build import Span
from keys.repository import KeyMaking, Repository, RootChange
from terminal import console
from terminal.credential import register
from terminal.credential.enforcement import EnforcementKey
from terminal.errors import InputFault

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterable

    from keys.role_keys import Ask

RepositoryCommand: TypeAlias = "Callable[[Namespace, int], None]"
"""Takes the options and the current time (Unix time, s)."""
_MOST_TEXT = 4096
_RENEW_DAYS = 180
"""A publication tells of the root's expiry from this many days before."""


def root_key(options: Namespace, _now_s: int) -> None:
    """Make a root key in a file, or write the public key of one in a token. Raises InputFault."""
    ask = _ask(options, new=options.token is None)
    if options.token is None:
        public = role_keys.create(options.file, ask(str(options.file)), nacl.utils.random)
        _say(f"private {options.file}")
    else:
        if options.pkcs11 is None:
            raise InputFault("--token needs --pkcs11 LIBRARY.so")
        label, _, number = options.token.partition(":")
        if not (number or "2").isdigit():
            raise InputFault("write a token as LABEL or LABEL:ID, ID a whole number")
        public = role_keys.import_token(options.file, options.pkcs11, label, int(number or 2), ask)
        _say(f"token   {public.uri}")
    _say(f"public  {options.file}.pub", f"key id  {public.key.keyid}")


def init(options: Namespace, now_s: int) -> None:
    """Make a repository and the draft of its first root. Raises InputFault."""
    made = Repository(options.folder)
    keys = [role_keys.load_public(path).key for path in options.root]
    making = KeyMaking(_ask(options, new=True), nacl.utils.random)
    repository.init(made, keys, options.threshold, making, now_s)
    if options.content is not None:
        shutil.copytree(options.content.resolve(), made.content, dirs_exist_ok=True)
    _say(f"{made.folder}: root 1 waits for {options.threshold} signatures: roadside-keys root sign")


def publish(options: Namespace, now_s: int) -> None:
    """Sign and publish the content. Raises InputFault, TrustFault; then nothing is published."""
    made = Repository(options.folder)
    found = publishing.publish(made, _ask(options), now_s)
    _say(
        f"{made.public}: serial {found.serial}, {found.targets} targets, {found.written} new bytes;"
        f" install within {publishing.TIMESTAMP_DAYS} days"
    )
    if found.root_days < _RENEW_DAYS:
        _say(f"the root expires in {found.root_days} days: roadside-keys root rotate {made.folder}")


def rotate(options: Namespace, now_s: int) -> None:
    """Draft the next root. Raises InputFault."""
    made = Repository(options.folder)
    change = RootChange(
        add=tuple(role_keys.load_public(path).key for path in options.add),
        remove=frozenset(role_keys.load_public(path).key.keyid for path in options.remove),
        threshold=options.threshold,
        renew=tuple(dict.fromkeys(options.renew)),
    )
    making = KeyMaking(_ask(options, new=True), nacl.utils.random)
    version = repository.rotate(made, change, making, now_s)
    _say(f"{made.folder}: root {version} waits for signatures: roadside-keys root sign")


def sign(options: Namespace, _now_s: int) -> None:
    """Add one signature to the draft of a root. Raises InputFault."""
    signer = role_keys.load_signer(options.key, _ask(options))
    found = repository.sign_root(Repository(options.folder), signer)
    if found.accepted:
        _say(f"root {found.version} is in force with the next publication")
        return
    _say(f"root {found.version}: signatures so far: {len(found.signed)}")
    if found.missing:
        _say(f"still needed by its own keys: {found.missing}")
    if found.missing_before and found.version > 1:
        _say(f"still needed by the keys of the root before: {found.missing_before}")


def request_issuer(options: Namespace, now_s: int) -> None:
    """Write a request to enrol an issuer key, signed by it. Raises InputFault."""
    seed = files.load_seed(options.key)
    message = issuers.request(seed, options.scope, options.from_s, options.until_s, now_s)
    files.replace(options.out, message)
    _say(f"{options.out}: to be enrolled within 14 days")


def enrol_issuer(options: Namespace, now_s: int) -> None:
    """Enrol an issuer key by its request. Raises InputFault, TrustFault."""
    found = issuers.read_request(_read_request(options.request), now_s)
    scopes = tuple(options.scope) if options.scope else None
    kid = issuers.enrol(Repository(options.folder).content, found, scopes)
    _say(f"kid {kid.hex()}: {','.join(scopes or found.key.scopes)}; publish to put it in force")


def change_issuer(options: Namespace, _now_s: int) -> None:
    """Change the scopes, the end or the standing of an issuer key. Raises InputFault, TrustFault."""
    scopes = getattr(options, "scope", None)
    issuers.change(
        Repository(options.folder).content,
        options.kid,
        scopes=tuple(scopes) if scopes else None,
        until_s=getattr(options, "until_s", None),
        compromised_since_s=getattr(options, "since_s", None),
    )
    _say(f"kid {options.kid.hex()} was changed; publish to put it in force")


def list_issuers(options: Namespace, _now_s: int) -> None:
    """Print a line for each issuer key: kid, scopes, period, compromise (Unix time, s). Raises TrustFault."""
    for kid, key in issuers.load(Repository(options.folder).content).items():
        since = "" if key.compromised_since_s is None else f" compromised since {key.compromised_since_s}"
        _say(f"{kid.hex()} {','.join(key.scopes)} {key.issues_from_s}-{key.issues_until_s}{since}")


def withdraw(options: Namespace, _now_s: int) -> None:
    """Withdraw credentials, and print the sizes of their status lists. Raises InputFault."""
    places = [*options.place, *(status_lists.read_places(options.file) if options.file else ())]
    if not places:
        raise InputFault("name LIST:INDEX, or a file of them with --from")
    for size in status_lists.withdraw(Repository(options.folder).content, places):
        _say(
            f"status/{size.number}.bin: {size.withdrawn} of {size.places} withdrawn; {size.raw} bytes,"
            f" {size.compressed} compressed, entropy bound {size.bound}"
        )


def build_register(options: Namespace, now_s: int) -> None:
    """Build a file of the register from records. Raises InputFault; then the content is left as it was."""
    made = Repository(options.folder)
    target = f"issued/{options.name}.bin"
    counts = register_counts.read(options.counts)
    span = Span(options.name.partition("-")[0], options.from_s, options.until_s)
    header = register.write((), span.from_s, span.to_s)
    try:
        register.read(target, header)
    except ValueError as error:
        raise InputFault(str(error)) from error
    register_counts.require_closed(made.folder, span.scope, counts)
    began_s = time.monotonic()
    staged = made.folder / f".{options.name}.bin"
    built = register_build.build(_lines(options.records), span, staged, now_s)
    try:
        register_counts.require_equal(built.by_authority, counts)
        (made.content / "issued").mkdir(exist_ok=True)
        register_counts.save(made.folder, options.name, counts)
        staged.replace(made.content / target)
    finally:
        staged.unlink(missing_ok=True)
    _say(
        f"{target}: {built.count} codes, {(made.content / target).stat().st_size} bytes,"
        f" {built.expired} expired left out, {time.monotonic() - began_s:.1f} s"
    )


def seal_enforcement(options: Namespace, _now_s: int) -> None:
    """Seal enforcement keys to the terminals of a province. Raises InputFault."""
    keys = {
        epoch: EnforcementKey(files.load(path, Algorithm.CHACHA20_POLY1305), from_s, until_s)
        for path, epoch, from_s, until_s in options.keys
    }
    if len(keys) < len(options.keys):
        raise InputFault("two keys of one epoch")
    found = enforcement.seal_keys(Repository(options.folder).content, options.province, keys)
    _say(
        f"epochs {', '.join(map(str, sorted(keys)))} sealed to {len(found.sealed)} terminals;"
        f" removed from {len(found.removed)} withdrawn ones; publish to put them in force"
    )


def _lines(name: str) -> Iterable[str]:
    if name == "-":
        yield from sys.stdin
        return
    with Path(name).open(encoding="utf-8", errors="replace") as file:
        yield from file


def _read_request(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MOST_TEXT)


def _ask(options: Namespace, *, new: bool = False) -> Ask:
    """Return the source of passphrases; a new one is asked for twice."""
    if options.pkcs11 is not None:
        role_keys.use_module(options.pkcs11)
    if options.passphrase_fd is None:
        return lambda what: _prompt(what, new=new)
    return lambda what: _line(options.passphrase_fd, what)


def _prompt(what: str, *, new: bool) -> bytes:
    given = getpass.getpass(f"Passphrase for {what}: ")
    if new and getpass.getpass("The same again: ") != given:
        raise InputFault("the two passphrases differ")
    return given.encode()


def _line(descriptor: int, what: str) -> bytes:
    """Read one line, byte by byte, so that nothing of the next is taken. Raises InputFault at the end."""
    line = bytearray()
    while (byte := os.read(descriptor, 1)) not in {b"", b"\n"}:
        line += byte
    if not line:
        raise InputFault(f"no passphrase for {what} on descriptor {descriptor}")
    return bytes(line)


def _say(*lines: str) -> None:
    console.out(*lines)
