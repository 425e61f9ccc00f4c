#!/usr/bin/env python3
"""What the table of ./dev bench says about given runs."""

import os
import unittest

import report

RUNS = [{"name": "decide", "run_name": "decide/repeats:3", "real_time": t, "cpu_time": t, "time_unit": "us",
         "p50_us": t, "p99_us": 4 * t} for t in (10.0, 12.0, 11.0)]
RUNS += [{"name": "replay_mean", "run_name": "replay", "run_type": "aggregate", "real_time": 1.0, "cpu_time": 1.0, "time_unit": "s"},
         {"name": "replay", "run_name": "replay", "run_type": "iteration", "real_time": 2500.0, "cpu_time": 1500.0, "time_unit": "ms"}]


class Report(unittest.TestCase):
    def test_the_median_is_over_the_runs_and_the_p99_that_of_the_calmest(self) -> None:
        decide, replay = report.figures(RUNS)
        self.assertEqual(decide.name, "decide")
        self.assertAlmostEqual(decide.median, 11e-6)
        self.assertAlmostEqual(decide.p99 or 0, 40e-6)
        self.assertAlmostEqual(decide.noise, 2 / 11)
        self.assertEqual((replay.median, replay.p99, replay.cpu), (2.5, None, 1.5))

    def test_a_bar_is_met_or_missed(self) -> None:
        decide, replay = report.figures(RUNS)
        self.assertIn("met", report.verdict(decide, [report.Bar("p99", 50e-6, "")]))
        self.assertIn("MISSED, 40 us", report.verdict(decide, [report.Bar("p99", 39e-6, "")]))
        self.assertIn("not measured", report.verdict(replay, [report.Bar("p99", 1.0, "")]))
        self.assertEqual(report.verdict(replay, []), "")

    def test_every_bar_of_a_benchmark_is_judged(self) -> None:
        decide, _ = report.figures(RUNS)
        bars = [report.Bar("median", 20e-6, "median <= 20 us"), report.Bar("p99", 39e-6, "p99 <= 39 us")]
        self.assertEqual(report.verdict(decide, bars), "median <= 20 us: met; p99 <= 39 us: MISSED, 40 us")

    def test_a_row_reads_aloud(self) -> None:
        rows = report.table(report.figures(RUNS), {"decide": [report.Bar("p99", 50e-6, "p99 <= 50 us")]})
        self.assertEqual(rows[1].split(), "decide 11 us 40 us 11 us 18% p99 <= 50 us: met".split())
        self.assertEqual(rows[2].split(), "replay 2.5 s - 1.5 s 0%".split())

    def test_the_bars_can_be_read(self) -> None:
        bars = report.read_bars(os.path.join(report.HERE, "bars.json"))
        self.assertAlmostEqual(bars["decide"][0].seconds, 50e-6)
        self.assertEqual([bar.figure for bar in bars["forecast"]], ["median", "p99"])


if __name__ == "__main__":
    unittest.main()
