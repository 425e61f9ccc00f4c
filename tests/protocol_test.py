#!/usr/bin/env python3
"""What `backtest --out` and `simulate --out` write: the columns that are promised, and every figure that can be recomputed from
the series alone, recomputed here without a line of the program's own code."""

import bisect
import collections
import csv
import datetime
import functools
import gzip
import json
import math
import pathlib
import random

from support import ROOT, forescale, iso, main, scratch

SERIES = sorted((ROOT / "data").glob("*.csv.gz"))
SMOOTH = ROOT / "data" / "web_service_1min.csv.gz"
BURSTY = ROOT / "data" / "elb_requests_5min.csv.gz"
DAY = 86400
GRID = 300
HORIZONS = [900, 3600, DAY]
LEVELS = ["q05", "q10", "q20", "q30", "q40", "q50", "q60", "q70", "q80", "q90", "q95", "q99"]
FORECAST_COLUMNS = ["origin", "horizon_s", "target", "model", *LEVELS, "actual"]
DECISION_COLUMNS = ["timestamp", "policy", "demand", "ready", "pending", "desired", "reason"]
POLICIES = {"static-peak", "hpa", "last-week", "holt-winters", "fft", "hourly-max", "forescale", "clairvoyant"}
REPLICAS_MIN, REPLICAS_MAX = 2, 100

work = None  # the folder of this run; set at the end of the file


# ---- reading

@functools.cache
def seconds(text):
    return int(datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc).timestamp())


@functools.cache
def samples(path):
    """Time and value of every row of a trace."""
    opened = gzip.open(path, "rt") if path.suffix == ".gz" else open(path)
    with opened as text:
        return [(seconds(row["timestamp"]), float(row["value"])) for row in csv.DictReader(text)]


def name_of(path):
    return path.name.removesuffix(".gz").removesuffix(".csv")


def step_of(path):
    times = [t for t, _ in samples(path)]
    return collections.Counter(b - a for a, b in zip(times, times[1:])).most_common(1)[0][0]


@functools.cache
def grid_of(path):
    """Mean of the samples of every 5 min, by the start of the bucket; a bucket without a sample is absent."""
    buckets = collections.defaultdict(list)
    for t, value in samples(path):
        buckets[t - t % GRID].append(value)
    return {t: sum(values) / len(values) for t, values in buckets.items()}


def test_part(path):
    grid = grid_of(path)
    first, last = min(grid), max(grid)
    steps = (last - first) // GRID + 1
    return first + math.ceil(0.75 * steps) * GRID, last


def read_rows(path):
    with open(path, newline="") as text:
        reader = csv.DictReader(text)
        return reader.fieldnames, list(reader)


def ran(*args):
    done = forescale(*args)
    assert done.returncode == 0, done.stderr
    assert "level=" not in done.stderr, f"the log of a simulated world is of no interest: {done.stderr[:500]}"
    return done.stdout


@functools.cache
def backtested():
    """The folder that one backtest of every series left, and what was printed."""
    out = work / "backtest"
    return out, json.loads(ran("backtest", *SERIES, "--out", out, "--output", "json"))


@functools.cache
def simulated():
    out = work / "simulate"
    return out, json.loads(ran("simulate", *SERIES, "--out", out, "--output", "json"))


@functools.cache
def forecasts(path):
    return read_rows(backtested()[0] / name_of(path) / "forecasts.csv")


@functools.cache
def decisions(path, lead=300):
    """Rows per policy, in time order."""
    if lead == 300:
        out = simulated()[0]
    else:
        out = work / f"lead-{lead}"
        ran("simulate", path, "--out", out, "--lead-time", f"{lead}s", "--policies", "hpa,clairvoyant")
    columns, rows = read_rows(out / name_of(path) / "decisions.csv")
    assert columns == DECISION_COLUMNS, columns
    by_policy = collections.defaultdict(list)
    for row in rows:
        by_policy[row["policy"]].append(row)
    return by_policy


def near(a, b, tolerance=1e-7):
    return math.isclose(a, b, rel_tol=tolerance, abs_tol=1e-9)


def percentile(values, share):
    """Interpolated linearly."""
    values = sorted(values)
    rank = share * (len(values) - 1)
    below = int(rank)
    return values[below] + (rank - below) * (values[min(below + 1, len(values) - 1)] - values[below])


# ---- forecasts

