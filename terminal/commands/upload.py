"""`roadside upload`: upload records and pictures over the link, or write them to a file and read receipts.

Records and pictures without a receipt stay, and are uploaded the next time.
"""

from __future__ import annotations

import os
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import nacl.utils

from terminal import identity
from terminal.console import out, warn
from terminal.errors import InputFault
from terminal.journal.entry import Stamp
from terminal.journal.store import Journal
from terminal.registry import topics
from terminal.registry.messages import Reception
from terminal.registry.topics import Subscription
from terminal.registry.upload_batches import Accepted
from terminal.services.link_session import CONNECT_S, link_session
from terminal.services.sealed_link import SealedLink
from terminal.services.uploads import Upload
from terminal.services.wiping import remaining_files
from terminal.wire import cose
from terminal.wire.cbor import Malformed
from terminal.wire.signed import signer_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from terminal.config import Config
    from terminal.credential.trust import RegistryKeys
    from terminal.ports import Clock, KeyStore, Link
    from terminal.registry.upload_batches import TransferRate
    from terminal.services.link_session import LinkSession

ALL, LEFT = 0, 1
"""Exit statuses: everything has a receipt (or was written); something is left."""
GIVE_UP_S = 60.0
"""Time without a receipt that stores anything, after which the upload ends, s."""
RECEIPTS_BYTES = 4 << 20
"""Largest file of receipts that is read: about 20,000 receipts, for a gigabyte of batches."""


@dataclass(frozen=True, slots=True)
class UploadTarget:
    """Way of the upload: a file to write, a file of receipts to read, or neither for the link."""

    to: Path | None = None
    receipts: Path | None = None
    connect_s: float = CONNECT_S
    """Timeout for the link to come up, s."""


def run(  # noqa: PLR0913, PLR0917 - the parts of a terminal
    settings: Config,
    clock: Clock,
    link: Link | None,
    open_keys: Callable[[Path], KeyStore],
    keys: RegistryKeys,
    way: UploadTarget,
) -> int:
    """Upload, write the file or read the receipts; return ALL or LEFT. Raises Fault."""
    number = identity.load(settings.paths.identity).number
    stamp = Stamp(terminal=number, at_ms=int(1e3 * clock.now_s()), clock_trusted=clock.trusted())
    own = open_keys(settings.paths.identity)
    with prepared(settings, stamp, own, keys) as work:
        if way.receipts is not None:
            status = _take(work, way.receipts)
        elif way.to is not None:
            status = _write(work, way.to)
        elif link is None:
            raise InputFault("the configuration names no registry; write to a file with --to FILE")
        else:
            sealed = SealedLink(link, number, own.open_sealed, keys.lookup[0])
            status = _upload(work, sealed, way.connect_s, stamp) if any(work.left()) else _conclude(work)
        work.remove_old(clock.now_s(), clock_trusted=clock.trusted())
    return status


def hand_over(settings: Config, to: Path) -> bool:
    """Write what was signed before this terminal was wiped; False unless it was. Raises InputFault."""
    remaining = remaining_files(settings.paths.state)
    if not remaining or (settings.paths.identity / identity.DESCRIPTION).exists():
        return False
    count = _create(to, (one.read_bytes() for one in remaining))
    out(f"{to}: what had no receipt when this terminal was wiped, of {count} wipes")
    return True


@contextmanager
def prepared(settings: Config, stamp: Stamp, own: KeyStore, keys: RegistryKeys) -> Iterator[Upload]:
    """Open the terminal's journal and pictures to upload them. Raises Fault."""
    journal = Journal.open(
        settings.paths.state,
        terminal_public_key=own.public_key,
        sealing_key=keys.journal[0],
        random=nacl.utils.random,
        stamp=stamp,
    )
    with closing(journal):
        if journal.set_aside is not None:
            warn(journal.set_aside.fault().line())
        signer = signer_with(own.public_key, own.sign)
        work = Upload.open(settings.paths.state, journal, stamp.terminal, signer, keys)
        with closing(work):
            yield work


