"""A headless Chromium, driven over the Chrome DevTools Protocol: a process, a socket, and no library for it."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO = "No Chromium here: the browser test is skipped. Install one (apt-get install chromium) and run it again."
STARTS_WITHIN_S = 30.0


def find_chromium() -> str | None:
    """The program's path, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Session:
    """A DevTools socket. `problems` holds what a page threw or was refused by its policy."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._calls = 0
        self.problems: list[str] = []

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One DevTools command and its result."""
        self._calls += 1
        self._socket.send(json.dumps({"id": self._calls, "method": method, "params": params}))
        while True:
            frame = json.loads(self._socket.recv(timeout=30))
            if frame.get("method") == "Runtime.exceptionThrown":
                details = frame["params"]["exceptionDetails"]
                self.problems.append(details.get("exception", {}).get("description") or details["text"])
            if frame.get("method") == "Log.entryAdded" and frame["params"]["entry"]["source"] == "security":
                self.problems.append(frame["params"]["entry"]["text"])
            if frame.get("id") == self._calls:
                if "error" in frame:
                    raise RuntimeError(f"{method}: {frame['error']['message']}")
                result: dict[str, Any] = frame["result"]
                return result


class Page(Session):
    """One tab."""

    def __init__(self, socket: ClientConnection) -> None:
        super().__init__(socket)
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)

    def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression (a promise is awaited)."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"].get("exception", {}).get("description", expression))
        return result["result"].get("value")

    def wait_for(self, expression: str, *, seconds: float = 15.0) -> None:
        """Until the expression is truthy (throwing counts as not); raises TimeoutError."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.ask(f"(() => {{ try {{ return Boolean({expression}) }} catch {{ return false }} }})()"):
                return
            time.sleep(0.05)
        raise TimeoutError(f"{expression}; the page shows: {self.ask('document.body.innerText')[:600]}")

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))


@contextmanager
def chromium(program: str) -> Iterator[Browser]:
    """A running browser, which ends with the block."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
        flags += ["--remote-debugging-port=0", f"--user-data-dir={home}", "--hide-scrollbars", "about:blank"]
        process = subprocess.Popen([program, *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield Browser(_port(Path(home) / "DevToolsActivePort"))
        finally:
            process.terminate()
            process.wait(timeout=20)


class Browser:
    """`port` is that of its DevTools."""

    def __init__(self, port: int) -> None:
        self.port = port

    @contextmanager
    def tabs(self) -> Iterator[Callable[[], Page]]:
        """Gives a function that opens a tab with cookies of its own; all of them close with the block."""
        with ExitStack() as open_:
            yield lambda: self._tab(open_)

    def _tab(self, open_: ExitStack) -> Page:
        with urlopen(f"http://127.0.0.1:{self.port}/json/version", timeout=10) as answer:
            address = json.load(answer)["webSocketDebuggerUrl"]
        session = Session(open_.enter_context(connect(address, max_size=None)))
        context = session.call("Target.createBrowserContext", disposeOnDetach=True)["browserContextId"]
        target = session.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        page = f"ws://127.0.0.1:{self.port}/devtools/page/{target}"
        return Page(open_.enter_context(connect(page, max_size=None)))


def _port(file: Path) -> int:
    end = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < end:
        if file.exists() and (lines := file.read_text().split()):
            return int(lines[0])
        time.sleep(0.1)
    raise TimeoutError("Chromium did not start.")
