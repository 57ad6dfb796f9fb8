"""Sources of a published TUF repository: an HTTPS server, or a folder on a USB stick or a dock.

Both serve the same bytes under the same paths, `metadata/...` and `targets/...`. No source is trusted; HTTPS
only hides from observers what a terminal fetches.
"""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

import urllib3
from tuf.api.exceptions import DownloadError, DownloadHTTPError
from tuf.ngclient import FetcherInterface

from terminal.errors import ConfigFault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK = 1 << 16
"""Bytes read at a time."""
_TIMEOUT = urllib3.Timeout(connect=10, read=30)
_NOT_FOUND = 404
_OK, _PARTIAL, _PAST_END = 200, 206, 416


class Source(FetcherInterface):
    """A source of a repository's files, which is also the fetcher of `tuf.ngclient`.

    `base` is the URL that ngclient puts before the paths of metadata.
    """

    base: str

    @abc.abstractmethod
    def read(self, path: str, offset: int = 0) -> Iterator[bytes]:
        """Read the file at `path`, relative to the repository, from byte `offset` to its end, in chunks.

        Raises DownloadHTTPError with status 404 if there is no such file, and DownloadError for any other
        failure.
        """

    def _fetch(self, url: str) -> Iterator[bytes]:
        return self.read(unquote(url.removeprefix(self.base)))


class HttpsSource(Source):
    """A repository on an HTTPS server whose certificate chain ends in the CA of `ca_file` (PEM)."""

    def __init__(self, url: str, ca_file: Path) -> None:
        if urlsplit(url).scheme != "https":
            raise ConfigFault(f"{url}: the trust set's address must begin with https://")
        self.base = f"{url.rstrip('/')}/"
        self._pool = urllib3.PoolManager(
            ca_certs=str(ca_file), cert_reqs="CERT_REQUIRED", timeout=_TIMEOUT, retries=False
        )

    def read(self, path: str, offset: int = 0) -> Iterator[bytes]:
        """See `Source`. Sends a range request if `offset` is not 0 (RFC 9110, section 14)."""
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={offset}-"} if offset else {})
        try:
            reply = self._pool.request(
                "GET", self.base + quote(path), headers=headers, preload_content=False, redirect=False
            )
            try:
                yield from _body(reply, path, offset)
            finally:
                reply.close()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise DownloadError(f"{path}: {error}") from error


class FolderSource(Source):
    """A repository in a folder, such as one on a USB stick or a dock."""

    base = "folder:///"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str, offset: int = 0) -> Iterator[bytes]:
        """See `Source`. A path that leads out of the folder does not exist."""
        try:
            file = (self._folder / path).resolve()
            inside = file.is_relative_to(self._folder.resolve())
            with (file if inside else self._folder / "outside").open("rb") as opened:
                opened.seek(offset)
                while chunk := opened.read(CHUNK):
                    yield chunk
        except FileNotFoundError as error:
            raise DownloadHTTPError(f"{path}: not found", _NOT_FOUND) from error
        except OSError as error:
            raise DownloadError(f"{path}: {error.strerror}") from error


def _body(reply: urllib3.BaseHTTPResponse, path: str, offset: int) -> Iterator[bytes]:
    if offset and reply.status == _PAST_END:
        return
    if reply.status != (_PARTIAL if offset else _OK):
        if offset and reply.status == _OK:  # the server ignores ranges
            yield from _skip(reply.stream(CHUNK), offset)
            return
        raise DownloadHTTPError(f"{path}: HTTP status {reply.status}", reply.status)
    if offset and not (reply.headers.get("Content-Range") or "").startswith(f"bytes {offset}-"):
        raise DownloadError(f"{path}: the server sent another range than was asked for")
    yield from reply.stream(CHUNK)


def _skip(chunks: Iterator[bytes], count: int) -> Iterator[bytes]:
    for chunk in chunks:
        if count < len(chunk):
            yield chunk[count:]
        count = max(0, count - len(chunk))
