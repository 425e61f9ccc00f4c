#!/usr/bin/env python3
"""The API of a running program, as scripts and dashboards use it: every endpoint with real content, held against the database and
the trace; errors that say what to do; live turns; a clean end."""

import contextlib
import functools
import http.client
import json
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import threading

from support import PROGRAM, ROOT, forescale, iso, main, running, scratch, wait_for, write_trace

START = 1_700_000_400
SERVICES = ("desk", "shop")
MINUTES_OF_GAP = 180

work = None   # the folder of this run
stack = None  # what is ended at the end of it


# ---- the program under test

def write_config(folder, traces, speed):
    collectors = "".join(f"  - {{name: replay-{name}, kind: replay, files: [{path}], service: {name}}}\n" for name, path in traces.items())
    services = "".join(f"  - {{name: {name}, capacity_per_replica: 10, policy: {{replicas_max: 60}}}}\n" for name in traces)
    path = folder / "forescale.yaml"
    path.write_text(f"""log: {{level: info, format: json}}
api: {{port: 0}}
store: {{path: {folder}/forescale.db}}
clock: {{mode: scaled, speed: {speed}}}
target: {{journal: {folder}/target.journal}}
collectors:
{collectors}services:
{services}""")
    return path


class Server:
    """A running program; its log goes to a file, from which the port is read."""

    def __init__(self, config):
        self.config, self.log = config, config.parent / "log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen([PROGRAM, "run", "--config", config], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.port = wait_for(self.read_port, "the line that names the address")

    def read_port(self):
        assert self.process.poll() is None, self.log.read_text()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", self.log.read_text())
        return found and int(found.group(1))

    def ask(self, method, path, body=None, headers=None):
        """Status, headers and text of one exchange."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()

    def get(self, path, status=200):
        got, headers, text = self.ask("GET", path)
        assert got == status, (path, got, text)
        assert headers["Content-Type"] == "application/json", headers
        return json.loads(text)

    def post(self, body, status):
        text = body if isinstance(body, str) else json.dumps(body)
        got, _, answer = self.ask("POST", "/api/v1/events", text, {"Content-Type": "application/json"})
        assert got == status, (got, answer)
        return json.loads(answer)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def rows(sql):
    with contextlib.closing(sqlite3.connect(f"file:{work}/forescale.db?mode=ro", uri=True)) as connection:
        return connection.execute(sql).fetchall()


def newest_decision():
    try:
        return rows("SELECT max(at) FROM scaling_decisions")[0][0] or 0
    except sqlite3.Error:
        return 0


@functools.cache
def server():
    """Two services with a few days behind them, that go on at 300 times real speed. Ended with the run."""
    for number, name in enumerate(SERVICES):
        write_trace(work / f"{name}.csv", 60, seed=number)
    config = write_config(work, {name: work / f"{name}.csv" for name in SERVICES}, 300)
    with running("run", "--config", config, "--set", "clock.mode=fast", "--set", "log.level=warn") as history:
        wait_for(lambda: newest_decision() > (START + 3 * 86400) * 1000, "some history")
        history.send_signal(signal.SIGTERM)
        assert history.wait(timeout=30) == 0, "the history was not ended cleanly"
    started = Server(config)
    stack.callback(started.end)
    wait_for(lambda: started.get("/api/v1/scaling/status")["at"], "the first turn")
    return started


def trace_of(name):
    lines = (work / f"{name}.csv").read_text().splitlines()[1:]
    return {t: float(value) for t, value in (line.split(",") for line in lines)}


# ---- the seven endpoints

def health_names_every_component():
    health = wait_for(lambda: (now := json.loads(server().ask("GET", "/health")[2]))["state"] == "ok" and now, "good health")
    names = {component["component"] for component in health["components"]}
    assert {"store", "streaming", "collector/replay-shop", "service/shop", "target/desk"} <= names, names
    assert health["turn"] > 0 and re.fullmatch(r"\d+\.\d+\.\d+", health["version"]), health


def predictions_reach_a_day_ahead_with_bands_that_do_not_cross():
    answer = server().get("/api/v1/predictions/current")
    assert [prediction["service"] for prediction in answer["predictions"]] == list(SERVICES)
    for prediction in answer["predictions"]:
        assert set(prediction["headline"]) == {"15m", "1h", "24h"}, prediction["headline"]
        horizons = [point["horizon_s"] for point in prediction["path"]]
        assert horizons == sorted(set(horizons)) and horizons[0] <= 300 and horizons[-1] == 86400, horizons
        for point in [*prediction["path"], *prediction["headline"].values()]:
            levels = sorted(point["quantiles"].items(), key=lambda item: float(item[0]))
            assert len(levels) == 12 and all(a[1] <= b[1] for a, b in zip(levels, levels[1:])), point
        assert abs(sum(member["weight"] for member in prediction["members"]) - 1) < 1e-6, prediction["members"]
        assert 0 <= prediction["confidence"] <= 1
    one = server().get("/api/v1/predictions/current?service=shop&fields=summary")["predictions"]
    assert len(one) == 1 and "path" not in one[0] and "headline" in one[0]


def status_is_what_the_newest_turn_left():
    before = rows("SELECT count(*) FROM operations")[0][0]
    answer = server().get("/api/v1/scaling/status")
    assert [service["service"] for service in answer["services"]] == list(SERVICES) and before > 0
    for service in answer["services"]:
        assert service["replicas_min"] <= service["desired"] <= service["replicas_max"], service
        assert service["newest"]["state"] == "present" and service["newest"]["value"] > 0, service
        assert abs(service["utilization"] - service["newest"]["value"] / (service["ready"] * 10)) < 1e-6, service
        assert service["sentence"] and service["lead_time_s"] > 0 and 0 <= service["risk"] <= 1, service
        day, month = service["spending"]["day"], service["spending"]["month"]
        assert 0 < day["spent"] <= day["expected"] and day["spent"] <= month["spent"] <= month["expected"], service["spending"]
        assert day["begins"] < answer["at"] < day["ends"] and day["limit"] is None, day
    first = server().get("/api/v1/scaling/status?limit=1")
    assert [service["service"] for service in first["services"]] == ["desk"]
    second = server().get(first["next"])
    assert [service["service"] for service in second["services"]] == ["shop"] and second["next"] is None


def the_status_command_shows_sizes_and_money():
    url = f"http://127.0.0.1:{server().port}"
    shown = forescale("status", "--url", url)
    lines = shown.stdout.splitlines()
    assert shown.returncode == 0 and [line.split()[0] for line in lines[1:]] == list(SERVICES), shown.stdout + shown.stderr
    assert all("replica-hours" in line and "->" in line for line in lines[1:]), shown.stdout
    one = json.loads(forescale("status", "shop", "--url", url, "--output", "json").stdout)
    assert [service["service"] for service in one] == ["shop"] and one[0]["spending"]["month"]["spent"] > 0, one
    wrong = forescale("status", "shp", "--url", url)
    assert wrong.returncode == 2 and "shop" in wrong.stderr, wrong.stderr


def decisions_are_priced():
    newest = server().get("/api/v1/scaling/decisions?limit=1&service=shop")["decisions"][0]
    costs = newest["costs"]
    assert costs["chosen"]["replicas"] == newest["desired"] and costs["one_more"]["replicas"] == newest["desired"] + 1, costs
    assert costs["is_unserved_implied"] and costs["currency"] == "" and costs["span_s"] > 0, costs
    for size in (costs["chosen"], costs["one_fewer"], costs["one_more"], costs["reactive_alone"]):
        assert abs(size["total"] - size["capacity"] - size["change"] - size["unserved"]) < 1e-9, size
    assert costs["one_fewer"]["unserved"] >= costs["chosen"]["unserved"] >= costs["one_more"]["unserved"], costs
    text = forescale("explain", newest["id"], "--config", server().config).stdout
    assert "In money (replica-hours)" in text and "reactive alone" in text and "not served" in text, text


def pages(path):
    """Every decision that `next` leads to."""
    out = []
    while path:
        answer = server().get(path)
        out += answer["decisions"]
        path = answer["next"]
    return out


def paging_through_all_decisions_gives_the_database():
    before = server().get("/api/v1/scaling/status")["at"]
    moment = f"at < 1000 * CAST(strftime('%s', '{before}') AS INTEGER)"
    stored = [json.loads(record) for record, in rows(f"SELECT record FROM scaling_decisions WHERE {moment} ORDER BY at DESC, row DESC")]
    assert len(stored) > 400, len(stored)
    paged = pages(f"/api/v1/scaling/decisions?before={before}&limit=37")
    assert len(paged) == len(stored), (len(paged), len(stored))
    assert {record["id"]: record for record in paged} == {record["id"]: record for record in stored}
    times = [record["at"] for record in paged]
    assert times == sorted(times, reverse=True), "not newest first"
    shop = pages(f"/api/v1/scaling/decisions?before={before}&service=shop&limit=500&changes=true&fields=summary")
    assert [record["id"] for record in shop] == [r["id"] for r in stored if r["service"] == "shop" and r["changes"]]
    since = shop[len(shop) // 2]["at"]
    assert {r["id"] for r in pages(f"/api/v1/scaling/decisions?before={before}&since={since}")} == \
        {r["id"] for r in stored if r["at"] >= since}


def one_decision_is_the_one_that_explain_shows():
    newest = server().get("/api/v1/scaling/decisions?limit=1&changes=true")["decisions"][0]
    assert newest == server().get(f"/api/v1/scaling/decisions/{newest['id']}")
    explained = forescale("explain", newest["id"], "--config", server().config, "--output", "json")
    assert explained.returncode == 0 and json.loads(explained.stdout) == newest, explained.stderr or explained.stdout
    assert newest["steps"] and newest["steps"][-1]["after"] == newest["desired"] and newest["why_not_fewer"], newest
    for a, b in zip(newest["steps"], newest["steps"][1:]):
        assert a["after"] == b["before"], (a, b)


def metrics_show_the_trace_and_the_sizes():
    now = server().get("/api/v1/metrics?service=shop")["now"]
    day_before = rows(f"SELECT strftime('%Y-%m-%dT%H:%M:%SZ', '{now}', '-20 hours')")[0][0]
    later = rows(f"SELECT strftime('%Y-%m-%dT%H:%M:%SZ', '{now}', '-4 hours')")[0][0]
    chart = server().get(f"/api/v1/metrics?service=shop&from={day_before}&to={later}&step=1m")
    trace = trace_of("shop")
    expected = {at: value for at, value in trace.items() if day_before <= at < later}
    shown = {point["at"]: point["mean"] for point in chart["actual"] if day_before <= point["at"] < later}
    assert shown.keys() == expected.keys() and len(shown) >= 950, (len(shown), len(expected))
    assert all(abs(shown[at] - expected[at]) < 1e-6 for at in shown), "the chart does not show the trace"
    assert len(chart["forecast"]) > 30 and all(p["p05"] <= p["p50"] <= p["p95"] for p in chart["forecast"]), chart["forecast"][:3]
    assert chart["capacity"] and all(p["ready_capacity"] == 10 * p["ready"] for p in chart["capacity"]), chart["capacity"][:3]
    assert not chart["future"] and server().get("/api/v1/metrics?service=shop")["future"], "the path belongs to now"


def an_event_is_stored_active_and_in_the_audit_trail():
    now = server().get("/api/v1/scaling/status")["at"]
    hours = {h: rows(f"SELECT strftime('%Y-%m-%dT%H:%M:%SZ', '{now}', '{h} hours')")[0][0] for h in (-1, 40, 50, 60)}
    event = {"id": "cup-final", "type": "match", "name": "Cup final", "services": ["shop"], "start": hours[-1], "end": hours[50],
             "expected_uplift": 0.5}
    assert server().post(event, 201)["end"] == hours[50]
    server().post({**event, "end": hours[60]}, 200)  # the same id again replaces it
    server().post({"id": "later", "type": "match", "name": "Later", "start": hours[40], "end": hours[50]}, 201)
    answer = server().get("/api/v1/events/active?service=shop&upcoming=48h")
    assert [(e["id"], e["end"]) for e in answer["active"]] == [("cup-final", hours[60])], answer
    assert [e["id"] for e in answer["upcoming"]] == ["later"], answer
    assert server().get("/api/v1/events/active?service=desk")["active"] == []
    listed = forescale("audit", "list", "--config", server().config, "--limit", 100000, "--output", "json")
    assert listed.returncode == 0, listed.stderr
    kept = [json.loads(line) for line in listed.stdout.splitlines()]
    subjects = [entry["subject"] for entry in kept if entry["kind"] == "event"]
    assert subjects.count("cup-final") == 2, subjects
    server().post({**event, "cancelled": True}, 200)
    assert server().get("/api/v1/events/active?service=shop")["active"] == []
    assert rows("SELECT cancelled FROM business_events WHERE id = 'cup-final'") == [(1,)]


# ---- what goes wrong

def problem_of(answer, status):
    got, headers, text = answer
    assert got == status, (got, text)
    assert headers["Content-Type"] == "application/problem+json", headers
    body = json.loads(text)
    assert body["status"] == status and body["title"] and len(body["detail"]) > 15, body
    return body


def errors_are_problems_that_say_what_to_do():
    ask = server().ask
    sent = {"Content-Type": "application/json"}
    assert "shop" in problem_of(ask("GET", "/api/v1/scaling/status?service=shp"), 404)["detail"], "the nearest name is not named"
    assert problem_of(ask("GET", "/api/v1/metrics"), 400)["errors"][0]["field"] == "service"
    problem_of(ask("GET", "/api/v1/metrics?service=shop&from=yesterday"), 400)
    problem_of(ask("GET", "/api/v1/metrics?service=shop&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z"), 400)
    assert problem_of(ask("GET", "/api/v1/scaling/decisions?limit=0&limt=3"), 400)["errors"]
    problem_of(ask("GET", "/api/v1/scaling/decisions?cursor=nonsense"), 400)
    problem_of(ask("GET", "/api/v1/scaling/decisions/none-such"), 404)
    problem_of(ask("GET", "/api/v2/anything"), 404)
    problem_of(ask("GET", "/../../../etc/passwd"), 404)
    refused = ask("DELETE", "/api/v1/events")
    assert problem_of(refused, 405) and refused[1]["Allow"] == "POST", refused
    problem_of(ask("POST", "/api/v1/events", "{", sent), 400)
    wrong = problem_of(ask("POST", "/api/v1/events", json.dumps({"type": "", "start": "soon", "services": ["shp"], "typo": 1}), sent), 422)
    assert {"type", "name", "start", "end", "typo"} <= {error["field"] for error in wrong["errors"]}, wrong
    problem_of(ask("POST", "/api/v1/events", "{}", {"Content-Type": "text/plain"}), 415)
    problem_of(ask("POST", "/api/v1/events", "{}", {**sent, "Origin": "http://evil.example"}), 403)
    problem_of(ask("GET", "/health", None, {"Host": "evil.example"}), 421)
    problem_of(ask("POST", "/api/v1/events", "[" * (2 << 20), sent), 413)
    problem_of(ask("POST", "/api/v1/events", "[" * 500_000, sent), 400)  # nested deeper than anybody means
    assert server().process.poll() is None and server().get("/api/v1/scaling/status")["services"]


def a_client_that_says_nothing_or_nonsense_disturbs_nobody():
    with contextlib.ExitStack() as open_ones:
        for _ in range(50):
            open_ones.enter_context(socket.create_connection(("127.0.0.1", server().port)))
        noisy = open_ones.enter_context(socket.create_connection(("127.0.0.1", server().port), timeout=10))
        noisy.sendall(b"\x16\x03\x01\x02\x00\x01" * 200 + b"\r\n\r\n")
        assert noisy.recv(4096).startswith(b"HTTP/1.1 400"), "nonsense is not told so"
        assert server().get("/api/v1/scaling/status")["services"]


# ---- live

class Stream:
    """A listener; events are (name, data)."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.connection.request("GET", "/api/v1/stream", headers={"Accept": "text/event-stream"})
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200 and self.answer.getheader("Content-Type") == "text/event-stream"

    def events(self):
        name, data = None, []
        for line in iter(self.answer.readline, b""):
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                data.append(value)
            elif not field and name:
                yield name, json.loads("\n".join(data))
                name, data = None, []


