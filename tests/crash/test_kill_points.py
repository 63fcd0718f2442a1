"""A process that is killed at any boundary of a transaction leaves nothing half done, on both databases.

Here a sample; `troth crash-run --points` kills at every one.
"""

import json
import os
import subprocess
import sys

import pytest

from tests.crash.test_crash_run import PATIENCE_SECONDS, TROTH


def figures(folder, vendor, *more):
    """Run it as a person would; return what became of each step, by its name."""
    file = folder / "points.json"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TROTH_", "DJANGO_"))}
    command = [
        sys.executable,
        "-c",
        TROTH,
        "crash-run",
        "--points",
        vendor,
        "--every",
        "12",
        "--json",
        str(file),
        *more,
    ]
    ended = subprocess.run(command, env=kept, cwd=folder, timeout=PATIENCE_SECONDS, capture_output=True, text=True)
    assert file.exists(), ended.stdout + ended.stderr
    return {step["step"]: step for step in json.loads(file.read_text())}


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_a_killed_transaction_leaves_nothing_and_its_repetition_has_one_effect(tmp_path, vendor):
    steps = figures(tmp_path, vendor)
    assert {name: step["wrong"] for name, step in steps.items() if step["wrong"]} == {}
    for name in ("enter_order", "post_goods_issue"):
        assert steps[name]["points"] == steps[name]["boundaries"] >= 20
    assert len(steps) == 16
    assert min(step["points"] for step in steps.values()) >= 3


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_an_action_that_commits_in_two_halves_is_found(tmp_path, vendor):
    steps = figures(tmp_path, vendor, "--step", "enter_order", "--without", "one-commit")
    [step] = steps.values()
    halves = [sentence for sentence in step["wrong"] if "it left something" in sentence]
    assert len(halves) >= 2
    assert all("platform_event" not in sentence for sentence in halves)
    assert step["points"] - len(halves) >= 20
