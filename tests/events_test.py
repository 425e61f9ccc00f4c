#!/usr/bin/env python3
"""What knowing events and holidays is worth in `backtest`: the row "event windows", recomputed here from the forecasts that were
written, and the cut that known events owe."""

import csv
import datetime
import gzip
import json

from support import ROOT, forescale, iso, main, scratch

TRACE = ROOT / "data" / "web_service_1min.csv.gz"
HOUR, DAY = 3600, 86400
RAMP, DECAY = 3 * HOUR, 4 * HOUR
FIRST_MATCH, MATCHES, MATCH_HOURS = 1_491_328_800, 16, 2  # 2017-04-04T18:00Z, then every second day


def seconds(text):
    return int(datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc).timestamp())


def near(a, b):
    return abs(a - b) <= 1e-6 * max(1.0, abs(a), abs(b))


def answer_of(*args):
    done = forescale("backtest", *args, "--retrain", "0s", "--output", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def ensemble_of(folder, trace):
    """(origin, horizon) -> median, actual, inside the 90 % interval."""
    path = folder / trace.name.removesuffix(".gz").removesuffix(".csv") / "forecasts.csv"
    with open(path, newline="") as text:
        return {(seconds(row["origin"]), int(row["horizon_s"])):
                (float(row["q50"]), float(row["actual"]), float(row["q05"]) <= float(row["actual"]) <= float(row["q95"]))
                for row in csv.DictReader(text) if row["model"] == "ensemble"}


def windows_of(events):
    """Stretches that events reach, overlapping ones as one."""
    found = []
    for start, end in sorted((start - RAMP, end + DECAY) for start, end in events):
        if found and start <= found[-1][1]:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([start, end])
    return found


def check_rows(rows, events, known, blind):
    """Every figure of the rows from what both runs wrote."""
    assert rows, "no row"
    windows = windows_of(events)
    for row in rows:
        inside = {key: next((w for w, (start, end) in enumerate(windows) if start <= sum(key) < end), None)
                  for key in known if key[1] == row["horizon_s"]}
        keys = [key for key, window in inside.items() if window is not None]
        total = sum(known[key][1] for key in keys)
        errors = [sum(abs(said[key][0] - said[key][1]) for key in keys) for said in (known, blind)]
        assert row["count"] == len(keys) and row["windows"] == len({inside[key] for key in keys}), row
        assert near(row["wape"], errors[0] / total) and near(row["wape_without"], errors[1] / total), (row, errors, total)
        assert near(row["cut"], 1 - errors[0] / errors[1]), (row, errors)
        assert near(row["coverage_90"], sum(known[key][2] for key in keys) / len(keys)), row
        assert near(row["coverage_90_without"], sum(blind[key][2] for key in keys) / len(keys)), row


def write_matches(folder):
    """The shipped trace with what matches would have done to it: up to half as much again, rising from an hour before."""
    matches = [(FIRST_MATCH + i * 2 * DAY, FIRST_MATCH + i * 2 * DAY + MATCH_HOURS * HOUR) for i in range(MATCHES)]

    def factor(at):
        for start, end in matches:
            if start - HOUR <= at < end:
                return 1.5 if at >= start else 1.0 + 0.5 * (at - start + HOUR) / HOUR
        return 1.0

    trace, events = folder / "matches.csv", folder / "events.csv"
    with gzip.open(TRACE, "rt") as text, open(trace, "w") as out:
        out.write(text.readline())
        for line in text:
            at, value = line.strip().split(",")
            out.write(f"{at},{float(value) * factor(seconds(at)):.6g}\n" if value else line)
    events.write_text("timestamp_start,timestamp_end,type,name\n" +
                      "".join(f"{iso(start)},{iso(end)},match,round {i}\n" for i, (start, end) in enumerate(matches)))
    return trace, events, matches


def known_matches_cut_the_error_in_their_windows():
    with scratch() as folder:
        trace, events, matches = write_matches(folder)
        answer = answer_of(trace, "--events", events, "--out", folder / "known")
        assert "event_windows" not in answer_of(trace, "--out", folder / "blind")
        rows = answer["event_windows"]
        check_rows(rows, matches, ensemble_of(folder / "known", trace), ensemble_of(folder / "blind", trace))
        assert [row["horizon_s"] for row in rows] == [900, HOUR, DAY], rows
        for row in rows:
            low, high = row["cut_95"]
            assert row["windows"] >= 4 and low <= row["cut"] <= high, row
            # 15 min ahead most of a match shows in the newest samples, known or not.
            assert row["cut"] >= (0.25 if row["horizon_s"] > 900 else 0.0), row
        over = answer["event_windows_over_series"]
        assert [near(a["cut"], b["cut"]) for a, b in zip(rows, over)] == [True] * 3 and over[0]["series"] == 1, over
        page = (folder / "known" / "report.html").read_text()
        assert "event_windows" in page.split('id="data">')[1], "the report has the rows"
        text = forescale("backtest", trace, "--events", events, "--retrain", "0s").stdout
        line = next(line for line in text.splitlines() if line.startswith("  matches ") and "15 min" in line and "covered" not in line
                    and f"{100 * rows[0]['cut']:.1f} %" in line)
        assert f"{rows[0]['wape']:.4f}" in line and f"{rows[0]['wape_without']:.4f}" in line, line


def holidays_of_a_country_and_of_a_file_are_events():
    with scratch() as folder:
        may_day = [(seconds("2017-04-30T23:00:00Z"), seconds("2017-05-01T23:00:00Z"))]
        zone = ("--zone", "Europe/London")
        answer_of(TRACE, *zone, "--out", folder / "blind")
        blind = ensemble_of(folder / "blind", TRACE)
        country = answer_of(TRACE, *zone, "--country", "GB-ENG", "--out", folder / "country")
        check_rows(country["event_windows"], may_day, ensemble_of(folder / "country", TRACE), blind)
        days = folder / "days.csv"
        days.write_text("date,name\n2017-04-14,Good Friday\n2017-05-01,May Day\n2017-04-17,Easter Monday\n")
        from_file = answer_of(TRACE, *zone, "--holidays", days, "--out", folder / "file")
        check_rows(from_file["event_windows"], may_day, ensemble_of(folder / "file", TRACE), blind)
        calendar = folder / "days.ics"
        calendar.write_text("BEGIN:VCALENDAR\r\n" + "".join(
            f"BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:{day}\r\nEND:VEVENT\r\n" for day in ("20170414", "20170417", "20170501")) +
            "END:VCALENDAR\r\n")
        assert answer_of(TRACE, *zone, "--holidays", calendar)["event_windows"] == from_file["event_windows"]


def events_outside_of_the_test_part_have_no_row():
    with scratch() as folder:
        events = folder / "events.csv"
        events.write_text("timestamp_start,timestamp_end,type,name\n2017-04-05T18:00:00Z,2017-04-05T20:00:00Z,match,early\n")
        assert "event_windows" not in answer_of(TRACE, "--events", events)


def wrong_files_are_named_with_their_line():
    head = "timestamp_start,timestamp_end,type,name\n"
    cases = [("--events", "events.csv", head + "2017-04-05T18:00:00Z,2017-04-05T17:00:00Z,match,a\n", "events.csv:2"),
             ("--events", "events.csv", head + "2017-04-05T18:00:00Z,match\n", "events.csv:2"),
             ("--events", "events.csv", head + "yesterday,2017-04-05T18:00:00Z,match,a\n", "events.csv:2"),
             ("--events", "events.csv", "start,end\n", "events.csv:1"),
             ("--holidays", "days.csv", "date,name\n2017-05-01,May Day\n2017-02-30,No day\n", "days.csv:3"),
             ("--holidays", "days.csv", "day\n", "days.csv:1"),
             ("--holidays", "days.ics", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nRRULE:FREQ=WEEKLY\nEND:VEVENT\n", "days.ics:3")]
    with scratch() as folder:
        for flag, name, text, part in cases:
            (folder / name).write_text(text)
            done = forescale("backtest", TRACE, flag, folder / name)
            assert done.returncode == 2 and part in done.stderr and done.stderr.count("\n") == 1, (text, done.stderr)
        done = forescale("backtest", TRACE, "--country", "GB-LONDON")
        assert done.returncode == 2 and "GB-ENG" in done.stderr, done.stderr


if __name__ == "__main__":
    main([known_matches_cut_the_error_in_their_windows, holidays_of_a_country_and_of_a_file_are_events,
          events_outside_of_the_test_part_have_no_row, wrong_files_are_named_with_their_line])