def the_stream_delivers_every_turn():
    stream = Stream(server().port)
    with contextlib.closing(stream.connection):
        turns = [turn for (name, turn), _ in zip(stream.events(), range(20)) if name == "turn"]
    numbers = [turn["turn"] for turn in turns]
    assert numbers == list(range(numbers[0], numbers[0] + 20)), numbers
    assert len({turn["at"] for turn in turns}) == 20 and turns == sorted(turns, key=lambda turn: turn["at"])
    for turn in turns:
        assert [service["service"] for service in turn["services"]] == list(SERVICES)
        assert all(service["demand"] > 0 and service["ready"] >= 2 for service in turn["services"]), turn


def own_metrics_pass_promtool():
    status, headers, text = server().ask("GET", "/metrics")
    assert status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4"), headers
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=60)
    assert checked.returncode == 0 and not checked.stderr, checked.stderr
    turns = re.search(r"^forescale_turn_duration_seconds_count (\d+)", text, re.M)
    assert turns and int(turns.group(1)) > 0, text[:2000]
    for name in SERVICES:
        assert f'service="{name}"' in text, name


def the_description_that_is_served_is_the_documented_one():
    assert server().ask("GET", "/openapi.yaml")[2] == (ROOT / "docs" / "openapi.yaml").read_text()
    status, headers, page = server().ask("GET", "/")
    assert status == 200 and "default-src" in headers["Content-Security-Policy"], headers
    for part in re.findall(r'(?:src|href)="(/[^"]+)"', page):
        assert server().ask("GET", part)[0] == 200, part
    length = server().ask("HEAD", "/")
    assert length[2] == "" and int(length[1]["Content-Length"]) == len(page.encode())