def forecasts_have_the_promised_columns_and_every_row():
    for path in SERIES:
        columns, rows = forecasts(path)
        assert columns == FORECAST_COLUMNS, columns
        grid, (begin, last) = grid_of(path), test_part(path)
        expected = {(o, h) for o in range(begin, last + 1, GRID) if o % 900 == 0 for h in HORIZONS if o + h in grid}
        models = collections.defaultdict(set)
        for row in rows:
            origin, horizon = seconds(row["origin"]), int(row["horizon_s"])
            assert seconds(row["target"]) == origin + horizon, row
            assert near(float(row["actual"]), grid[origin + horizon]), row
            assert row["model"] not in models[origin, horizon], f"twice: {row}"
            models[origin, horizon].add(row["model"])
        assert set(models) == expected, (path.name, sorted(set(models) ^ expected)[:3])
        every = models[next(iter(models))]
        assert {"ensemble", "seasonal_naive", "weekly_naive", "last_value"} <= every, every
        assert all(present == every for present in models.values()), "a model is absent at some origins"


def quantiles_never_cross():
    for path in SERIES:
        for row in forecasts(path)[1]:
            if row["model"] != "ensemble":
                assert row["q50"] and not row["q95"], row
                continue
            levels = [float(row[level]) for level in LEVELS]
            assert all(math.isfinite(value) for value in levels), row
            assert all(a <= b for a, b in zip(levels, levels[1:])), row


def seasonal_naive(grid, origin, horizon):
    """The newest observed bucket at the target's time of day that is known at the origin, at most 60 days back."""
    for days in range(1, 61):
        at = origin + horizon - days * DAY
        if at <= origin and at in grid:
            return grid[at]
    return None


def seasonal_naive_is_what_it_says():
    for path in SERIES:
        grid, checked = grid_of(path), 0
        for row in forecasts(path)[1]:
            if row["model"] != "seasonal_naive":
                continue
            expected = seasonal_naive(grid, seconds(row["origin"]), int(row["horizon_s"]))
            assert expected is not None and near(float(row["q50"]), expected), (row, expected)
            checked += 1
        assert checked > 500, checked


def last_value_is_the_newest_bucket():
    for path in SERIES:
        grid = grid_of(path)
        times = sorted(grid)
        for row in forecasts(path)[1]:
            if row["model"] == "last_value":
                newest = times[bisect.bisect_right(times, seconds(row["origin"])) - 1]
                assert near(float(row["q50"]), grid[newest]), row


def score_of(rows):
    actual = [float(row["actual"]) for row in rows]
    wape = sum(abs(float(row["q50"]) - a) for row, a in zip(rows, actual)) / sum(map(abs, actual))
    bias = sum(float(row["q50"]) - a for row, a in zip(rows, actual)) / sum(map(abs, actual))
    return wape, bias


def mape_of(path, rows):
    """Over the rows whose actual is above the 10th percentile of the series."""
    low = percentile(list(grid_of(path).values()), 0.10)
    shares = [abs(float(row["q50"]) - float(row["actual"])) / float(row["actual"]) for row in rows if float(row["actual"]) > low]
    return sum(shares) / len(shares)


def mase_of(path, rows):
    """Mean absolute error over the mean absolute change from one day to the next before the test part."""
    grid, begin = grid_of(path), test_part(path)[0]
    changes = [abs(value - grid[t - DAY]) for t, value in grid.items() if t < begin and t - DAY in grid]
    errors = [abs(float(row["q50"]) - float(row["actual"])) for row in rows]
    return (sum(errors) / len(errors)) / (sum(changes) / len(changes))


def pinball(rows, level, column):
    total = 0.0
    for row in rows:
        miss = float(row["actual"]) - float(row[column])
        total += max(level * miss, (level - 1) * miss)
    return total


def mwql_of(rows):
    actual = sum(abs(float(row["actual"])) for row in rows)
    deciles = [level for level in LEVELS if level not in ("q05", "q95", "q99")]
    return sum(2 * pinball(rows, int(level[1:]) / 100, level) / actual for level in deciles) / len(deciles)


def coverage_of(rows):
    return sum(float(row["q05"]) <= float(row["actual"]) <= float(row["q95"]) for row in rows) / len(rows)


