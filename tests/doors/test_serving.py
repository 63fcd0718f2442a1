"""What the server does before it forks its workers."""

import os
import subprocess
import sys

from troth.doors import serving

LOADED = """
import sys
from troth.doors import serving
from troth.doors.cli.session import start_django
start_django()
known = lambda: {"troth.doors.urls", "troth.doors.api.root", "troth.business.sales.web.entry"} & set(sys.modules)
before = len(known())
serving._load(serving.APPLICATION)
print(before, len(known()))
"""


def test_all_pages_and_operations_are_loaded_before_the_first_worker_is_forked(tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TROTH_", "DJANGO_"))}
    ended = subprocess.run(
        [sys.executable, "-c", LOADED],
        env=kept | {"TROTH_HOME": str(tmp_path)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ended.stdout.split() == ["0", "3"]


def test_production_is_answered_by_two_processes_for_each_processor_and_a_developer_by_one(settings, monkeypatch):
    monkeypatch.setattr(serving.os, "cpu_count", lambda: 8)
    settings.PRODUCTION = True
    assert serving.usual_workers() == 16
    settings.PRODUCTION = False
    assert serving.usual_workers() == 1
