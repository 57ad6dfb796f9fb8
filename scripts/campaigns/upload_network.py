"""Proxy between a terminal and its broker that can cut connections or hold back bytes."""

from __future__ import annotations

import asyncio
from contextlib import suppress


class Proxy:
    """A proxy on a loopback port; forwards everything unless cut or held."""

    def __init__(self, port: int) -> None:
        """`port` is the broker's."""
        self._to = port
        self._through = asyncio.Event()
        self._through.set()
        self._cut = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> int:
        """Start listening and return the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    def cut(self) -> None:
        """Abort all connections and refuse new ones until `heal`."""
        self._cut = True
        for writer in self._writers:
            writer.transport.abort()

    def hold(self) -> None:
        """Forward nothing until `heal`, with connections staying open."""
        self._through.clear()

    def heal(self) -> None:
        """Forward everything again."""
        self._cut = False
        self._through.set()

    async def close(self) -> None:
        """Close the proxy and its connections."""
        self.cut()
        if self._server is not None:
            self._server.close()
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        try:
            there, onwards = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.transport.abort()  # the broker is down
            return
        for source, drain in ((reader, onwards), (there, writer)):
            task = asyncio.create_task(self._carry(source, drain))
            self._carrying.add(task)
            task.add_done_callback(self._carrying.discard)

    async def _carry(self, source: asyncio.StreamReader, drain: asyncio.StreamWriter) -> None:
        self._writers.add(drain)
        try:
            with suppress(OSError):
                while data := await source.read(65_536):
                    await self._through.wait()
                    drain.write(data)
                    await drain.drain()
        finally:
            self._writers.discard(drain)
            drain.transport.abort()
