"""A headless Chromium, driven over a pipe with the DevTools protocol: no port, no driver, nothing but the standard library."""

import base64
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb",
         "--remote-debugging-pipe"]


class Browser:
    """What the pages asked for and what they complained of is kept. Ended by process id on the way out."""

    def __init__(self, width=1400, height=900, flags=()):
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        assert program, "chromium is not installed: ./dev setup test"
        self.profile = tempfile.mkdtemp(prefix="forescale-chromium-")
        self.number, self.waiting, self.session = 0, b"", None
        self.requests, self.complaints = [], []
        self.start(program, [*flags, f"--user-data-dir={self.profile}", f"--window-size={width},{height}", "about:blank"])
        self.target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")["targetId"]
        self.attach()
        self.resize(width, height)

    def start(self, program, arguments):
        """The browser reads commands from its descriptor 3 and writes answers to 4."""
        read_commands, self.commands = os.pipe()
        self.answers, write_answers = os.pipe()
        shell = f'exec "$0" "$@" 3<&{read_commands} 4>&{write_answers}'
        self.process = subprocess.Popen(["bash", "-c", shell, program, *FLAGS, *arguments], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
                                        pass_fds=[read_commands, write_answers])
        os.close(read_commands)
        os.close(write_answers)

    def attach(self):
        """From here on everything is asked of the page in self.target."""
        self.session = self.whole("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def window(self):
        """Another window; the ones before stay as they are."""
        self.target = self.whole("Target.createTarget", url="about:blank", newWindow=True)["targetId"]
        self.attach()

    def minimize(self):
        number = self.whole("Browser.getWindowForTarget", targetId=self.target)["windowId"]
        self.whole("Browser.setWindowBounds", windowId=number, bounds={"windowState": "minimized"})

    def whole(self, method, **params):
        """A command to the browser itself, not to a page of it."""
        page, self.session = self.session, None
        try:
            return self.call(method, **params)
        finally:
            self.session = page

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(Exception):
            self.whole("Browser.close", timeout=5)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        with contextlib.suppress(ProcessLookupError):  # the group that this object started, and nothing else
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.commands)
        os.close(self.answers)
        shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, method, timeout=60, **params):
        """One command and its result."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + timeout
        while True:
            answer = self.read(deadline, method)
            if answer.get("id") == self.number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]

    def read(self, deadline, method):
        """The next message; events are noted."""
        while b"\0" not in self.waiting:
            left = deadline - time.monotonic()
            assert left > 0 and select.select([self.answers], [], [], left)[0], f"the browser does not answer {method}"
            more = os.read(self.answers, 1 << 20)
            assert more, f"the browser has ended (exit code {self.process.poll()})"
            self.waiting += more
        line, self.waiting = self.waiting.split(b"\0", 1)
        message = json.loads(line)
        self.note(message.get("method"), message.get("params", {}))
        return message

    def note(self, event, params):
        if event == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif event == "Runtime.exceptionThrown":
            self.complaints.append(str(params["exceptionDetails"]))
        elif event == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.complaints.append(f"console.{params['type']}: {params['args']}")
        elif event == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.complaints.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
        elif event == "Network.loadingFailed" and not params.get("canceled"):
            self.complaints.append(f"loading failed: {params['errorText']} {params.get('blockedReason', '')}")

    def open(self, url):
        self.call("Page.navigate", url=url)

    def run(self, script):
        """The value of an expression in the page; a promise is waited for."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, f"{script}: {result['exceptionDetails']}"
        return result["result"].get("value")

    def resize(self, width, height, mobile=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    def scheme(self, name):
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def press(self, key, code=None, text=None):
        """One key, as a person presses it."""
        keys = {"Tab": 9, "Enter": 13, "ArrowDown": 40, "ArrowUp": 38, " ": 32}
        event = {"key": key, "code": code or key, "windowsVirtualKeyCode": keys.get(key, 0)}
        if key in ("Enter", " "):
            text = "\r" if key == "Enter" else " "
        self.call("Input.dispatchKeyEvent", type="keyDown", **event, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    def click(self, selector):
        """A real click in the middle of an element, which must be where it can be hit."""
        point = self.run(f"""(() => {{
            const found = document.querySelector({json.dumps(selector)});
            if (!found) return null;
            found.scrollIntoView({{block: "center"}});
            const box = found.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
            const hit = document.elementFromPoint(x, y);
            return found.contains(hit) || hit?.contains(found) ? [x, y] : null;
        }})()""")
        assert point, f"{selector} is not there or is covered"
        self.move(*point)
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=point[0], y=point[1], button="left", clickCount=1)

    def move(self, x, y):
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def screenshot(self, path):
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))
