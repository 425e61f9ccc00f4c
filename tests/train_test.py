#!/usr/bin/env python3
"""Training as an operator meets it: a bundle with its card, damaged files refused, and a running program that trains on its own history,
tries what it made, decides about it, and goes on after kill -9."""

import json
import signal
import subprocess

from support import PROGRAM, forescale, main, scratch, wait_for, write_config, write_trace


def small_bundle(folder, seed=1):
    trace = folder / "trace.csv"
    write_trace(trace, 12, step=1800)
    done = forescale("train", trace, "--parent", "none", "--seed", seed, "--out", folder / f"models-{seed}.fsm", "--output", "json")
    assert done.returncode == 0, done.stderr
    return folder / f"models-{seed}.fsm", json.loads(done.stdout)


def a_bundle_is_made_again_to_the_bit_and_shows_its_card():
    with scratch() as folder:
        path, card = small_bundle(folder)
        first = forescale("models", "show", path, "--json")
        assert first.returncode == 0, first.stderr
        assert json.loads(first.stdout) == card
        assert {"ensemble", "seasonal_naive"} <= {score["member"] for score in card["scores"]}
        again, card_again = small_bundle(folder)
        assert card["version"] == card_again["version"], (card["version"], card_again["version"])
        text = forescale("models", "show", again).stdout
        for part in (card["version"], "forescale train trace.csv", "sha256", "seasonal_naive", "MB"):
            assert part in text, (part, text)
        scores = forescale("backtest", folder / "trace.csv", "--models", path, "--output", "json")
        assert scores.returncode == 0, scores.stderr


def the_shipped_bundle_fits_the_program():
    done = forescale("models", "show", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["parts"], "the shipped bundle holds nothing: make it again, see data/models/README.md"


def a_damaged_or_foreign_file_is_refused_in_one_line():
    with scratch() as folder:
        path, _ = small_bundle(folder)
        whole = path.read_bytes()
        cases = {"truncated": whole[:-100], "empty": b"", "changed": whole[:500] + b"x" + whole[501:], "foreign": b"timestamp,value\n" * 50}
        for name, content in cases.items():
            if content == whole:
                continue
            damaged = folder / name
            damaged.write_bytes(content)
            for command in (["models", "show", damaged], ["backtest", folder / "trace.csv", "--models", damaged]):
                done = forescale(*command)
                assert done.returncode == 4, (name, done.returncode, done.stderr)
                assert name in done.stderr and "forescale train" in done.stderr and done.stderr.count("\n") == 1, done.stderr
        assert forescale("models", "show", folder / "nothing.fsm").returncode == 2
        assert forescale("train", "--out", folder / "x.fsm").returncode == 2


def too_little_history_is_an_answer():
    with scratch() as folder:
        trace = folder / "short.csv"
        write_trace(trace, 1, step=300)
        done = forescale("train", trace, "--out", folder / "x.fsm")
        assert done.returncode == 1 and "nothing to train on" in done.stderr, (done.returncode, done.stderr)
        assert not (folder / "x.fsm").exists()


def plan_of(database):
    done = forescale("models", "list", "--store", database, "--output", "json")
    return json.loads(done.stdout) if done.returncode == 0 else None


def kinds(database):
    plan = plan_of(database)
    return [change["what"] for change in plan["changes"]] if plan else []


def start(config):
    options = ["training.when=always", "training.interval=12h", "training.trial_days=3", "training.ab_share=1.0", "log.level=info"]
    flags = [word for option in options for word in ("--set", option)]
    return subprocess.Popen([PROGRAM, "run", "--config", config, *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def a_running_fleet_trains_tries_decides_and_survives_kills():
    with scratch() as folder:
        trace = folder / "trace.csv"
        write_trace(trace, 60, step=60)
        config = write_config(folder, trace, mode="scaled", speed=15000)
        database = folder / "forescale.db"
        lives = [("trial", signal.SIGKILL), ("decided", signal.SIGKILL), ("end", signal.SIGTERM)]
        decided = {"promoted", "rejected"}
        reached = {"trial": lambda: "trial" in kinds(database) or "first" in kinds(database),
                   "decided": lambda: decided & set(kinds(database)), "end": lambda: plan_of(database) is not None}
        for what, ending in lives:
            process = start(config)
            try:
                wait_for(lambda: reached[what]() or process.poll() is not None, f"'{what}' in the plan", timeout=240)
                assert reached[what](), (what, process.returncode, plan_of(database))
                process.send_signal(ending)
                process.wait(timeout=60)
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
        plan = plan_of(database)
        assert decided & set(kinds(database)), plan
        shown = forescale("models", "show", plan["champion"], "--config", config)
        assert shown.returncode == 0 and plan["champion"] in shown.stdout, shown.stderr
        trail = forescale("audit", "list", "--store", database, "--limit", 100000).stdout
        assert "models" in trail and "trial" in trail
        assert forescale("audit", "verify", "--store", database).returncode == 0


if __name__ == "__main__":
    main([a_bundle_is_made_again_to_the_bit_and_shows_its_card, the_shipped_bundle_fits_the_program,
          a_damaged_or_foreign_file_is_refused_in_one_line, too_little_history_is_an_answer,
          a_running_fleet_trains_tries_decides_and_survives_kills])
