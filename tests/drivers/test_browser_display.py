"""A display in a page: frames, touches, keys and the tray over HTTP, for its own page alone."""

from __future__ import annotations

import http.client
import io
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from drivers.browser_display import BrowserDisplay, DeskHold, read_action
from drivers.browser_server import LARGEST_ACTION, USUAL_PORT
from drivers.desk_camera import DeskScene
from drivers.desk_panel import DeskPanel
from drivers.tray import SampleCode, SamplePlate, Tray, TrayText
from terminal.errors import DisplayFault
from terminal.ports import Button, Contact, LampStep, Signal

SIZE = (48, 80)
TEXT = TrayText("真码", "Genuine")


@dataclass
class Page:
    """A desk, and a client that behaves like its page."""

    display: BrowserDisplay
    panel: DeskPanel
    scene: DeskScene

    @property
    def host(self) -> str:
        return self.display.address.removeprefix("http://").rstrip("/")

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Make one request; a header whose value is empty is not sent."""
        connection = http.client.HTTPConnection("127.0.0.1", int(self.host.rpartition(":")[2]), timeout=5)
        sent = {"Host": self.host}
        if body is not None:
            sent |= {"Origin": f"http://{self.host}", "Content-Type": "application/json"}
            sent["Content-Length"] = str(len(body))
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in sent.items():
            if value:
                connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.headers, content

    def act(self, action: object, **headers: str) -> int:
        return self.ask("POST", "/act", json.dumps(action).encode(), **headers)[0]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    picture = tmp_path_factory.mktemp("tray") / "card.png"
    Image.new("L", (64, 36), 40).save(picture)
    tray = Tray((SampleCode(picture, TEXT, TEXT),), (SamplePlate("苏A12345", TEXT, TEXT),))
    panel, scene = DeskPanel(), DeskScene([picture], 30)
    display = BrowserDisplay(SIZE, panel, scene, tray)
    yield Page(display, panel, scene)
    display.close()
    panel.close()


@pytest.fixture
def page(served: Page) -> Page:
    """A page on which nothing is pressed, touched or held."""
    served.scene.hold(None)
    served.panel.signal(None)
    served.display.poll()
    return served


def test_a_frame_arrives_with_every_pixel_and_its_number(page: Page):
    before = int(page.ask("GET", "/frame")[1]["X-Frame"])
    for colour in ((200, 100, 50), (10, 20, 30)):
        surface = pygame.Surface(SIZE)
        surface.fill(colour)
        page.display.show(surface)
    status, headers, png = page.ask("GET", "/frame")
    assert (status, headers["Content-Type"], headers["X-Frame"]) == (200, "image/png", str(before + 2))
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.size == SIZE
        assert picture.convert("RGB").getcolors() == [(SIZE[0] * SIZE[1], (10, 20, 30))]


def test_a_picture_of_another_size_is_refused(page: Page):
    with pytest.raises(DisplayFault):
        page.display.show(pygame.Surface((10, 10)))


def test_touches_and_digits_are_contacts_in_order(page: Page):
    actions = (
        {"touch": [3, 4], "down": True},
        {"touch": None, "down": False},
        {"digit": 7, "down": True},
        {"digit": 7, "down": False},
    )
    assert [page.act(action) for action in actions] == [204] * 4
    assert page.display.poll() == [
        Contact((3, 4), down=True),
        Contact(None, down=False),
        Contact(7, down=True),
        Contact(7, down=False),
    ]
    assert page.display.poll() == []


def test_a_button_stays_down_until_it_is_released(page: Page):
    for down in (True, False):
        assert page.act({"button": "CONFIRM", "down": down}) == 204
        assert page.display.poll() == [Contact(Button.CONFIRM, down=down)]


def test_a_sample_is_held_and_taken_away(page: Page):
    assert (page.act({"hold": 0}), page.scene.held) == (204, 0)
    assert (page.act({"hold": 1}), page.scene.held) == (400, 0)
    assert (page.act({"hold": None}), page.scene.held) == (204, None)


def test_the_state_is_streamed_and_a_button_is_released_when_the_page_goes(page: Page):
    connection = socket.create_connection(("127.0.0.1", int(page.host.rpartition(":")[2])), timeout=5)
    with connection, connection.makefile("rb") as stream:
        connection.sendall(f"GET /events HTTP/1.1\r\nHost: {page.host}\r\n\r\n".encode())
        states = (json.loads(line[6:]) for line in stream if line.startswith(b"data: "))
        first = next(states)["frame"]
        page.display.show(pygame.Surface(SIZE))
        assert any(state["frame"] == first + 1 for state in states)
        page.panel.signal(Signal(lamp=(LampStep((1.0, 0.0, 0.0), 60),)))
        assert any(state["lamp"] == [1.0, 0.0, 0.0] for state in states)
        page.act({"button": "BACK", "down": True})
    found: list[Contact] = []
    while len(found) <= 1:  # each new frame makes the server notice that the page has gone
        page.display.show(pygame.Surface(SIZE))
        found += page.display.poll()
    pressed, *released = found
    assert pressed == Contact(Button.BACK, down=True)
    assert released == [Contact(what, down=False) for what in (None, *Button)]


def test_the_tray_and_its_pictures_are_served(page: Page):
    assert json.loads(page.ask("GET", "/tray")[2])["plates"][0]["number"] == "苏A12345"
    status, headers, content = page.ask("GET", "/code/0")
    assert (status, headers["Content-Type"], content[:4]) == (200, "image/png", b"\x89PNG")


def test_it_listens_on_the_loopback_address_alone(page: Page):
    port = int(page.host.rpartition(":")[2])
    assert page.display.address.startswith("http://127.0.0.1:")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=5)  # "any address" would have accepted it


def test_a_second_desk_gets_a_port_of_its_own(page: Page):
    panel, scene = DeskPanel(), DeskScene([], 30)
    other = BrowserDisplay(SIZE, panel, scene, Tray())
    assert other.address != page.display.address
    other.close()
    panel.close()


@pytest.mark.parametrize(
    "host", ["", "attacker.example", f"attacker.example:{USUAL_PORT}", "127.0.0.1", "[::1]"]
)
@pytest.mark.parametrize("path", ["/", "/frame", "/events", "/tray", "/code/0", "/desk.js"])
def test_a_request_to_another_host_is_refused(page: Page, host: str, path: str):
    assert page.ask("GET", path, Host=host)[0] == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "attacker.example"},
        {"Origin": ""},
        {"Origin": "null"},
        {"Origin": "http://attacker.example"},
        {"Origin": "https://127.0.0.1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_an_action_of_another_site_is_refused_and_does_nothing(page: Page, headers: dict[str, str]):
    assert page.act({"button": "CONFIRM", "down": True}, **headers) == 403
    assert page.act({"touch": [1, 1], "down": True}, **headers) == 403
    assert page.display.poll() == []


@pytest.mark.parametrize("headers", [{"Origin": "http://attacker.example"}, {"Sec_Fetch_Site": "cross-site"}])
def test_another_site_gets_no_frame(page: Page, headers: dict[str, str]):
    assert page.ask("GET", "/frame", None, **headers)[0] == 403


@pytest.mark.parametrize(
    "path", ["/../tray.py", "/code/1", "/code/-1", "//etc/passwd", "/desk.js?x", "/%2e%2e/tray.py", "/act"]
)
def test_no_address_is_a_path_of_a_file(page: Page, path: str):
    assert page.ask("GET", path)[0] == 404


def test_a_body_that_is_too_large_or_of_another_type_is_refused(page: Page):
    large = b" " * (LARGEST_ACTION + 1)
    assert page.ask("POST", "/act", large)[0] == 413
    assert page.ask("POST", "/act", b"{}", Content_Length="9" * 5000)[0] == 413
    assert page.ask("POST", "/act", b"{}", Content_Length="-1")[0] == 413
    assert page.ask("POST", "/act", b"{}", Content_Length="")[0] == 413
    assert page.ask("POST", "/act", b"{}", Content_Type="text/plain")[0] == 404
    assert page.ask("POST", "/frame", b"{}")[0] == 404


def test_the_page_may_load_nothing_from_elsewhere(page: Page):
    for path in ("/", "/desk.css", "/desk.js", "/frame", "/none"):
        _, headers, content = page.ask("GET", path)
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self';")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert b"://" not in content or path == "/frame"


@pytest.mark.parametrize(
    "action",
    [
        {},
        [],
        {"touch": [1], "down": True},
        {"touch": [1, 2]},
        {"touch": [-1, 2], "down": True},
        {"touch": [48, 2], "down": True},
        {"touch": [1, 2], "down": True, "more": 1},
        {"button": "POWER", "down": True},
        {"button": "BACK", "down": 1},
        {"digit": -1, "down": True},
        {"digit": 10, "down": True},
        {"hold": -1},
        {"hold": "0"},
    ],
)
def test_what_is_no_action_is_refused_and_does_nothing(page: Page, action: object):
    assert page.act(action) == 400
    assert (page.display.poll(), page.scene.held) == ([], None)


@given(st.binary(max_size=LARGEST_ACTION) | st.text(alphabet='{}[]",:0123456789down').map(str.encode))
def test_any_bytes_are_an_action_or_refused(body: bytes):
    try:
        action = read_action(body)
    except (ValueError, RecursionError):
        return
    assert isinstance(action, Contact | DeskHold)