def people_hold_and_release_a_service():
    url = f"http://127.0.0.1:{server().port}"
    desk = lambda: server().get("/api/v1/scaling/status?service=desk")["services"][0]
    say = lambda *words: forescale(*words, "--url", url, "--by", "kim")
    assert desk()["mode"]["now"] == "automatic" and desk()["pauses"] == []
    done = say("mode", "desk", "observe", "--why", "a test")
    assert done.returncode == 0 and "observe" in done.stdout, (done.stdout, done.stderr)
    assert say("pause", "desk", "--direction", "down", "--for", "30d").returncode == 0
    wait_for(lambda: desk()["mode"]["now"] == "observe" and desk()["pauses"], "the mode and the pause")
    assert desk()["mode"]["by"] == "kim" and desk()["pauses"][0]["direction"] == "down", desk()
    assert say("resume", "desk").returncode == 0
    assert say("mode", "desk", "configured").returncode == 0
    wait_for(lambda: desk()["mode"]["now"] == "automatic" and not desk()["pauses"], "the release")
    assert say("approve", "desk").returncode == 2
    assert say("pause", "desk").returncode == 2 and say("mode", "nobody", "observe").returncode == 2
    assert forescale("pause", "desk", "--for", "1h", "--url", "http://127.0.0.1:1", "--by", "kim").returncode == 3
    assert len(rows("SELECT body FROM audit_log WHERE kind = 'control' AND subject = 'desk'")) == 4


