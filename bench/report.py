#!/usr/bin/env python3
"""Runs the benchmarks and prints median and p99 of each beside the bars of bars.json.

usage: ./dev bench [--filter REGEX] [--repetitions N] [--strict]

Every benchmark runs several times. The median is the median over the runs, and `noise` is how far they lie apart: a
difference smaller than it says nothing. The p99 is that of the calmest run, because what else the machine does can only
add to it. A missed bar is told; only --strict makes it an error.

examples:
  ./dev bench                                   all of them
  ./dev bench --filter decide --repetitions 9   one, more exactly
  ./dev bench --strict                          exit code 1 when a bar is missed

Exit codes: 0 done, 1 a bar is missed under --strict or a benchmark failed, 2 wrong arguments.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}


class Figures(NamedTuple):
    """One benchmark over its repetitions, in seconds; `noise` is the spread of the medians, as a share of their middle."""
    name: str
    median: float
    p99: float | None
    cpu: float
    noise: float


class Bar(NamedTuple):
    figure: str
    seconds: float
    text: str


def figures(runs: list[dict]) -> list[Figures]:
    """From the `benchmarks` of Google Benchmark's JSON; single calls where the benchmark timed them, else its mean per call."""
    by_name: dict[str, list[dict]] = {}
    for run in runs:
        if run.get("run_type", "iteration") == "iteration" and not run.get("error_occurred"):
            by_name.setdefault(run.get("run_name", run["name"]), []).append(run)
    return [figures_of(name, group) for name, group in by_name.items()]


def figures_of(name: str, group: list[dict]) -> Figures:
    medians = [run["p50_us"] * 1e-6 if "p50_us" in run else run["real_time"] * SECONDS[run["time_unit"]] for run in group]
    tails = [run["p99_us"] * 1e-6 for run in group if "p99_us" in run]
    median = statistics.median(medians)
    return Figures(plain(name), median, min(tails, default=None),
                   statistics.median(run["cpu_time"] * SECONDS[run["time_unit"]] for run in group),
                   (max(medians) - min(medians)) / median if median > 0 else 0.0)


def plain(name: str) -> str:
    """The name without what the library appends to say how it ran: decide/iterations:1 -> decide"""
    marks = ("repeats:", "iterations:", "min_time:", "min_warmup_time:", "process_time", "real_time", "manual_time", "threads:")
    return "/".join(part for part in name.split("/") if not part.startswith(marks))


def read_bars(path: str) -> dict[str, list[Bar]]:
    """By benchmark; one of them may have bars on several figures."""
    bars: dict[str, list[Bar]] = {}
    with open(path, encoding="utf-8") as file:
        for bar in json.load(file):
            text = f'{bar["figure"]} <= {bar["bar"]:g} {bar["unit"]}'
            bars.setdefault(bar["benchmark"], []).append(Bar(bar["figure"], bar["bar"] * SECONDS[bar["unit"]], text))
    return bars


def in_words(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    unit = next((u for u in ("s", "ms", "us") if seconds >= SECONDS[u]), "ns")
    return f"{seconds / SECONDS[unit]:.3g} {unit}"


def verdict(found: Figures, bars: list[Bar]) -> str:
    return "; ".join(verdict_on(found, bar) for bar in bars)


def verdict_on(found: Figures, bar: Bar) -> str:
    value = {"median": found.median, "p99": found.p99, "cpu": found.cpu}[bar.figure]
    if value is None:
        return f"{bar.text}: not measured, use measure_calls()"
    return f"{bar.text}: {'met' if value <= bar.seconds else 'MISSED, ' + in_words(value)}"


def table(found: list[Figures], bars: dict[str, list[Bar]]) -> list[str]:
    rows = [("benchmark", "median", "p99", "CPU", "noise", "bar")]
    rows += [(f.name, in_words(f.median), in_words(f.p99), in_words(f.cpu), f"{f.noise:.0%}", verdict(f, bars.get(f.name, [])))
             for f in sorted(found)]
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    return ["  ".join([row[0].ljust(widths[0])] + [row[i].rjust(widths[i]) for i in range(1, 5)] + [row[5]]).rstrip() for row in rows]


def run(program: str, arguments: argparse.Namespace) -> list[dict]:
    """The runs of one benchmark program. Its own words go to the screen only when it fails."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.json")
        done = subprocess.run([program, f"--benchmark_filter={arguments.filter}", f"--benchmark_out={out}",
                               "--benchmark_out_format=json", f"--benchmark_repetitions={arguments.repetitions}"],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"bench: {program} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        if not os.path.exists(out) or os.path.getsize(out) == 0:
            return []
        with open(out, encoding="utf-8") as file:
            runs = json.load(file)["benchmarks"]
    for failed in (r for r in runs if r.get("error_occurred")):
        sys.exit(f"bench: {failed['name']}: {failed.get('error_message', 'failed')}")
    return runs


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__, usage=argparse.SUPPRESS,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(HERE, "..", "build", "release"), help=argparse.SUPPRESS)
    parser.add_argument("--filter", default=".", help="only benchmarks whose name matches")
    parser.add_argument("--repetitions", type=int, default=5, help="runs of each (default: 5)")
    parser.add_argument("--strict", action="store_true", help="a missed bar is an error")
    arguments = parser.parse_args()

    folder = os.path.join(arguments.build, "bench")
    programs = sorted(p for p in os.listdir(folder) if p.endswith("_bench"))
    runs = []
    for number, program in enumerate(programs, 1):
        start = time.monotonic()
        print(f"[{number}/{len(programs)}] {program} ", end="", flush=True)
        runs += run(os.path.join(folder, program), arguments)
        print(f"{time.monotonic() - start:.0f} s")
    with open(os.path.join(folder, "results.json"), "w", encoding="utf-8") as file:
        json.dump(runs, file, indent=1)

    bars = read_bars(os.path.join(HERE, "bars.json"))
    found = figures(runs)
    print("\n" + "\n".join(table(found, bars)))
    missed = [f.name for f in found if "MISSED" in verdict(f, bars.get(f.name, []))]
    unmeasured = sorted(set(bars) - {f.name for f in found}) if arguments.filter == "." else []
    print(f"\n{len(found)} benchmarks on {os.cpu_count()} processors, {arguments.repetitions} runs each; bars missed: "
          f"{', '.join(missed) or 'none'}" + (f"; not measured: {', '.join(unmeasured)}" if unmeasured else ""))
    return 1 if arguments.strict and (missed or unmeasured) else 0


if __name__ == "__main__":
    sys.exit(main())