def printed_scores_are_those_of_the_files():
    _, printed = backtested()
    for path in SERIES:
        groups = collections.defaultdict(list)
        for row in forecasts(path)[1]:
            groups[row["model"], int(row["horizon_s"])].append(row)
        said = {(s["model"], int(s["horizon_s"])): s for s in printed["scores"] if s["series"] == name_of(path)}
        assert set(said) == set(groups), set(said) ^ set(groups)
        for key, rows in groups.items():
            wape, bias = score_of(rows)
            naive, _ = score_of(groups["seasonal_naive", key[1]])
            assert said[key]["count"] == len(rows)
            assert near(said[key]["wape"], wape, 1e-6) and abs(said[key]["bias"] - bias) < 1e-6, (key, said[key], wape, bias)
            assert near(said[key]["ratio_to_seasonal_naive"], wape / naive, 1e-6), (key, said[key], wape / naive)
            assert near(said[key]["mape"], mape_of(path, rows), 1e-6), (key, said[key]["mape"], mape_of(path, rows))
            assert near(said[key]["mase"], mase_of(path, rows), 1e-6), (key, said[key]["mase"], mase_of(path, rows))
            if key[0] == "ensemble":
                assert near(said[key]["mwql"], mwql_of(rows), 1e-6), (key, said[key]["mwql"], mwql_of(rows))
                assert near(said[key]["coverage_90"], coverage_of(rows), 1e-6), (key, said[key])
                assert said[key]["crossing"] == 0, said[key]


def the_summary_holds_the_geometric_mean():
    out, printed = backtested()
    summary = json.loads((out / "summary.json").read_text())
    for horizon in HORIZONS:
        ratios = [s["ratio_to_seasonal_naive"] for s in printed["scores"] if s["model"] == "ensemble" and s["horizon_s"] == horizon]
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        said = [s for s in summary["over_series"] if s["model"] == "ensemble" and s["horizon_s"] == horizon]
        assert len(ratios) == len(SERIES) and len(said) == 1, (ratios, said)
        assert near(said[0]["ratio_to_seasonal_naive"], mean, 1e-6), (said, mean)
        assert mean < 0.95, f"no better than yesterday's value at {horizon} s: {mean}"


def the_summary_names_best_members_and_intervals():
    _, printed = backtested()
    for path in SERIES:
        of_series = [s for s in printed["scores"] if s["series"] == name_of(path)]
        for own in (s for s in of_series if s["model"] == "ensemble"):
            members = [s for s in of_series if s["horizon_s"] == own["horizon_s"] and s["model"] != "ensemble" and s["awake"] > 0]
            best = min(members, key=lambda s: s["wape"])
            assert near(own["ratio_to_best_member"], own["wape"] / best["wape"]), (own, best)
            low, high = own["ratio_95"]
            assert low <= own["ratio_to_seasonal_naive"] <= high, own
            assert -1 <= own["confidence_rank"] <= 1, own
        naive = [s for s in of_series if s["model"] == "seasonal_naive"]
        assert all(near(s["ratio_95"][0], 1) and near(s["ratio_95"][1], 1) for s in naive), naive
    for row in printed["day_parts"]:
        for part in range(6):
            total = sum(weights[part] for weights in row["weights"].values())
            assert near(total, 1, 1e-6), (row["series"], part, total)


def the_report_is_one_page_that_loads_nothing():
    page = (backtested()[0] / "report.html").read_text()
    assert len(page) < 3_000_000, len(page)
    for loads in ("http://", "https://", "src=", "href=", "@import", "url("):
        assert loads not in page, loads
    data = json.loads(page.split('id="data">')[1].split("</script>")[0])
    assert [series["name"] for series in data["series"]] == [name_of(path) for path in SERIES]
    for path, series in zip(SERIES, data["series"]):
        band = next(h for h in series["horizons"] if h["horizon_s"] == 3600)["band"]
        rows = {seconds(r["target"]): r for r in forecasts(path)[1] if r["model"] == "ensemble" and r["horizon_s"] == "3600"}
        for at, actual, median, low in zip(band["at"], band["actual"], band["q50"], band["q05"]):
            assert near(actual, float(rows[at]["actual"]), 1e-3) and near(median, float(rows[at]["q50"]), 1e-3), (path.name, at)
            assert near(low, float(rows[at]["q05"]), 1e-3), (path.name, at)


