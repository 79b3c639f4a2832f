"""A membership card shown to a stranger's phone, in a real browser: good, bent, ended, and without network."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.system.browser import Page, a_browser
from tests.system.demo_system import DemoSystem

HINDI = "hi-IN,hi"


class Line:
    """The way from the phone to the gateway, which can be cut and mended; the address stays the same."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._cut = False
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        """Ends what is open and whatever is opened from now on."""
        self._cut = True
        for end in list(self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Lets through again."""
        self._cut = False

    def close(self) -> None:
        """Leaves no thread waiting for a phone."""
        self.cut()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self._cut:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._port))
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        self._open.add(one)
        with contextlib.suppress(OSError):
            while piece := one.recv(65_536):
                other.sendall(piece)
        self._open.discard(one)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        one.close()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with a_browser(tmp_path_factory.mktemp("browser")) as tab:
        yield tab


@pytest.fixture
def line(demo: DemoSystem) -> Iterator[Line]:
    """A line of its own for each test: what the browser keeps belongs to the address."""
    way = Line(demo.http.base_url.port or 80)
    yield way
    way.close()


def test_a_good_card_a_bent_one_and_one_that_has_ended(demo: DemoSystem, page: Page, line: Line) -> None:
    card, code = a_card(demo)
    a_visit(page, line)
    assert "सु**" in shown(page, code, "Checked just now")
    assert "Unit" in page.run("document.getElementById('facts').innerText")
    told = shown(page, bent(code), "not genuine")
    assert (page.run("document.getElementById('facts').innerText"), "Sunita" in told) == ("", False)
    assert "not the code of" in shown(page, "https://example.org", "not the code of")
    ended(demo, card)
    shown(page, code, "no longer good")


def test_a_page_that_was_opened_once_checks_without_network_and_knows_what_had_ended(
    demo: DemoSystem, page: Page, line: Line
) -> None:
    (lost, lost_code), (_, code), (later, later_code) = a_card(demo), a_card(demo), a_card(demo)
    ended(demo, lost)
    a_visit(page, line)
    line.cut()
    page.open(f"{line.url}/verify", language=HINDI)
    page.until("document.getElementById('asof').innerText.includes('List of ended cards')")
    assert "सु**" in shown(page, code, "Checked without network")
    assert shown(page, lost_code, "no longer good")
    assert shown(page, bent(code), "not genuine")
    ended(demo, later)
    assert shown(page, later_code, "This card is good")
    line.mend()
    # As after the five minutes for which the browser may keep a list without asking.
    page.call("Network.clearBrowserCache")
    a_visit(page, line)
    line.cut()
    page.open(f"{line.url}/verify", language=HINDI)
    page.until("document.getElementById('asof').innerText.includes('List of ended cards')")
    assert shown(page, later_code, "no longer good")


def a_visit(page: Page, line: Line) -> None:
    """Opens the page until it has what it needs, and its worker has kept it."""
    page.open(f"{line.url}/verify", language=HINDI)
    page.until("document.getElementById('asof').innerText.includes('List of ended cards')")
    page.run("navigator.serviceWorker.ready.then(() => true)")


def shown(page: Page, code: str, words: str) -> str:
    """What the page says of a code, once that has these words."""
    page.run("document.getElementById('code').value = ''")
    page.run("document.getElementById('result').hidden = true")
    page.type("code", code)
    page.press("#check")
    return page.told(words, name="result")


def bent(code: str) -> str:
    """The code with one letter of its signature changed."""
    return f"{code[:-6]}{'A' if code[-6] != 'A' else 'B'}{code[-5:]}"


def a_card(demo: DemoSystem) -> tuple[str, str]:
    """A new worker's card, by its id and the text of its code."""
    headers = {"Authorization": f"Bearer {demo.token('mandal')}"}
    consent = {"purpose": "membership", "notice_version": "1", "language": "hi", "how": "spoken"}
    body = {
        "unit_id": str(demo.truth.level("booth").unit.unit_id),
        "name_hi": "सुनीता",
        "birth_year": 1985,
        "relation_type": "father",
        "relation_name": "".join(chr(ord("a") + int(digit, 16)) for digit in uuid4().hex),
        "consent": {**consent, "given_at": "2026-01-20T09:00:00+05:30"},
    }
    worker = demo.http.post("/v1/workers", json=body, headers=headers)
    assert worker.status_code == 201, worker.text
    made = demo.http.post(f"/v1/workers/{worker.json()['id']}/cards", json={"why": "First card"}, headers=headers)
    card = str(made.json()["id"])
    return card, demo.http.get(f"/v1/cards/{card}/face", params={"format": "txt"}, headers=headers).text


def ended(demo: DemoSystem, card: str) -> None:
    headers = {"Authorization": f"Bearer {demo.token('mandal')}"}
    reply = demo.http.post(f"/v1/cards/{card}/endings", json={"why": "Lost on the way"}, headers=headers)
    assert reply.status_code == 200, reply.text
