"""What the end-to-end tests share: the built program, a scratch folder, waiting on conditions."""

import contextlib
import datetime
import fcntl
import http.client
import json
import math
import os
import pathlib
import pty
import random
import re
import select
import subprocess
import sys
import tempfile
import termios
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(os.environ.get("FORESCALE", ROOT / "build" / "release" / "forescale"))


def forescale(*args, timeout=300, env=None, cwd=None):
    """Runs the program to its end; returns the completed process with text output."""
    return subprocess.run([PROGRAM, *map(str, args)], capture_output=True, text=True, timeout=timeout,
                          env={**os.environ, **(env or {})}, cwd=cwd, stdin=subprocess.DEVNULL)


@contextlib.contextmanager
def scratch():
    """A folder of its own that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="forescale-test-") as folder:
        yield pathlib.Path(folder)


@contextlib.contextmanager
def running(*args, cwd=None, env=None):
    """The program in the background; ended by process id on the way out."""
    process = subprocess.Popen([PROGRAM, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               cwd=cwd, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


class Terminal:
    """The program on a terminal of its own, as a person starts it. Ended by process id on the way out."""

    def __init__(self, *args, env=None):
        self.master, slave = pty.openpty()
        self.seen = b""
        self.process = subprocess.Popen([PROGRAM, *map(str, args)], stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                                        env={**os.environ, **(env or {})},
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.close()

    def close(self):
        """The window is closed: the program is told by SIGHUP."""
        if self.master >= 0:
            os.close(self.master)
        self.master = -1

    def text(self):
        """Everything that was shown up to now."""
        with contextlib.suppress(OSError):  # the other end is closed: nothing more comes
            while select.select([self.master], [], [], 0)[0]:
                more = os.read(self.master, 65536)
                if not more:
                    break
                self.seen += more
        return self.seen.decode(errors="replace").replace("\r\n", "\n")

    def wait_text(self, pattern, timeout=120):
        """Waits until the regular expression is on the terminal; returns the match."""
        def shown():
            found = re.search(pattern, self.text(), re.M)
            assert found or self.process.poll() is None or re.search(pattern, self.text(), re.M), \
                f"exit {self.process.returncode} before '{pattern}': {self.text()[-2000:]}"
            return found
        return wait_for(shown, f"'{pattern}' on the terminal", timeout)

    def press(self, keys):
        """Types; the terminal makes signals of control keys."""
        os.write(self.master, keys)

    def ends(self, timeout=60):
        """Waits for the end, reading all the while; returns the exit code."""
        wait_for(lambda: (self.text(), self.process.poll() is not None)[1], "the end of the program", timeout)
        return self.process.returncode


CONTROL_C = b"\x03"


def wait_for(condition, what, timeout=60):
    """Polls until condition() is true; fails with `what` otherwise."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout} s in vain for {what}")
        time.sleep(0.02)


def get(port, path, timeout=10):
    """GET on loopback: status, headers, text."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        connection.close()


def iso(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_trace(path, days, step=60, start=1_700_000_400, level=100.0, seed=1):
    """A series with a daily cycle and noise; returns its last time."""
    rng = random.Random(seed)
    steps = int(days * 86400 / step)
    with open(path, "w") as out:
        out.write("timestamp,value\n")
        for i in range(steps):
            t = start + i * step
            value = level * (1.2 + math.sin(2 * math.pi * (t % 86400) / 86400)) + rng.gauss(0, 0.05 * level)
            out.write(f"{iso(t)},{max(value, 0.0):.3f}\n")
    return start + (steps - 1) * step


def write_config(folder, trace, **options):
    """A configuration that replays `trace` as fast as it can on the simulated target."""
    path = folder / "forescale.yaml"
    text = f"""
log: {{level: warn}}
api: {{port: {options.get("port", 0)}}}
store: {{path: {folder}/forescale.db}}
clock: {{mode: {options.get("mode", "fast")}, speed: {options.get("speed", 300)}}}
target: {{kind: simulated, journal: {folder}/target.journal, simulated: {{lead_time: 5m{options.get("target", "")}}}}}
collectors:
  - {{name: replay, kind: replay, files: [{trace}], service: shop}}
services:
  - name: shop
    zone: Europe/Berlin
    capacity_per_replica: {options.get("capacity", 10)}
    policy: {{replicas_min: 2, replicas_max: 100}}
"""
    path.write_text(text)
    return path


def main(cases):
    """Runs the functions of a test file and says what passed, as a test runner does."""
    wanted = sys.argv[1:]
    failed = 0
    chosen = [case for case in cases if not wanted or case.__name__ in wanted]
    for case in chosen:
        began = time.monotonic()
        try:
            case()
            print(f"ok   {case.__name__} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception as error:  # a test reports whatever went wrong
            failed += 1
            print(f"FAIL {case.__name__}: {type(error).__name__}: {error}", flush=True)
    print(f"{len(chosen) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
