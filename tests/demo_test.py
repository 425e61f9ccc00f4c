#!/usr/bin/env python3
"""The demonstration: on a terminal it shows a summary, then serves a page on which the replay goes on until Ctrl-C; without a
terminal it ends by itself with the summary."""

import json
import os
import re

from support import CONTROL_C, Terminal, forescale, get, iso, main, scratch, wait_for, write_trace

POLICIES = ("static-peak", "hpa", "last-week", "forescale", "clairvoyant")
PAGE = r"http://127\.0\.0\.1:(\d+)/"


def leftovers(folder):
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("forescale-demo"))


def has_the_summary(text):
    for policy in POLICIES:
        assert re.search(rf"^  {policy} +[\d.]+ ", text, re.M), (policy, text)
    assert re.search(r"^Forescale paid [\d.]+ instance-hours and left [\d.]+ % of the demand unserved;$", text, re.M), text
    assert re.search(r"^a Kubernetes HPA .* would have paid [\d.]+ and left [\d.]+ %\.$", text, re.M), text


def without_a_terminal_it_ends_with_the_summary():
    with scratch() as folder:
        done = forescale("demo", timeout=600, env={"TMPDIR": str(folder)})
        assert done.returncode == 0, done.stderr
        has_the_summary(done.stdout)
        last = done.stdout.strip().splitlines()[-2:]
        assert last[0].startswith("Forescale paid") and "HPA" in last[1], last
        assert "\x1b" not in done.stdout + done.stderr and "\r" not in done.stdout + done.stderr, "a log file wants no terminal codes"
        assert "level=" not in done.stderr, f"a visitor needs no log: {done.stderr}"
        assert leftovers(folder) == [], leftovers(folder)


def on_a_terminal_it_serves_a_page_that_moves_until_control_c():
    with scratch() as folder, Terminal("demo", "--port", 0, env={"TMPDIR": str(folder)}) as terminal:
        port = int(terminal.wait_text(PAGE).group(1))
        has_the_summary(terminal.text())
        assert len(leftovers(folder)) == 1, leftovers(folder)
        status, headers, page = get(port, "/")
        assert status == 200 and headers["Content-Type"].startswith("text/html") and "<title>Forescale" in page

        def turn():
            return json.loads(get(port, "/api/v1/scaling/status")[2])
        first = wait_for(lambda: (now := turn())["at"] and now, "the first turn on the page")
        later = wait_for(lambda: (now := turn())["at"] > first["at"] and now, "a later turn")
        assert later["turn"] > first["turn"] and later["services"][0]["decided_at"] > first["services"][0]["decided_at"]
        chart = json.loads(get(port, "/api/v1/metrics?service=website")[2])
        assert len(chart["actual"]) > 100 and len(chart["forecast"]) > 10 and chart["capacity"] and chart["future"]
        terminal.press(CONTROL_C)
        assert terminal.ends() == 0, terminal.text()
        assert leftovers(folder) == [], leftovers(folder)


def control_c_while_it_replays_ends_cleanly_too():
    with scratch() as folder, Terminal("demo", "--port", 0, env={"TMPDIR": str(folder)}) as terminal:
        terminal.wait_text(r"replay \[[#.]{30}\]")
        terminal.press(CONTROL_C)
        assert terminal.ends() == 0, terminal.text()
        assert leftovers(folder) == [], leftovers(folder)


def closing_the_terminal_leaves_nothing_behind():
    with scratch() as folder:
        write_trace(folder / "mine.csv", 4, step=300)
        with Terminal("demo", "--port", 0, "--trace", folder / "mine.csv", env={"TMPDIR": str(folder)}) as terminal:
            terminal.wait_text(PAGE)
            terminal.close()
            wait_for(lambda: terminal.process.poll() is not None, "the end of the program")
            assert leftovers(folder) == [], leftovers(folder)