def alerts(status):
    return {alert["name"] for alert in status["alerts"]}


def health_says_when_data_are_missing_and_when_they_are_back():
    with scratch() as folder:
        trace = folder / "gap.csv"
        write_trace(trace, 0.5)
        lines = trace.read_text().splitlines()
        del lines[181:181 + MINUTES_OF_GAP]
        trace.write_text("\n".join(lines) + "\n")
        gapped = Server(write_config(folder, {"shop": trace}, 1800))
        try:
            def health():
                status, _, text = gapped.ask("GET", "/health")
                answer = json.loads(text)
                assert (status == 503) == (answer["state"] == "failed"), (status, answer)
                return answer, {c["component"]: c for c in answer["components"]}.get("service/shop", {"state": "none", "detail": ""})
            wait_for(lambda: health()[1]["state"] == "ok", "good health")
            bad = wait_for(lambda: (now := health())[1]["state"] not in ("ok", "none") and now, "word of the missing data")
            assert "samples" in bad[1]["detail"] and bad[0]["state"] != "ok", bad
            service = wait_for(lambda: (now := gapped.get("/api/v1/scaling/status"))["services"][0]["ground"] == "hold" and now, "a hold")
            assert service["services"][0]["newest"]["stale"] and alerts(service) >= {"samples_missing"}, service
            wait_for(lambda: health()[1]["state"] == "ok", "good health when the samples are back")
            assert "samples_missing" not in alerts(gapped.get("/api/v1/scaling/status"))
        finally:
            gapped.end()


