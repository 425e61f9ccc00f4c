#!/usr/bin/env python3
"""The demonstration: without a terminal it ends by itself with the summary; on a terminal it serves a page whose chart moves."""

import os
import pty
import re
import signal
import subprocess

from support import PROGRAM, forescale, main, wait_for


def without_a_terminal_it_ends_with_the_summary():
    done = forescale("demo", timeout=600)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("Traceback") == 0
    for policy in ("static-peak", "hpa", "last-week", "forescale", "clairvoyant"):
        assert re.search(rf"^  {policy} +[\d.]+ ", done.stdout, re.M), (policy, done.stdout)
    last = done.stdout.strip().splitlines()[-2:]
    assert last[0].startswith("Forescale paid") and "HPA" in last[1], last


if __name__ == "__main__":
    main([without_a_terminal_it_ends_with_the_summary])
