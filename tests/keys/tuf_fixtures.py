"""A repository made by the ceremonies, and an HTTPS server with its own CA."""

from __future__ import annotations

import http.server
import shutil
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nacl.utils import random as random_bytes

from keys import certificates, files, publishing, repository, role_keys, trustset
from keys.files import Algorithm
from keys.issue import IssueRequest, issue
from keys.repository import KeyMaking, Repository, RootChange, Signatures
from keys.selection import Selection
from keys.trust_store import TrustStore
from terminal.credential.trust import IssuerKey, RegistryKeys
from terminal.model import Plate, Vehicle
from terminal.vehicle import tables
from terminal.wire import cbor

NOW_S = 1_790_000_000
DAY_S = 86_400
SELECTION = Selection(terminal="T0001", province="苏", unit="U1", fleet="F1")
PASSPHRASE = b"correct horse"
MAKING = KeyMaking(lambda _: PASSPHRASE, random_bytes, role_keys.LEAST)
ISSUER_SEED = bytes(range(32))


def public_of(seed: bytes) -> bytes:
    public = files.public_part(Algorithm.ED25519, seed)
    assert public is not None
    return public


@dataclass
class Authority:
    """A repository, and its root keys as their owners hold them."""

    folder: Path
    roots: dict[str, Path] = field(default_factory=dict)

    @property
    def repository(self) -> Repository:
        return Repository(self.folder / "repository")

    @property
    def content(self) -> Path:
        return self.repository.content

    @property
    def public(self) -> Path:
        return self.repository.public

    def root_key(self, name: str) -> role_keys.PublicKey:
        self.roots[name] = self.folder / f"{name}.key"
        return role_keys.create(self.roots[name], PASSPHRASE, random_bytes, role_keys.LEAST)

    def sign(self, *names: str) -> Signatures:
        for name in names:
            found = repository.sign_root(
                self.repository, role_keys.load_signer(self.roots[name], lambda _: PASSPHRASE)
            )
        return found

    def rotate(self, *names: str, now_s: float = NOW_S, **change: object) -> Signatures:
        repository.rotate(self.repository, RootChange(**change), MAKING, now_s)  # type: ignore[arg-type] # a test's shorthand
        return self.sign(*names)

    def publish(self, now_s: int = NOW_S) -> publishing.PublishedSet:
        return publishing.publish(self.repository, lambda _: PASSPHRASE, now_s)

    def store(self, folder: Path) -> TrustStore:
        """A terminal enrolled with root 1."""
        return TrustStore(folder, self.repository.root_file(1).read_bytes())


def make_authority(folder: Path, now_s: int = NOW_S) -> Authority:
    """A repository with a signed root 1 and content, not yet published."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Authority(folder)
    keys = [made.root_key(name).key for name in "abc"]
    repository.init(made.repository, keys, 2, MAKING, now_s)
    assert made.sign("a", "c").accepted
    window = 1000 * DAY_S
    issuer = IssuerKey(public_of(ISSUER_SEED), ("苏",), NOW_S - window, NOW_S + window)
    answer, receipt, hotlist, order = ((public_of(bytes([n]) * 32),) for n in range(1, 5))
    journal, lookup = (files.public_part(Algorithm.X25519, bytes([n]) * 32) or b"" for n in (9, 10))
    content = trustset.TrustContent(
        [issuer], RegistryKeys(answer, receipt, hotlist, order, (journal,), (lookup,)), withdrawn={1: [7]}
    )
    write_content(made, trustset.targets(content, made_s=now_s, serial=1))
    return made


def write_content(made: Authority, targets: dict[str, bytes]) -> None:
    for name, content in targets.items():
        (made.content / name).parent.mkdir(parents=True, exist_ok=True)
        (made.content / name).write_bytes(content)


def code(iat_s: int = NOW_S - DAY_S, seed: bytes = ISSUER_SEED, number: str = "苏A12345") -> str:
    request = IssueRequest(Vehicle(Plate(number, "02"), "K33", "A", 202708), number[:2])
    return issue(request, seed, random_bytes(12), iat_s)


def copy_public(made: Authority, place: Path) -> Path:
    """Copy the published repository, as to a USB stick."""
    shutil.copytree(made.public, place)
    return place


def rules(serial: int) -> bytes:
    held: cbor.Value = {key: tables.content(name) for key, name in enumerate(tables.RULES, 1)}
    return cbor.write({1: serial, 2: 0, 3: held})


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves static files with range requests; it can break off, refuse ranges, or change a byte."""

    server: Server

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        place = Path(self.translate_path(self.path))
        self.server.requests.append((self.path, self.headers.get("Range")))
        if not place.is_file():
            self.send_error(404)
            return
        content = place.read_bytes()
        wanted = self.headers.get("Range") if self.server.ranges else None
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        self.send_response(206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        body = content[start:]
        if "targets/" in self.path and len(body) > self.server.break_after:
            self.wfile.write(body[: self.server.break_after])
            self.close_connection = True
            return
        self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    """An HTTPS server of a folder on loopback."""

    daemon_threads = True
    requests: list[tuple[str, str | None]]
    ranges = True
    break_after = 1 << 60


@contextmanager
def https(folder: Path, tls: Path) -> Iterator[tuple[Server, str, Path]]:
    """Serve a folder; yields the server, its URL, and the CA's certificate."""
    tls.mkdir()
    real_s = int(time.time())  # TLS goes by the system clock
    authority = certificates.make_ca("test", real_s, 3650)
    certificates.save(authority, tls, "ca")
    certificates.save(certificates.issue_server(("127.0.0.1",), authority, real_s, 800), tls, "broker")

    def handler(*args: object) -> _Handler:
        return _Handler(*args, directory=str(folder))  # type: ignore[arg-type] # http.server passes its own

    server = Server(("127.0.0.1", 0), handler)
    server.requests = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls / "broker.crt", tls / "broker.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server, f"https://127.0.0.1:{server.server_address[1]}/", tls / "ca.crt"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
