#!/usr/bin/env python3
"""Input that is wrong, and surroundings that fail: one clear line or a counted, visible state; never a crash, never a
scale-down, and nothing stored is lost."""

import gzip
import os
import resource
import signal
import socket
import sqlite3
import subprocess

from support import PROGRAM, forescale, get, iso, main, running, scratch, wait_for, write_config, write_trace

START = 1_700_000_400


def is_one_clear_line(done, *parts, code=2):
    assert done.returncode == code, f"exit {done.returncode}: {done.stderr}"
    assert done.stderr.startswith("forescale: "), done.stderr
    assert done.stderr.count("\n") == 1, f"more than one line: {done.stderr}"
    for part in parts:
        assert str(part) in done.stderr, f"'{part}' is not in: {done.stderr}"


def bad_files_name_the_file_and_the_line():
    cases = {
        "empty.csv": ("", "empty"),
        "header.csv": ("timestamp,value\n", "header.csv"),
        "one.csv": ("timestamp,value\n2026-01-01T00:00:00Z,1\n", "one.csv"),
        "text.csv": (f"timestamp,value\n{iso(START)},1\n{iso(START + 60)},many\n", "text.csv:3"),
        "unsorted.csv": (f"timestamp,value\n{iso(START + 60)},1\n{iso(START)},2\n{iso(START + 120)},2\n", "unsorted.csv:3"),
        "twice.csv": (f"timestamp,value\n{iso(START)},1\n{iso(START)},2\n{iso(START + 120)},2\n", "twice.csv:3"),
        "future.csv": (f"timestamp,value\n{iso(START)},1\n{iso(START + 300)},2\n9999-01-01T00:00:00Z,2\n", "future.csv:4"),
        "negative.csv": (f"timestamp,value\n{iso(START)},1\n{iso(START + 60)},-2\n", "negative.csv:3"),
        "nozone.csv": ("timestamp,value\n2026-01-01 00:00,1\n", "nozone.csv:2"),
    }
    with scratch() as folder:
        for name, (text, part) in cases.items():
            (folder / name).write_text(text)
            for command in ("backtest", "simulate"):
                is_one_clear_line(forescale(command, folder / name), part)
        is_one_clear_line(forescale("backtest", folder / "absent.csv"), "absent.csv")
        is_one_clear_line(forescale("backtest", folder), str(folder))
        torn = folder / "torn.csv.gz"
        torn.write_bytes(gzip.compress(b"timestamp,value\n" * 5000)[:200])
        is_one_clear_line(forescale("backtest", torn), "torn.csv.gz", code=forescale("backtest", torn).returncode)


def a_line_of_five_gigabytes_is_refused_in_little_memory():
    with scratch() as folder:
        path = folder / "long.csv"
        with open(path, "wb") as out:
            out.write(b"timestamp,value\n")
            out.truncate(5 * 1024**3)  # a sparse file: zeros, no line end
        done = forescale("backtest", path)
        is_one_clear_line(done, "long.csv")
        largest_kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        assert largest_kb < 512 * 1024, f"a child of this test took {largest_kb} kB"


def decisions_of(folder, sql="SELECT at, record FROM scaling_decisions ORDER BY at"):
    with sqlite3.connect(f"file:{folder}/forescale.db?mode=ro", uri=True) as connection:
        return connection.execute(sql).fetchall()


def operations_of(folder):
    return decisions_of(folder, "SELECT intended_at, replicas_from, replicas_to FROM operations ORDER BY intended_at")


def odd_rows_in_a_replay_are_counted_and_harm_nothing():
    with scratch() as folder:
        trace = folder / "trace.csv"
        write_trace(trace, 3)
        lines = trace.read_text().splitlines()
        lines[2000] = lines[2000].split(",")[0] + ",NaN"
        lines[2001] = lines[2001].split(",")[0] + ",-5"
        lines[2002] = lines[2002].split(",")[0] + ",lots"
        lines[2003] = iso(START + 10**9) + ",5"  # far in the future
        lines.insert(2500, lines[2400])            # late
        lines.insert(2600, lines[2600])            # duplicate
        trace.write_text("\n".join(lines) + "\n")
        config = write_config(folder, trace)
        done = forescale("run", "--config", config)
        assert done.returncode == 0, done.stderr
        assert "trace.csv:" in done.stderr and "lots" in done.stderr, done.stderr
        assert decisions_of(folder), "no decision was made"


