#!/usr/bin/env python3
"""The command line as a script and a person meet it: help with examples, exit codes, JSON where asked for, one clear line for a mistake."""

import json
import re

from support import ROOT, forescale, main, scratch, write_config, write_trace

COMMANDS = ["run", "demo", "validate", "backtest", "simulate", "status", "explain", "mode", "pause", "resume", "approve", "reject",
            "audit", "train", "models", "config", "version", "worlds", "completion"]


def every_command_has_help_with_examples_and_exit_codes():
    for command in COMMANDS:
        done = forescale(command, "--help")
        assert done.returncode == 0, (command, done.returncode)
        assert "Examples:" in done.stdout and f"forescale {command}" in done.stdout, command
        assert "Exit codes:" in done.stdout, command


def a_wrong_flag_is_one_clear_line_and_exit_code_2():
    for arguments in (["demo", "--sped", "3"], ["nonsense"], ["completion", "tcsh"], ["audit", "list", "--limit", "0"], []):
        done = forescale(*arguments)
        assert done.returncode == 2, (arguments, done.returncode)
        assert "terminate" not in done.stderr and "what()" not in done.stderr, done.stderr


def version_as_text_and_json():
    assert re.fullmatch(r"forescale \d+\.\d+\.\d+\n", forescale("version").stdout)
    assert json.loads(forescale("version", "--output", "json").stdout)["name"] == "forescale"


def completion_knows_every_command():
    for shell in ("bash", "zsh", "fish"):
        text = forescale("completion", shell).stdout
        for command in COMMANDS:
            assert command in text, (shell, command)


def the_example_configuration_is_valid_and_the_reference_is_the_one_in_docs():
    example = forescale("config", "example")
    assert example.returncode == 0
    assert example.stdout == (ROOT / "docs" / "forescale.example.yaml").read_text(), \
        "run: forescale config example > docs/forescale.example.yaml"
    reference = forescale("config", "reference").stdout
    assert reference == (ROOT / "docs" / "configuration.md").read_text(), \
        "run: forescale config reference > docs/configuration.md"
    valid = forescale("validate", "--config", ROOT / "docs" / "forescale.example.yaml", "--output", "json")
    assert valid.returncode == 0 and json.loads(valid.stdout)["valid"] is True, valid.stderr


def every_reason_alert_and_policy_is_explained():
    page = (ROOT / "docs" / "decisions.md").read_text()
    reasons = re.search(r"Reason:.*?enum: \[(.*?)\]", (ROOT / "docs" / "openapi.yaml").read_text(), re.DOTALL)[1]
    names = {name.strip() for name in reasons.split(",")}
    raised = (ROOT / "src" / "pipeline" / "conditions.cpp").read_text()
    names |= set(re.findall(r'(?:\.name = |tell\(|auto name = )"(\w+)"', raised))
    assert {"steady", "budget_reached", "samples_missing", "demand_above_max"} <= names, names
    known = forescale("simulate", ROOT / "data" / "elb_requests_5min.csv.gz", "--policies", "none").stderr
    names |= set(re.search(r"known: (.*)", known)[1].split(", "))
    missing = sorted(name for name in names if f"`{name}`" not in page)
    assert not missing, missing


def a_wrong_configuration_names_every_problem_with_its_line():
    with scratch() as folder:
        path = folder / "wrong.yaml"
        path.write_text("apii: {port: 1}\napi: {prt: 80}\nturn: {interval: soon}\nservices:\n  - {name: a, policy: {quantile: 7}}\n")
        done = forescale("validate", "--config", path)
        assert done.returncode == 1, done.returncode
        for text in (f"{path}:1:", "apii", "did you mean", f"{path}:2:", f"{path}:3:", f"{path}:5:", "quantile"):
            assert text in done.stderr, (text, done.stderr)


def backtest_and_simulate_answer_in_json():
    with scratch() as folder:
        trace = folder / "trace.csv"
        write_trace(trace, 10, step=300)
        answer = json.loads(forescale("backtest", trace, "--output", "json").stdout)
        assert {"ensemble", "seasonal_naive", "weekly_naive", "last_value"} <= {row["model"] for row in answer["scores"]}
        assert {"over_series", "parts", "day_parts", "warnings"} <= set(answer)
        outcomes = json.loads(forescale("simulate", trace, "--output", "json", "--policies", "hpa,clairvoyant").stdout)
        assert [row["policy"] for row in outcomes] and all(row["instance_hours"] > 0 for row in outcomes)
        assert forescale("simulate", trace, "--policies", "nonsense").returncode == 2


def explain_says_why_and_audit_verifies():
    with scratch() as folder:
        trace = folder / "trace.csv"
        write_trace(trace, 3)
        config = write_config(folder, trace)
        done = forescale("run", "--config", config)
        assert done.returncode == 0, done.stderr
        text = forescale("explain", "--service", "shop", "--config", config)
        assert text.returncode == 0, text.stderr
        for part in ("Rules, in order", "Inputs", "Members of the forecast"):
            assert part in text.stdout, text.stdout
        record = json.loads(forescale("explain", "--service", "shop", "--config", config, "--output", "json").stdout)
        again = json.loads(forescale("explain", record["id"], "--config", config, "--output", "json").stdout)
        assert record == again
        assert forescale("explain", "no-such-id", "--config", config).returncode == 2
        verdict = forescale("audit", "verify", "--config", config, "--output", "json")
        assert verdict.returncode == 0 and json.loads(verdict.stdout)["whole"] is True


if __name__ == "__main__":
    main([every_command_has_help_with_examples_and_exit_codes, a_wrong_flag_is_one_clear_line_and_exit_code_2,
          version_as_text_and_json, completion_knows_every_command,
          the_example_configuration_is_valid_and_the_reference_is_the_one_in_docs,
          every_reason_alert_and_policy_is_explained, a_wrong_configuration_names_every_problem_with_its_line,
          backtest_and_simulate_answer_in_json,
          explain_says_why_and_audit_verifies])
