#!/usr/bin/env python3
"""kill -9 at random moments of a fast replay: every restart goes on, the decisions are those of an unbroken run to the bit, no
operation is applied twice, and the audit trail stays whole."""

import random
import signal
import sqlite3
import subprocess
import time

from support import PROGRAM, forescale, main, scratch, wait_for, write_config, write_trace

KILLS = 50
DAYS = 40


def rows(database, sql):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return connection.execute(sql).fetchall()


def decisions(database):
    return rows(database, "SELECT id, record FROM scaling_decisions ORDER BY id")


def newest_turn(database):
    try:
        return rows(database, "SELECT max(turn) FROM turns")[0][0]
    except sqlite3.Error:
        return None


def unbroken(folder, trace):
    config = write_config(folder, trace)
    done = forescale("run", "--config", config)
    assert done.returncode == 0, done.stderr
    return folder / "forescale.db"


def killed(folder, trace, rng):
    """Runs to the end of the data through KILLS kills; returns the database and how often the program was killed."""
    config = write_config(folder, trace)
    database = folder / "forescale.db"
    kills = 0
    while True:
        process = subprocess.Popen([PROGRAM, "run", "--config", config], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        began_at = newest_turn(database)
        try:
            if kills < KILLS:
                wait_for(lambda: newest_turn(database) != began_at or process.poll() is not None, "the first turn of a new life")
                time.sleep(rng.uniform(0.0, 0.06))  # the moment of the kill is what the test is about
                process.send_signal(signal.SIGKILL)
                kills += 1
            _, errors = process.communicate(timeout=300)
        finally:
            if process.poll() is None:
                process.kill()
        if process.returncode == 0:
            return database, kills
        assert process.returncode == -signal.SIGKILL, f"exit {process.returncode} after {kills} kills: {errors}"


def restarts_equal_an_unbroken_run():
    with scratch() as whole, scratch() as broken:
        trace = whole / "trace.csv"
        write_trace(trace, DAYS)
        expected = unbroken(whole, trace)
        database, kills = killed(broken, trace, random.Random(7))
        assert kills >= KILLS, f"the replay ended after {kills} kills: make it longer"
        want, have = decisions(expected), decisions(database)
        assert len(want) > 1000, len(want)
        for a, b in zip(want, have):
            assert a == b, f"decision {a[0]} differs after a kill:\n{a[1]}\n{b[0]} {b[1]}"
        assert len(want) == len(have), f"{len(want)} decisions unbroken, {len(have)} with kills"
        verdict = forescale("audit", "verify", "--store", database)
        assert verdict.returncode == 0, verdict.stdout + verdict.stderr
        operations_are_whole(expected, database)


def operations_are_whole(expected, database):
    sql = "SELECT id, replicas_to, state FROM operations ORDER BY id"
    want, have = rows(expected, sql), rows(database, sql)
    assert want == have, [pair for pair in zip(want, have) if pair[0] != pair[1]][:3]
    assert not [row for row in have[:-1] if row[2] in ("intended", "executing")], "an operation was left half done"


if __name__ == "__main__":
    main([restarts_equal_an_unbroken_run])