def a_gap_of_ten_hours_never_scales_down():
    with scratch() as folder:
        trace = folder / "trace.csv"
        write_trace(trace, 3)
        lines = trace.read_text().splitlines()
        gap_from, gap_to = START + 2 * 86400, START + 2 * 86400 + 36000
        first = 1 + 2 * 1440
        del lines[first:first + 600]
        trace.write_text("\n".join(lines) + "\n")
        done = forescale("run", "--config", write_config(folder, trace))
        assert done.returncode == 0, done.stderr
        during = [row for row in operations_of(folder) if (gap_from + 35 * 60) * 1000 < row[0] < gap_to * 1000]
        assert not [row for row in during if row[2] < row[1]], during
        reasons = decisions_of(folder, "SELECT DISTINCT reason FROM scaling_decisions WHERE "
                                       f"at > {(gap_from + 3600) * 1000} AND at < {gap_to * 1000}")
        assert reasons == [("hold_missing_data",)], reasons


def a_step_of_a_thousand_times_is_followed_within_bounds():
    with scratch() as folder:
        trace = folder / "trace.csv"
        write_trace(trace, 2)
        with open(trace, "a") as out:
            for i in range(120):
                out.write(f"{iso(START + 2 * 86400 + i * 60)},100000\n")
        done = forescale("run", "--config", write_config(folder, trace))
        assert done.returncode == 0, done.stderr
        assert operations_of(folder)[-1][2] == 100, operations_of(folder)[-1]


def a_port_in_use_says_which_and_what_to_do():
    with scratch() as folder, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        trace = folder / "trace.csv"
        write_trace(trace, 1)
        done = forescale("run", "--config", write_config(folder, trace, port=port))
        is_one_clear_line(done, port, code=3)


def a_locked_or_corrupt_database_is_left_alone():
    with scratch() as folder:
        trace = folder / "trace.csv"
        write_trace(trace, 2)
        config = write_config(folder, trace, mode="scaled", speed=60)
        with running("run", "--config", config) as first:
            wait_for(lambda: (folder / "forescale.db").exists() and first.poll() is None, "the database of the first process")
            wait_for(lambda: decisions_exist(folder), "its first turn")
            is_one_clear_line(forescale("run", "--config", config), first.pid, code=3)
    with scratch() as folder:
        trace = folder / "trace.csv"
        write_trace(trace, 1)
        config = write_config(folder, trace)
        garbage = os.urandom(100_000)
        (folder / "forescale.db").write_bytes(garbage)
        is_one_clear_line(forescale("run", "--config", config), "forescale.db", code=4)
        assert (folder / "forescale.db").read_bytes() == garbage, "a file that is not ours was changed"


def decisions_exist(folder):
    try:
        return decisions_of(folder)
    except sqlite3.Error:
        return None


def a_full_disk_holds_sizes_and_goes_on_when_there_is_room():
    with scratch() as folder:
        trace = folder / "trace.csv"
        write_trace(trace, 4)
        config = write_config(folder, trace)
        small = 600_000
        done = subprocess.run([PROGRAM, "run", "--config", config], capture_output=True, text=True, timeout=120,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (small, small)))
        assert done.returncode >= 0, f"killed by signal {-done.returncode}: {done.stderr}"
        assert "free space" in done.stderr.lower(), done.stderr
        before = decisions_of(folder)
        done = forescale("run", "--config", config)
        assert done.returncode == 0, done.stderr
        assert decisions_of(folder)[:len(before)] == before, "what was stored is not there any more"
        assert len(decisions_of(folder)) > len(before)
        assert forescale("audit", "verify", "--config", config).returncode == 0


def sigterm_in_the_middle_of_turns_ends_cleanly():
    with scratch() as folder:
        trace = folder / "trace.csv"
        write_trace(trace, 30)
        config = write_config(folder, trace)
        with running("run", "--config", config) as process:
            wait_for(lambda: decisions_exist(folder), "the first decision")
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0
        assert forescale("audit", "verify", "--config", config).returncode == 0


if __name__ == "__main__":
    main([bad_files_name_the_file_and_the_line, a_line_of_five_gigabytes_is_refused_in_little_memory,
          odd_rows_in_a_replay_are_counted_and_harm_nothing, a_gap_of_ten_hours_never_scales_down,
          a_step_of_a_thousand_times_is_followed_within_bounds, a_port_in_use_says_which_and_what_to_do,
          a_locked_or_corrupt_database_is_left_alone, a_full_disk_holds_sizes_and_goes_on_when_there_is_room,
          sigterm_in_the_middle_of_turns_ends_cleanly])
