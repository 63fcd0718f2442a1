"""What is answered stays, whatever is killed; and the run that says so sees what a missing promise does."""

import json
import os
import subprocess
import sys

TROTH = "from troth.doors.cli import main; main()"
PATIENCE_SECONDS = 600


def crash_run(folder, *options):
    """Run it as a person would; return its exit code and its figures."""
    file = folder / "figures.json"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TROTH_", "DJANGO_"))}
    ended = subprocess.run(
        [sys.executable, "-c", TROTH, "crash-run", *options, "--json", str(file)],
        env=kept, cwd=folder, timeout=PATIENCE_SECONDS, capture_output=True, text=True,
    )  # fmt: skip
    assert file.exists(), ended.stdout + ended.stderr
    return ended.returncode, json.loads(file.read_text())


def without(folder, promise, *, kills):
    """The rules that a short run without this promise breaks."""
    options = ("--clients", "12", "--orders", "8", "--products", "3", "--kills", str(kills), "--restarts", "0")
    code, figures = crash_run(folder, *options, "--without", promise)
    assert (code, figures["answered"], figures["holds"]) == (1, 96, False), figures
    return {rule for rule, count in figures["broken"].items() if count}


def test_nothing_is_lost_oversold_doubled_or_kept_back_when_workers_and_the_database_die(tmp_path):
    code, figures = crash_run(tmp_path)
    rules = ("oversold", "lost", "duplicate", "undersold", "unanswered", "verify")
    assert figures["broken"] == dict.fromkeys(rules, 0)
    assert (code, figures["answered"], figures["faults_missed"], figures["kills"]) == (0, 640, 0, 20)
    assert sum(figures["slowest_waited_for_s"].values()) > 0


def test_without_the_lock_it_oversells(tmp_path):
    assert "oversold" in without(tmp_path, "lock", kills=0)


def test_without_the_unique_key_it_enters_orders_twice(tmp_path):
    assert "duplicate" in without(tmp_path, "unique-key", kills=0)


def test_with_the_answer_before_the_commit_it_loses_orders(tmp_path):
    assert "lost" in without(tmp_path, "commit-first", kills=8)