def _upload(work: Upload, link: Link, connect_s: float, stamp: Stamp) -> int:
    with link_session(link) as session:
        session.wait_until_up(connect_s)
        fault = link.state.fault
        if fault is not None:
            warn(fault.line())
        else:
            _exchange(work, link, session, stamp.terminal)
            if work.renew(stamp) is not None:  # the registry refuses a record for good
                _exchange(work, link, session, stamp.terminal)
    return _conclude(work)


def _exchange(work: Upload, link: Link, session: LinkSession, terminal: str) -> None:
    uploader = work.uploader
    heard_s = time.monotonic()
    uploader.start(heard_s, nacl.utils.random)
    while uploader.active and time.monotonic() - heard_s < GIVE_UP_S:
        message = uploader.poll(time.monotonic())
        if message is not None:
            link.send(message)
        for incoming in session.receive():
            if topics.purpose_of(incoming.topic, terminal) is not Subscription.ANSWER:
                continue
            taken = uploader.receive(incoming, time.monotonic())
            if isinstance(taken, Accepted) and taken.receipt.result is not Reception.NOT_NOW:
                heard_s = time.monotonic()
                _tell(uploader.progress)
        put_off_s = uploader.put_off_s(time.monotonic())
        if put_off_s is not None and put_off_s > GIVE_UP_S:
            break
    put_off_s = uploader.put_off_s(time.monotonic())
    if put_off_s is not None:
        out(f"the registry takes no more for {put_off_s:.0f} s")
    uploader.stop()


def _tell(progress: TransferRate | None) -> None:
    if progress is not None:
        left = "" if progress.left_s is None else f", {progress.left_s:.0f} s left"
        speed = f"{progress.bytes_per_s / 1024:.0f} KiB/s"
        out(f"{progress.records} of {progress.records_total} records, {speed}{left}")


def _conclude(work: Upload) -> int:
    for fault in work.uploader.faults.values():
        warn(fault.line())
    records, pictures = work.left()
    if records or pictures:
        out(f"left: {records} records, {pictures} pictures")
        return LEFT
    out("everything is uploaded")
    return LEFT if work.uploader.faults else ALL


def _write(work: Upload, to: Path) -> int:
    """Write a new file: a CBOR sequence (RFC 8742) of signed batches and pieces. Raises Fault."""
    count = _create(to, work.uploader.messages())
    records, pictures = work.left()
    out(f"{to}: {records} records and {pictures} pictures in {count} messages")
    return ALL


def _create(to: Path, parts: Iterable[bytes]) -> int:
    """Write one new file, atomically; return the number of parts. Raises InputFault.

    An existing file is never opened: on a stick its name may be a link to any file of this terminal.
    """
    if os.path.lexists(to):
        raise InputFault(f"{to} exists already; name a new file")
    building = to.with_name(to.name + ".part")
    count = 0
    try:
        building.unlink(missing_ok=True)  # from an interrupted attempt; a link is removed, not followed
        handle = os.open(building, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
        with os.fdopen(handle, "wb") as file:
            for part in parts:
                file.write(part)
                count += 1
            file.flush()
            os.fsync(file.fileno())
        building.replace(to)
    except OSError as error:
        raise InputFault(f"{to}: {error.strerror}") from error
    return count


def _take(work: Upload, receipts: Path) -> int:
    try:
        with receipts.open("rb") as file:
            content = file.read(RECEIPTS_BYTES + 1)
    except OSError as error:
        raise InputFault(f"{receipts}: {error.strerror}") from error
    if len(content) > RECEIPTS_BYTES:
        raise InputFault(f"{receipts}: larger than {RECEIPTS_BYTES >> 20} MiB; split the file of receipts")
    try:
        taken = [work.uploader.take(one) for one in cose.split(content)]
    except Malformed as error:
        raise InputFault(f"{receipts}: not a file of receipts: {error}") from error
    counted = sum(isinstance(one, Accepted) for one in taken)
    out(f"{receipts}: {counted} receipts, {len(taken) - counted} that do not count")
    return _conclude(work)
