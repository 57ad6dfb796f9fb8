"""The service answers over real HTTP, refuses in words, and survives what is no request."""

from __future__ import annotations

import http.client
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from keys.enrolment import device
from keys.enrolment.service import EnrolmentServer
from terminal import identity
from tests.keys.enrolment.conftest import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def port(desk: Desk) -> Iterator[int]:
    """The service's port on loopback."""
    with EnrolmentServer(desk.authority, "127.0.0.1", 0, lambda: desk.now_s) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def post(port: int, content: bytes, path: str = identity.SERVICE_PATH) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", path, content)
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_a_device_is_enrolled_and_renewed_over_it(desk: Desk, port: int):
    status, answer = post(port, desk.begin(desk.offer()))
    assert status == 200
    device.finish(desk.folder, answer)
    assert identity.load(desk.folder).number == "T0007"
    desk.now_s += 86_400
    status, answer = post(port, device.renewal_request(desk.folder, desk.now_s))
    assert status == 200
    device.apply_renewal(desk.folder, answer)


def test_more_connections_than_it_has_places_for_are_closed(desk: Desk, port: int):
    waiting = [socket.create_connection(("127.0.0.1", port)) for _ in range(16)]
    with pytest.raises((OSError, http.client.HTTPException)):
        post(port, b"nonsense")
    for one in waiting:
        one.close()
    assert desk.authority.terminals()


def test_a_refusal_is_a_text_and_nothing_else_is_served(desk: Desk, port: int):
    assert post(port, b"nonsense")[0] == 403
    assert post(port, desk.begin(desk.offer()), "/other") == (404, b"not found")
    assert post(port, bytes(identity.MOST_MESSAGE + 1)) == (413, b"too large")
    request = desk.begin(desk.offer())
    desk.now_s += 86_400
    assert post(port, request) == (403, b"refused: the code has expired")