def the_page_stays_behind_the_end_of_the_trace():
    with scratch() as folder:
        write_trace(folder / "mine.csv", 4, step=300)
        with Terminal("demo", "--port", 0, "--trace", folder / "mine.csv", "--speed", 100000) as terminal:
            terminal.wait_text("The trace has ended; the page stays until Ctrl-C")
            assert get(int(terminal.wait_text(PAGE).group(1)), "/health")[0] in (200, 503)
            terminal.press(CONTROL_C)
            assert terminal.ends() == 0, terminal.text()


def a_trace_of_the_user_is_replayed():
    with scratch() as folder:
        write_trace(folder / "mine.csv", 10, step=300)
        done = forescale("demo", "--trace", folder / "mine.csv")
        assert done.returncode == 0, done.stderr
        assert "mine.csv: 2880 samples, 5m apart" in done.stdout, done.stdout
        has_the_summary(done.stdout)


def a_short_trace_of_the_user_works_too():
    with scratch() as folder:
        write_trace(folder / "mine.csv", 1)
        with Terminal("demo", "--port", 0, "--trace", folder / "mine.csv") as terminal:
            port = int(terminal.wait_text(PAGE).group(1))
            assert get(port, "/")[0] == 200
            terminal.press(CONTROL_C)
            assert terminal.ends() == 0, terminal.text()


def a_named_folder_is_kept_and_can_be_explained():
    with scratch() as folder:
        write_trace(folder / "mine.csv", 2)
        done = forescale("demo", "--trace", folder / "mine.csv", "--folder", folder / "kept")
        assert done.returncode == 0, done.stderr
        verdict = forescale("audit", "verify", "--store", folder / "kept" / "forescale.db")
        assert verdict.returncode == 0, verdict.stdout + verdict.stderr
        why = forescale("explain", "--service", "website", "--store", folder / "kept" / "forescale.db")
        assert why.returncode == 0 and "Rules, in order" in why.stdout, why.stderr


def a_bad_trace_is_one_clear_line():
    good = f"{iso(1_700_000_400)},1\n"
    cases = {"absent.csv": (None, "absent.csv"), "empty.csv": ("", "empty.csv"), "one.csv": ("timestamp,value\n" + good, "one.csv"),
             "text.csv": (f"timestamp,value\n{good}{iso(1_700_000_460)},many\n", "text.csv:3"),
             "zeros.csv": ("timestamp,value\n" + "".join(f"{iso(1_700_000_400 + 60 * i)},0\n" for i in range(3000)), "99.5th percentile")}
    with scratch() as folder:
        for name, (text, part) in cases.items():
            if text is not None:
                (folder / name).write_text(text)
            done = forescale("demo", "--trace", folder / name, env={"TMPDIR": str(folder)})
            assert done.returncode == 2, (name, done.returncode, done.stderr)
            assert done.stderr.startswith("forescale: ") and done.stderr.count("\n") == 1 and part in done.stderr, (name, done.stderr)
            assert leftovers(folder) == [], leftovers(folder)


def a_port_in_use_is_one_clear_line():
    with scratch() as folder:
        write_trace(folder / "mine.csv", 2)
        with Terminal("demo", "--port", 0, "--trace", folder / "mine.csv") as first:
            port = first.wait_text(PAGE).group(1)
            with Terminal("demo", "--port", port, "--trace", folder / "mine.csv") as second:
                assert second.ends() == 3, second.text()
                assert second.text().startswith("forescale: ") and port in second.text() and second.text().count("\n") == 1, second.text()
            first.press(CONTROL_C)
            assert first.ends() == 0, first.text()


if __name__ == "__main__":
    main([without_a_terminal_it_ends_with_the_summary, on_a_terminal_it_serves_a_page_that_moves_until_control_c,
          control_c_while_it_replays_ends_cleanly_too, closing_the_terminal_leaves_nothing_behind,
          the_page_stays_behind_the_end_of_the_trace, a_trace_of_the_user_is_replayed, a_short_trace_of_the_user_works_too,
          a_named_folder_is_kept_and_can_be_explained, a_bad_trace_is_one_clear_line, a_port_in_use_is_one_clear_line])
