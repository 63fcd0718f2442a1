"""The command line: exit codes, refusals as sentences, people who may sign in."""

import subprocess
import sys

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from typer.testing import CliRunner

from troth.doors import demo, serving
from troth.doors.cli import app, main
from troth.doors.cli.doctor import examine
from troth.doors.cli.reports import Figure, print_figures
from troth.kernel.errors import InvalidInput, NotFound
from troth.platform import traces
from troth.platform.users import NameTaken
from troth.platform.verify import Finding, Result

PASSWORD = "correct horse battery\n"


def run(*words, typed=None):
    """Run a command within the test's transaction; a refusal comes out as the exception it is."""
    result = CliRunner().invoke(app, words, input=typed)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_help_names_the_commands_and_the_exit_codes():
    shown = run("--help").output
    for word in ("demo", "serve", "doctor", "user", "Exit codes"):
        assert word in shown


def test_a_command_that_does_not_exist_is_exit_code_2():
    assert run("frobnicate").exit_code == 2


@pytest.mark.django_db
def test_a_person_is_added_listed_and_given_a_role():
    assert run("user", "add", "carla", "--password-stdin", typed=PASSWORD).output == "carla added.\n"
    assert run("user", "role", "carla", "credit_manager").exit_code == 0
    assert run("user", "list").output == "carla\tactive\tcredit_manager\n"
    run("user", "role", "carla", "credit_manager", "--take-away")
    assert run("user", "list").output == "carla\tactive\t\n"
    assert get_user_model().objects.get().check_password(PASSWORD.strip())


@pytest.mark.django_db
def test_a_person_whose_role_is_refused_is_not_added():
    with pytest.raises(InvalidInput, match="janitor is not a role"):
        run("user", "add", "carla", "--role", "janitor", "--password-stdin", typed=PASSWORD)
    assert not get_user_model().objects.exists()


@pytest.mark.django_db
def test_a_weak_password_adds_nobody():
    with pytest.raises(InvalidInput, match="too short"):
        run("user", "add", "carla", "--password-stdin", typed="abc\n")
    assert not get_user_model().objects.exists()


@pytest.mark.django_db
def test_a_taken_name_and_an_unknown_person_are_refused():
    run("user", "add", "carla", "--password-stdin", typed=PASSWORD)
    with pytest.raises(NameTaken):
        run("user", "add", "carla", "--password-stdin", typed=PASSWORD)
    with pytest.raises(NotFound, match="Nobody signs in as bob"):
        run("user", "password", "bob", "--password-stdin", typed=PASSWORD)


@pytest.mark.django_db
def test_a_refusal_is_a_sentence_and_exit_code_1(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["troth", "user", "role", "nobody", "janitor"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == "Nobody signs in as nobody; see: troth user list\n"


def test_a_misspelt_variable_is_exit_code_3(monkeypatch):
    monkeypatch.setenv("TROTH_DATABASE", "sqlite:///x")
    result = run("doctor")
    assert result.exit_code == 3
    assert "TROTH_DATABASE is not a variable of Troth" in result.output


@pytest.mark.django_db
def test_the_doctor_finds_this_machine_sound():
    if connection.vendor == "postgresql":
        connection.cursor().execute("SET LOCAL synchronous_commit = on")  # the tests turn it off for speed
    unsound = [finding for finding in examine() if not finding.sound]
    assert unsound == []


@pytest.mark.django_db
def test_the_doctor_says_whether_traces_are_sent_and_where(settings, monkeypatch):
    def says():
        [finding] = [finding for finding in examine() if finding.subject == "traces"]
        return finding.sound, finding.says

    assert says() == (True, "not sent, as OTEL_EXPORTER_OTLP_ENDPOINT is not set")
    settings.TRACES_ENDPOINT = "https://me:secret@c.example.org:4318/v1/traces?key=secret"
    assert says() == (True, "sent to https://c.example.org:4318/v1/traces as troth")
    monkeypatch.setattr(traces, "PACKAGES", ("not_installed.sdk",))
    assert says() == (False, "cannot be sent to https://c.example.org:4318/v1/traces")


@pytest.mark.django_db
def test_the_demo_prints_who_may_sign_in_and_a_second_run_keeps_what_stands_there():
    first = list(demo.run(history=False, orders=2))
    people = first[first.index(f"Sign in with the password {demo.PASSWORD} as:") :]
    assert len(people) == 1 + len(demo.USERS) == 1 + get_user_model().objects.count()
    kept, *rest = demo.run(history=False)
    assert kept.startswith("The demo company stands here already and is kept as it is")
    assert rest == people


@pytest.mark.django_db
def test_the_demo_is_refused_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(demo.DemoInProduction):
        list(demo.run(history=False))
    assert not get_user_model().objects.exists()


@pytest.mark.django_db
def test_verify_is_exit_code_1_when_a_check_is_broken(monkeypatch):
    assert run("verify").exit_code == 0
    broken = Result("stock: balance", "Balances equal their postings.", 1200, 1, (Finding("row 7 is off by 2"),))
    monkeypatch.setattr("troth.platform.verify.run", lambda: [broken])
    result = run("verify")
    assert result.exit_code == 1
    assert "stock: balance: BROKEN in 1 (1200 checked)" in result.output
    assert '"broken": 1' in run("verify", "--json").output


def test_the_command_line_starts_without_django():
    """`troth --help` answers at once because nothing heavy is imported for it."""
    code = "import sys, troth.doors.cli; sys.exit(bool({'django', 'numpy', 'pydantic', 'granian'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_figures_are_written_as_json(tmp_path, capsys):
    file = tmp_path / "figures.json"
    print_figures([Figure("10 lines", "CPU", 7.5, "ms", "at most 8", True)], file=file)
    assert '"value": 7.5' in file.read_text()
    assert "at most 8" in capsys.readouterr().out


def test_the_demo_has_a_worker_beside_it_that_ends_with_it(monkeypatch):
    monkeypatch.setattr(serving, "TROTH", (sys.executable, "-c", "import time; time.sleep(60)"))
    started = []
    begin = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *words, **more: started.append(begin(*words, **more)) or started[0])
    with serving.worker_beside():
        assert started[0].args[-1] == "worker"
        assert started[0].poll() is None
    assert started[0].poll() is not None
