#!/usr/bin/env python3
"""Forescale beside well-known forecasters from PyPI: error and CPU time, on the same series, origins and targets.

usage: bench/rivals/run [FILE...] [--minutes N] [--quick] [--rivals NAMES] [--anew] [--out FILE.json]

FILE is a CSV, plain or gzip, with timestamp,value; default: the traces in data/. `forescale backtest` runs first; its
forecasts.csv says which origins, targets and actual values there are and what seasonal_naive and the ensemble said. A
rival is fitted anew at every origin on what was known there, as somebody who runs it every 15 min would; LightGBM, which
predicts in microseconds, is refitted every 14 days. What is slow gets a sample of the origins, evenly spread, as many as its
share of the time allows, and the ensemble is scored on those very origins beside it. What a rival said is kept in
build/rivals, so that another run goes on where this one ended; --anew forgets it.

examples:
  bench/rivals/run                          the shipped traces, about 20 minutes
  bench/rivals/run --quick                  the same in under 5 minutes
  bench/rivals/run shop.csv.gz --minutes 5  your own series

Exit codes: 0 done, 1 the program could not be run, 2 wrong arguments.
"""

import argparse
import contextlib
import csv
import gzip
import io
import json
import logging
import math
import os
import pathlib
import resource
import subprocess
import sys
import time
import warnings
import zlib

import numpy as np

import methods

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = pathlib.Path(os.environ.get("FORESCALE", ROOT / "build" / "release" / "forescale"))
WORK = ROOT / "build" / "rivals"
HORIZONS = {900: "15 min", 3600: "1 h", 86400: "24 h"}


def cpu_seconds(who=None):
    """User and system time of this process and of those that it has waited for: Prophet fits in a child."""
    used = 0.0
    for one in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN) if who is None else (who,):
        usage = resource.getrusage(one)
        used += usage.ru_utime + usage.ru_stime
    return used