def a_young_service_has_a_curve():
    trace = SERIES[0]
    answer = json.loads(ran("backtest", trace, "--cold-start", "--output", "json"))
    for horizon in HORIZONS:
        rows = [r for r in answer["cold_start"] if r["horizon_s"] == horizon]
        assert [r["age_s"] for r in rows][:3] == [3600, 6 * 3600, DAY] and rows[-1]["age_s"] is None, rows
        assert len({r["count"] for r in rows}) == 1 and rows[0]["count"] >= 4, rows
        assert all(r["ratio_to_seasonal_naive"] < 3 for r in rows), rows


# ---- the future is not known

def cut_after(path, moment, out):
    """The series up to and with the bucket that begins at `moment`."""
    write_series(out, [(t, value) for t, value in samples(path) if t < moment + GRID])


def scrambled_after(path, moment, out):
    """The same times and the same values, but those after `moment` in another order: same percentiles, another future."""
    rows = samples(path)
    first = bisect.bisect_right([t for t, _ in rows], moment)
    values = [value for _, value in rows[first:]]
    random.Random(7).shuffle(values)
    write_series(out, rows[:first] + [(t, value) for (t, _), value in zip(rows[first:], values)])


def write_series(out, rows):
    out.parent.mkdir(parents=True, exist_ok=True)
    with open(out, "w") as text:
        text.write("timestamp,value\n")
        text.writelines(f"{iso(t)},{value:.17g}\n" for t, value in rows)


def said_at(rows, until, keep_actual):
    """Forecasts made up to `until`, as text; without the actual where that is allowed to differ."""
    out = {}
    for row in rows:
        if seconds(row["origin"]) <= until:
            kept = {**row, "actual": row["actual"] if keep_actual else ""}
            out[row["origin"], row["horizon_s"], row["model"]] = ",".join(kept.values())
    return out