def sigterm_closes_streams_and_a_restart_knows_everything():
    listeners = [Stream(server().port) for _ in range(3)]
    ends = []
    threads = [threading.Thread(target=lambda s=stream: ends.append(sum(1 for _ in s.events()))) for stream in listeners]
    for thread in threads:
        thread.start()
    server().post({"id": "kept", "type": "sale", "name": "Kept", "start": "2030-01-01T00:00:00Z", "end": "2030-01-02T00:00:00Z"}, 201)
    server().process.send_signal(signal.SIGTERM)
    assert server().process.wait(timeout=15) == 0, server().log.read_text()[-2000:]
    for thread in threads:
        thread.join(timeout=10)
    assert len(ends) == 3, "a stream was not ended"
    assert '"stopped"' in server().log.read_text().splitlines()[-1], server().log.read_text()[-500:]
    assert forescale("audit", "verify", "--config", server().config).returncode == 0
    newest = rows("SELECT record FROM scaling_decisions ORDER BY at DESC, row DESC LIMIT 1")[0][0]
    again = Server(server().config)
    try:
        assert again.get(f"/api/v1/scaling/decisions/{json.loads(newest)['id']}") == json.loads(newest)
        active = again.get("/api/v1/events/active?at=2030-01-01T12:00:00Z")["active"]
        assert [event["id"] for event in active] == ["kept"], active
    finally:
        again.end()


if __name__ == "__main__":
    with scratch() as folder, contextlib.ExitStack() as stack:
        work = pathlib.Path(folder)
        main([health_names_every_component, predictions_reach_a_day_ahead_with_bands_that_do_not_cross,
              status_is_what_the_newest_turn_left, paging_through_all_decisions_gives_the_database,
              one_decision_is_the_one_that_explain_shows, decisions_are_priced,
              the_status_command_shows_sizes_and_money, metrics_show_the_trace_and_the_sizes,
              an_event_is_stored_active_and_in_the_audit_trail, errors_are_problems_that_say_what_to_do,
              a_client_that_says_nothing_or_nonsense_disturbs_nobody, the_stream_delivers_every_turn, own_metrics_pass_promtool,
              the_description_that_is_served_is_the_documented_one, people_hold_and_release_a_service,
              health_says_when_data_are_missing_and_when_they_are_back,
              sigterm_closes_streams_and_a_restart_knows_everything])