class Series:
    """One file on the grid that the backtest used, and what was said at every origin."""

    def __init__(self, path, folder):
        self.path = path
        self.name = path.name.removesuffix(".gz").removesuffix(".csv")
        self.read_rows(folder / self.name / "forecasts.csv")
        self.read_grid()

    def read_rows(self, path):
        self.said = {}  # (origin, horizon) -> {model: value}
        with open(path, newline="") as text:
            for row in csv.DictReader(text):
                if row["model"] in ("ensemble", "seasonal_naive"):
                    key = seconds(row["origin"]), int(row["horizon_s"])
                    values = self.said.setdefault(key, {"actual": float(row["actual"])})
                    values[row["model"]] = float(row["q50"])
        self.horizons = sorted({horizon for _, horizon in self.said})
        origins = sorted({origin for origin, _ in self.said})
        self.origins = [o for o in origins if all((o, h) in self.said for h in self.horizons)]

    def read_grid(self):
        """Means of 5 min, or the file's own coarser step; holes are filled linearly, as every rival asks for."""
        times, values = read_trace(self.path)
        step = int(np.median(np.diff(times)))
        self.step = max(300, step)
        phase = times[0] % self.step if step >= 300 else 0
        bucket = (times - phase) // self.step
        self.first = int(bucket[0]) * self.step + phase
        sums = np.bincount(bucket - bucket[0], weights=values)
        counts = np.bincount(bucket - bucket[0])
        known = np.flatnonzero(counts)
        self.values = np.interp(np.arange(len(sums)), known, sums[known] / counts[known])
        self.key = f"{self.name}:{zlib.crc32(self.values.tobytes()):08x}"

    def until(self, origin):
        """What is known at an origin: no later bucket."""
        return self.values[:(origin - self.first) // self.step + 1]


def seconds(text):
    return int(np.datetime64(text.removesuffix("Z"), "s").astype(np.int64))


def read_trace(path):
    opened = gzip.open(path, "rt") if path.suffix == ".gz" else open(path)
    with opened as text:
        rows = [(row["timestamp"], row["value"]) for row in csv.DictReader(text) if row["value"]]
    times = np.array([row[0].removesuffix("Z") for row in rows], "datetime64[s]").astype(np.int64)
    return times, np.array([float(row[1]) for row in rows])


def backtest(files):
    """Runs the program on one thread; returns its CPU seconds per step, which is one update with a forecast of all horizons."""
    out = WORK / "out"
    before = cpu_seconds(resource.RUSAGE_CHILDREN)
    done = subprocess.run([PROGRAM, "backtest", *files, "--out", out, "--threads", "1"], stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        sys.exit(f"{PROGRAM} failed with exit code {done.returncode}; build it with ./dev build, or name it in FORESCALE")
    return out, cpu_seconds(resource.RUSAGE_CHILDREN) - before


@contextlib.contextmanager
def quiet():
    """The rivals talk a lot."""
    logging.disable(logging.CRITICAL)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
    logging.disable(logging.NOTSET)


def spread(origins):
    """Every origin once, so that each beginning of the list is spread over all of them: halves of the gaps, by van der Corput."""
    order, seen = [], set()
    for i in range(4 * len(origins)):
        place, share, at = 0.0, 0.5, i + 1
        while at:
            place, share, at = place + share * (at & 1), share / 2, at >> 1
        index = int(place * len(origins))
        if index not in seen:
            seen.add(index)
            order.append(origins[index])
    return order


class Run:
    """What one rival said: per series, origin -> {horizon: value}; and what it cost."""

    def __init__(self, method, anew):
        self.method, self.said, self.fits, self.cpu = method, {}, 0, 0.0
        self.file = WORK / f"{method.name}.json"
        if self.file.exists() and not anew:
            kept = json.loads(self.file.read_text())
            self.said, self.fits, self.cpu = kept["said"], kept["fits"], kept["cpu_s"]

    def go(self, all_series, deadline):
        """One origin of every series in turn, until the time is up; one of each at least."""
        todo = {series.key: [o for o in spread(series.origins) if str(o) not in self.of(series)] for series in all_series}
        while any(todo.values()):
            for series in all_series:
                if all(self.of(one) for one in all_series) and time.monotonic() > deadline:
                    return self.keep()
                if todo[series.key]:
                    self.forecast(series, todo[series.key].pop(0))
        return self.keep()

    def of(self, series):
        return self.said.setdefault(series.key, {})

    def keep(self):
        self.file.write_text(json.dumps({"fits": self.fits, "cpu_s": self.cpu, "said": self.said}))

    def forecast(self, series, origin):
        began = cpu_seconds()
        with quiet():
            said = self.method.forecast(series, origin)
        self.cpu += cpu_seconds() - began
        self.fits += 1
        self.of(series)[str(origin)] = {str(h): max(float(v), 0.0) for h, v in said.items() if math.isfinite(v)}

    def origins(self, all_series):
        return sum(len(self.of(series)) for series in all_series)

    def ratios(self, all_series, horizon):
        """Geometric mean over series of the WAPE relative to seasonal_naive: of the rival, and of the ensemble on the same rows."""
        mine, ours = [], []
        for series in all_series:
            rows = [(series.said[int(origin), horizon], said[str(horizon)]) for origin, said in self.of(series).items()
                    if str(horizon) in said and (int(origin), horizon) in series.said]
            naive = sum(abs(row["seasonal_naive"] - row["actual"]) for row, _ in rows)
            if naive > 0:
                mine.append(sum(abs(value - row["actual"]) for row, value in rows) / naive)
                ours.append(sum(abs(row["ensemble"] - row["actual"]) for row, _ in rows) / naive)
        return (geometric(mine), geometric(ours)) if mine else (math.nan, math.nan)


def geometric(ratios):
    return math.exp(sum(math.log(max(ratio, 1e-9)) for ratio in ratios) / len(ratios))


def of_ensemble(all_series, horizon):
    """On every origin."""
    ratios = []
    for series in all_series:
        rows = [row for (_, h), row in series.said.items() if h == horizon]
        naive = sum(abs(row["seasonal_naive"] - row["actual"]) for row in rows)
        if naive > 0:
            ratios.append(sum(abs(row["ensemble"] - row["actual"]) for row in rows) / naive)
    return geometric(ratios) if ratios else math.nan


def told(cpu):
    """A CPU time as a person says it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if cpu >= size:
            return f"{cpu / size:.3g} {unit}"
    return f"{cpu / 1e-6:.3g} us"


def table(runs, all_series, own_cpu):
    """Markdown. `of it`: Forescale's error on the rival's own rows."""
    rows = [["", *[f"{label}, Forescale there" for label in HORIZONS.values()], "CPU per forecast", "of Forescale's", "origins"]]
    rows.append(["**Forescale**", *[number(of_ensemble(all_series, h)) for h in HORIZONS], told(own_cpu), "1",
                 str(sum(len(series.origins) for series in all_series))])
    for run in runs:
        cells = [f"{number(mine)}, {number(ours)}" for mine, ours in (run.ratios(all_series, h) for h in HORIZONS)]
        cost = run.cpu / max(run.fits, 1)
        rows.append([run.method.title, *cells, told(cost), f"{cost / own_cpu:,.0f}", str(run.origins(all_series))])
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|" + " --- |" * len(rows[0]))
    return "\n".join(lines)


def number(value):
    return f"{value:.3f}" if math.isfinite(value) else "-"


def document(runs, all_series, own_cpu):
    """The same figures for programs."""
    return {"series": [series.name for series in all_series],
            "forescale": {"cpu_s": own_cpu, "ratio": {str(h): of_ensemble(all_series, h) for h in HORIZONS}},
            "rivals": [{"name": run.method.name, "origins": run.origins(all_series), "cpu_s": run.cpu / max(run.fits, 1),
                        "ratio": {str(h): run.ratios(all_series, h)[0] for h in HORIZONS},
                        "forescale_there": {str(h): run.ratios(all_series, h)[1] for h in HORIZONS}} for run in runs]}


def arguments():
    parser = argparse.ArgumentParser(prog="bench/rivals/run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--minutes", type=float, default=20.0, help="for all rivals together (default: 20)")
    parser.add_argument("--quick", action="store_true", help="3 minutes")
    parser.add_argument("--rivals", default=",".join(methods.ALL), help="names, separated by commas (default: %(default)s)")
    parser.add_argument("--anew", action="store_true", help="ask the rivals again for what they have said in earlier runs")
    parser.add_argument("--out", type=pathlib.Path, help="write the figures there as JSON too")
    given = parser.parse_args()
    unknown = set(given.rivals.split(",")) - set(methods.ALL)
    if unknown:
        parser.error(f"no rival is called {', '.join(sorted(unknown))}; there are {', '.join(methods.ALL)}")
    given.files = given.files or sorted((ROOT / "data").glob("*.csv.gz"))
    for path in given.files:
        if not path.is_file():
            parser.error(f"{path} is no file")
    return given


def main():
    given = arguments()
    print(f"forescale backtest of {len(given.files)} series", flush=True)
    folder, cpu = backtest(given.files)
    all_series = [series for series in (Series(path, folder) for path in given.files) if series.origins]
    if not all_series:
        sys.exit("no series has an origin at which every horizon can be scored")
    own_cpu = cpu / sum(len(series.values) for series in all_series)
    chosen = [methods.ALL[name]() for name in given.rivals.split(",")]
    runs = []
    share = (3.0 if given.quick else given.minutes) * 60.0 / len(chosen)
    for method in chosen:
        began = time.monotonic()
        print(f"{method.title}: up to {share:.0f} s", flush=True)
        runs.append(Run(method, given.anew))
        runs[-1].go(all_series, began + share)
    print(f"\nWAPE relative to seasonal_naive, geometric mean over {len(all_series)} series\n\n{table(runs, all_series, own_cpu)}")
    if given.out:
        given.out.write_text(json.dumps(document(runs, all_series, own_cpu), indent=2) + "\n")


if __name__ == "__main__":
    main()