def origins_to_cut(path):
    begin, last = test_part(path)
    return [(begin + share * (last - begin) // 100) // 900 * 900 for share in (20, 55, 90)]


def cutting_a_file_changes_no_forecast_made_before():
    for path in SERIES:
        for origin in origins_to_cut(path):
            out = work / "cut" / f"{name_of(path)}-{origin}"
            cut_after(path, origin, out / f"{name_of(path)}.csv")
            ran("backtest", out / f"{name_of(path)}.csv", "--out", out)
            whole = said_at(forecasts(path)[1], origin, True)
            cut = said_at(read_rows(out / name_of(path) / "forecasts.csv")[1], origin, True)
            common = whole.keys() & cut.keys()
            assert len(common) > 300, (path.name, len(common))
            assert all(seconds(row[0]) + int(row[1]) > origin for row in whole.keys() - cut.keys()), "a row is gone"
            differing = [key for key in common if whole[key] != cut[key]]
            assert not differing, (path.name, iso(origin), len(differing), sorted(differing)[:3])


def another_future_changes_no_forecast_made_before():
    for path in SERIES:
        origin = origins_to_cut(path)[1]
        out = work / "scrambled" / name_of(path)
        scrambled_after(path, origin + GRID - 1, out / f"{name_of(path)}.csv")
        ran("backtest", out / f"{name_of(path)}.csv", "--out", out)
        whole = said_at(forecasts(path)[1], origin, False)
        other = said_at(read_rows(out / name_of(path) / "forecasts.csv")[1], origin, False)
        assert (iso(origin), str(DAY), "ensemble") in whole, "the newest origin is not there"
        assert whole == other, [key for key in whole if whole[key] != other.get(key)][:3]


def another_future_changes_no_decision_made_before():
    for path in SERIES:
        rows = samples(path)
        moment = rows[len(rows) * 7 // 10][0]
        out = work / "scrambled-simulate" / name_of(path)
        scrambled_after(path, moment, out / f"{name_of(path)}.csv")
        ran("simulate", out / f"{name_of(path)}.csv", "--out", out, "--policies", ",".join(POLICIES - {"clairvoyant"}))
        _, other = read_rows(out / name_of(path) / "decisions.csv")
        whole = [row for policy in POLICIES - {"clairvoyant"} for row in decisions(path)[policy]]
        assert decided_until(whole, moment) == decided_until(other, moment), path.name
        assert len(decided_until(whole, moment)) > 10_000 // step_of(path)
        assert [row["demand"] for row in sorted(whole, key=str)] != [row["demand"] for row in sorted(other, key=str)]


def decided_until(rows, moment):
    """The decisions of the steps that begin up to `moment`, and the one made right after it, whose demand was not seen yet."""
    end = min(seconds(row["timestamp"]) for row in rows if seconds(row["timestamp"]) > moment)
    kept = [(row["policy"], row["timestamp"], row["ready"], row["pending"], row["desired"], row["reason"],
             row["demand"] if seconds(row["timestamp"]) <= moment else "") for row in rows if seconds(row["timestamp"]) <= end]
    return sorted(kept)


# ---- the simulated world

def capacity_of(path):
    """What one instance serves per step."""
    return percentile([value for _, value in samples(path)], 0.995) / 50


def need_of(demand, capacity):
    if demand is None:
        return REPLICAS_MIN
    return min(max(math.ceil(demand / capacity - 1e-9), REPLICAS_MIN), REPLICAS_MAX)


def demand_per_step(path):
    rows, step = dict(samples(path)), step_of(path)
    return [rows.get(t) for t in range(min(rows), max(rows) + 1, step)]


def every_step_of_every_policy_has_one_row():
    for path in SERIES:
        assert set(decisions(path)) == POLICIES, set(decisions(path))
        demand, step, first = demand_per_step(path), step_of(path), samples(path)[0][0]
        for policy, rows in decisions(path).items():
            assert [seconds(row["timestamp"]) for row in rows] == [first + i * step for i in range(len(demand))], policy
            assert [float(row["demand"]) if row["demand"] else None for row in rows] == demand, policy
            assert all(REPLICAS_MIN <= int(row["desired"]) <= REPLICAS_MAX and row["reason"] for row in rows), policy


def played(desired, lead_steps):
    """Ready and pending after every decision: what is asked for at t serves from t + lead; fewer desired cancels pending instances
    first, newest first, then ready ones."""
    ready, asked = REPLICAS_MIN, []  # asked: [serves from, how many], oldest first
    for t, wanted in enumerate(desired):
        ready += sum(count for begin, count in asked if begin <= t)
        asked = [[begin, count] for begin, count in asked if begin > t]
        more = wanted - ready - sum(count for _, count in asked)
        if more > 0:
            asked.append([t + lead_steps, more])
        while more < 0 and asked:
            cancelled = min(-more, asked[-1][1])
            asked[-1][1] -= cancelled
            more += cancelled
            if asked[-1][1] == 0:
                asked.pop()
        ready += min(more, 0)
        yield ready, sum(count for _, count in asked)


def ready_and_pending_follow_the_rule():
    for path, lead in ((SMOOTH, 300), (BURSTY, 300), (SMOOTH, 700), (BURSTY, 700)):
        lead_steps = math.ceil(lead / step_of(path))
        for policy, rows in decisions(path, lead).items():
            expected = played([int(row["desired"]) for row in rows], lead_steps)
            for row, state in zip(rows, expected):
                assert (int(row["ready"]), int(row["pending"])) == state, (path.name, lead, row, state)


def clairvoyant_serves_all_that_can_be_served_and_is_cheapest():
    for path, lead in ((SMOOTH, 300), (BURSTY, 300), (SMOOTH, 700)):
        capacity, lead_steps = capacity_of(path), math.ceil(lead / step_of(path))
        needs = [need_of(demand, capacity) for demand in demand_per_step(path)]
        rows = decisions(path, lead)["clairvoyant"]
        for t, row in enumerate(rows):
            assert int(row["desired"]) == max(needs[t:t + lead_steps + 1]), (path.name, row)
            assert t < lead_steps or int(row["ready"]) >= needs[t], f"not served: {row}"
        cost = sum(int(row["ready"]) + int(row["pending"]) for row in rows)
        for policy, others in decisions(path, lead).items():
            serves_all = all(int(row["ready"]) >= need for row, need in zip(others[lead_steps:], needs[lead_steps:]))
            assert not serves_all or sum(int(row["ready"]) + int(row["pending"]) for row in others) >= cost, policy


def outcome_of(path, rows):
    """The scores of the world, over what follows the first 14 days, or the first half if that is shorter."""
    capacity, step = capacity_of(path), step_of(path)
    first = math.ceil(min(14 * DAY, len(rows) * step / 2) / step)
    scored = rows[first:]
    observed = [row for row in scored if row["demand"]]
    missed = [float(row["demand"]) - int(row["ready"]) * capacity for row in observed]
    missed = [miss for miss, row in zip(missed, observed) if miss > 1e-9 * float(row["demand"])]
    actions = [(i, int(b["desired"]) - int(a["desired"])) for i, (a, b) in enumerate(zip(scored, scored[1:]))]
    actions = [(i, change) for i, change in actions if change]
    reversals = sum((a[1] > 0) != (b[1] > 0) and (b[0] - a[0]) * step <= 1800 for a, b in zip(actions, actions[1:]))
    return {"under_provisioned_min": len(missed) * step / 60,
            "unserved_share": sum(missed) / sum(float(row["demand"]) for row in observed),
            "instance_hours": sum(int(row["ready"]) + int(row["pending"]) for row in observed) * step / 3600,
            "actions_per_day": len(actions) / (len(scored) * step / DAY), "reversals": reversals}


def printed_outcomes_are_those_of_the_files():
    _, printed = simulated()
    for path in SERIES:
        said = {row["policy"]: row for row in printed if row["series"] == name_of(path)}
        assert set(said) == POLICIES, set(said)
        for policy, rows in decisions(path).items():
            for name, value in outcome_of(path, rows).items():
                assert near(said[policy][name], value, 1e-6), (path.name, policy, name, said[policy][name], value)
            relative = said[policy]["instance_hours"] / said["clairvoyant"]["instance_hours"]
            assert near(said[policy]["of_clairvoyant"], relative, 1e-6), (policy, said[policy], relative)


# ---- frontiers

@functools.cache
def frontier_of(path):
    """The folder of a run over all settings of three policies, and what was printed."""
    out = work / "frontier"
    printed = ran("simulate", path, "--out", out, "--frontier", "--policies", "forescale,hpa,fft,clairvoyant", "--output", "json")
    return out, json.loads(printed)


def a_frontier_has_a_row_per_setting_with_the_scores_of_its_decisions():
    out, printed = frontier_of(SMOOTH)
    with open(out / name_of(SMOOTH) / "frontier.csv", newline="") as text:
        reader = csv.DictReader(text)
        rows = list(reader)
    assert reader.fieldnames == ["policy", "setting", "unserved_share", "under_provisioned_min", "instance_hours",
                                 "actions_per_day", "reversals"]
    played = collections.defaultdict(list)
    for row in read_rows(out / name_of(SMOOTH) / "decisions.csv")[1]:
        played[row["policy"]].append(row)
    labels = {f"{row['policy']}@{row['setting']}" if row["setting"] else row["policy"] for row in rows}
    assert labels == set(played) and len(labels) == len(rows) == len(printed["outcomes"]), sorted(labels ^ set(played))
    assert {f"hpa@{target / 100:g}" for target in range(30, 96, 5)} <= labels and "clairvoyant" in labels
    for row in rows:
        own = outcome_of(SMOOTH, played[f"{row['policy']}@{row['setting']}" if row["setting"] else row["policy"]])
        for name, value in own.items():
            assert near(float(row[name]), value, 1e-6), (row, name, value)


def pareto(rows, undone, floor):
    """Settings that no other beats in both, cheapest first: log10 of what is undone, hours."""
    kept = []
    for hours, left in sorted((row["instance_hours"], max(row[undone], floor)) for row in rows):
        if not kept or math.log10(left) < kept[-1][0]:
            kept.append((math.log10(left), hours))
    return kept


def between(points, at):
    """The second coordinate at `at` of the first, linear; the end where it lies beyond."""
    points = sorted(points)
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if x0 <= at <= x1:
            return y0 + (y1 - y0) * (at - x0) / (x1 - x0)
    return points[0][1] if at < points[0][0] else points[-1][1]


def costs_at_equal_service_are_those_read_off_the_frontiers():
    _, printed = frontier_of(SMOOTH)
    by_policy = collections.defaultdict(list)
    for row in printed["outcomes"]:
        by_policy[row["policy"]].append(row)
    hpa = next(row for row in by_policy["hpa"] if row["setting"] == 0.7)
    assert {row["policy"] for row in printed["comparisons"]} == set(by_policy)
    for row in printed["comparisons"]:
        rows = by_policy[row["policy"]]
        cost = between(pareto(rows, "unserved_share", 1e-6), math.log10(max(hpa["unserved_share"], 1e-6))) / hpa["instance_hours"]
        assert near(row["cost_of_hpa"]["value"], cost, 1e-6), (row, cost)
        assert near(row["cost_of_clairvoyant"], cost * hpa["of_clairvoyant"], 1e-6), row
        floor = step_of(SMOOTH) / 120
        if hpa["under_provisioned_min"] > floor:
            short = 10 ** between([(hours, left) for left, hours in pareto(rows, "under_provisioned_min", floor)], hpa["instance_hours"])
            of_hpa = (short if short > floor else 0) / hpa["under_provisioned_min"]
            assert near(row["short_minutes_of_hpa"]["value"], of_hpa, 1e-6), (row, short)


def the_simulation_report_is_one_page_that_loads_nothing():
    out, printed = frontier_of(SMOOTH)
    page = (out / "report.html").read_text()
    assert len(page) < 1_000_000, len(page)
    for loads in ("http://", "https://", "src=", "href=", "@import", "url("):
        assert loads not in page, loads
    data = json.loads(page.split('id="data">')[1].split("</script>")[0])
    assert len(data["outcomes"]) == len(printed["outcomes"]) and data["frontier"]
    view = data["series"][0]
    assert view["name"] == name_of(SMOOTH) and {p["policy"] for p in view["policies"]} == {"forescale", "hpa", "fft", "clairvoyant"}
    assert all(len(p["ready"]) == len(view["need"]) == len(p["short"]) for p in view["policies"])


def what_if_the_world_is_another():
    run = lambda *options: {row["policy"]: row for row in json.loads(
        ran("simulate", BURSTY, "--policies", "hpa,clairvoyant", "--output", "json", *options))}
    usual, slow, priced = run(), run("--lead-time", "20m"), run("--price", "0.05", "--unserved-price", "0.001", "--currency", "EUR")
    assert slow["hpa"]["unserved_share"] > usual["hpa"]["unserved_share"]
    for row in priced.values():
        assert near(row["capacity_cost"], 0.05 * row["instance_hours"], 1e-9) and near(row["unserved_cost"], 0.001 * row["unserved"], 1e-9)
        assert near(row["cost_per_day"], (row["capacity_cost"] + row["unserved_cost"]) / row["days"], 1e-9)
    assert run("--target", "0.5")["hpa"]["instance_hours"] > usual["hpa"]["instance_hours"]
    assert run("--fail", "metrics=0.2", "--seed", "3") == run("--fail", "metrics=0.2", "--seed", "3") != usual
    for wrong in (("--fail", "metrics=9"), ("--min", "5", "--max", "4"), ("--setting", "hpa=x"), ("--lead-time-p95", "1s")):
        refused = forescale("simulate", BURSTY, *wrong)
        assert refused.returncode == 2 and refused.stderr.startswith("forescale:"), (wrong, refused)


# ---- the same input gives the same bytes

def two_runs_are_identical_to_the_byte():
    files = {backtested()[0]: ("backtest", work / "backtest-again"), simulated()[0]: ("simulate", work / "simulate-again")}
    for first, (command, again) in files.items():
        ran(command, *reversed(SERIES), "--out", again)  # the order of files must not matter either
        names = sorted(path.relative_to(first) for path in first.rglob("*.csv"))
        assert names == sorted(path.relative_to(again) for path in again.rglob("*.csv")) and names
        for name in names:
            assert (first / name).read_bytes() == (again / name).read_bytes(), f"{command}: {name} differs between two runs"


if __name__ == "__main__":
    with scratch() as folder:
        work = pathlib.Path(folder)
        main([forecasts_have_the_promised_columns_and_every_row, quantiles_never_cross, seasonal_naive_is_what_it_says,
              last_value_is_the_newest_bucket, printed_scores_are_those_of_the_files, the_summary_holds_the_geometric_mean,
              the_summary_names_best_members_and_intervals, the_report_is_one_page_that_loads_nothing, a_young_service_has_a_curve,
              cutting_a_file_changes_no_forecast_made_before, another_future_changes_no_forecast_made_before,
              another_future_changes_no_decision_made_before, every_step_of_every_policy_has_one_row,
              ready_and_pending_follow_the_rule, clairvoyant_serves_all_that_can_be_served_and_is_cheapest,
              printed_outcomes_are_those_of_the_files, a_frontier_has_a_row_per_setting_with_the_scores_of_its_decisions,
              costs_at_equal_service_are_those_read_off_the_frontiers, the_simulation_report_is_one_page_that_loads_nothing,
              what_if_the_world_is_another, two_runs_are_identical_to_the_byte])
