"""A real browser for the public pages: Chromium without a window, spoken to by its own protocol (CDP)."""

import json
import os
import shutil
import signal
import subprocess
import time
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from websockets.sync.client import ClientConnection, connect

_NAMES: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_PATIENCE_S: Final = 20
_QUIET: Final = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --remote-debugging-port=0"
)
_WAIT: Final = """new Promise((done, failed) => {
  const end = performance.now() + %d;
  const look = () => {
    const found = (() => %s)();
    if (found) done(found);
    else if (performance.now() > end) failed(new Error("not within its time: " + document.body.innerText));
    else setTimeout(look, 20);
  };
  look();
})"""


class Page:
    """A tab, as a visitor uses it; whatever waits does so for what should come, and no longer."""

    def __init__(self, line: ClientConnection, session: str) -> None:
        self._line = line
        self._session = session
        self._asked = 0

    def open(self, url: str, *, language: str, width: int = 360) -> None:
        """Opens a page on a phone of that width whose browser asks for that language."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=740, deviceScaleFactor=1, mobile=True)
        agent = self.call("Browser.getVersion")["userAgent"]
        self.call("Network.setUserAgentOverride", userAgent=agent, acceptLanguage=language)
        self.call("Page.enable")
        # A page that differs only behind its # would not be loaded anew.
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=url)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def type(self, name: str, text: str) -> None:
        """Types into the field of that id, as fingers do."""
        self.run(f"document.getElementById({json.dumps(name)}).focus()")
        self.call("Input.insertText", text=text)

    def press(self, selector: str) -> None:
        """Presses what stands there, where it stands: what another thing covers is not pressed."""
        found = f"document.querySelector({json.dumps(selector)})"
        box = self.run(
            f"(() => {{ {found}.scrollIntoView({{block: 'center'}}); const b = {found}.getBoundingClientRect();"
            " return {x: b.x + b.width / 2, y: b.y + b.height / 2}; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **box)

    def choose(self, selector: str, files: Sequence[Path]) -> None:
        """Chooses files for an upload."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(file) for file in files])

    def until(self, condition: str) -> Any:
        """What the expression gives once that is true of the page."""
        return self.run(_WAIT % (_PATIENCE_S * 1000, condition))

    def told(self, words: str, *, name: str = "told") -> str:
        """The text of an element once it holds these words."""
        here = f"document.getElementById({json.dumps(name)})"
        return str(self.until(f"{here} && {here}.innerText.includes({json.dumps(words)}) && {here}.innerText"))

    def run(self, script: str) -> Any:
        """What an expression gives."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def picture(self, file: Path) -> None:
        """Writes how the whole page looks, as a PNG."""
        taken = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        file.write_bytes(b64decode(taken["data"]))

    def fits(self) -> bool:
        """Whether nothing stands out to the side."""
        return bool(self.run("document.documentElement.scrollWidth <= innerWidth"))

    def small_targets(self) -> list[str]:
        """What is to be touched and is lower than 44 pixels."""
        script = (
            "[...document.querySelectorAll('button, input:not([type=file]), textarea, select')]"
            ".filter((one) => one.offsetParent && one.offsetHeight < 44).map((one) => one.id || one.innerText)"
        )
        return list(self.run(script))

    def call(self, method: str, **given: Any) -> dict[str, Any]:
        """The answer of the browser to a command of its protocol."""
        self._asked += 1
        said = {"id": self._asked, "method": method, "params": given, "sessionId": self._session}
        self._line.send(json.dumps(said))
        while True:
            answer: dict[str, Any] = json.loads(self._line.recv(_PATIENCE_S + 10))
            if answer.get("id") == self._asked and answer.get("sessionId") == self._session:
                assert "error" not in answer, answer
                return dict(answer["result"])


@contextmanager
def a_browser(folder: Path) -> Iterator[Page]:
    """A tab of a browser that runs as long as the block; where there is none the test is skipped, but never in CI."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        assert "CI" not in os.environ, f"one of {', '.join(_NAMES)} is wanted; .ci/run installs the first"
        pytest.skip(f"none of {', '.join(_NAMES)} is here; CHROMIUM may name one")
    command = [program, *_QUIET.split(), f"--user-data-dir={folder}"]
    # Debian's program is a script that leaves the browser behind, so that the whole group has to end.
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, process_group=0) as running:
        try:
            with connect(_address(folder, running), max_size=None, proxy=None) as line:
                yield _tab(line)
        finally:
            os.killpg(running.pid, signal.SIGKILL)


def _address(folder: Path, running: "subprocess.Popen[bytes]") -> str:
    """Where the browser listens, which it writes into its folder."""
    said, end = folder / "DevToolsActivePort", time.monotonic() + _PATIENCE_S
    while running.poll() is None and time.monotonic() < end:
        if said.is_file() and len(lines := said.read_text().split()) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.02)
    msg = "the browser has not started"
    raise AssertionError(msg)


def _tab(line: ClientConnection) -> Page:
    target = _whole(line, "Target.createTarget", url="about:blank")["targetId"]
    session = _whole(line, "Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    return Page(line, session)


def _whole(line: ClientConnection, method: str, **given: Any) -> dict[str, Any]:
    """Asks the browser itself rather than a tab."""
    line.send(json.dumps({"id": 0, "method": method, "params": given}))
    while True:
        answer: dict[str, Any] = json.loads(line.recv(_PATIENCE_S))
        if answer.get("id") == 0:
            return dict(answer["result"])
