"""The command line: exit codes, refusals as sentences, people who may sign in."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from typer.testing import CliRunner

from troth.doors import demo
from troth.doors.cli import app, main, users
from troth.doors.cli.doctor import examine
from troth.doors.cli.reports import Figure, print_checks, print_figures
from troth.kernel.errors import InvalidInput, NotFound

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
    Group.objects.create(name="credit manager")
    assert run("user", "add", "carla", "--password-stdin", typed=PASSWORD).output == "carla added.\n"
    assert run("user", "role", "carla", "credit manager").exit_code == 0
    assert run("user", "list").output == "carla\tactive\tcredit manager\n"
    run("user", "role", "carla", "credit manager", "--take-away")
    assert run("user", "list").output == "carla\tactive\t\n"
    assert get_user_model().objects.get().check_password(PASSWORD.strip())


@pytest.mark.django_db
def test_a_weak_password_adds_nobody():
    with pytest.raises(InvalidInput, match="too short"):
        run("user", "add", "carla", "--password-stdin", typed="abc\n")
    assert not get_user_model().objects.exists()


@pytest.mark.django_db
def test_a_taken_name_an_unknown_person_and_an_unknown_role_are_refused():
    run("user", "add", "carla", "--password-stdin", typed=PASSWORD)
    with pytest.raises(users.NameTaken):
        run("user", "add", "carla", "--password-stdin", typed=PASSWORD)
    with pytest.raises(NotFound, match="Nobody signs in as bob"):
        run("user", "password", "bob", "--password-stdin", typed=PASSWORD)
    with pytest.raises(NotFound, match="There is no role named janitor; roles are: none so far"):
        run("user", "role", "carla", "janitor")


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
def test_the_demo_prints_who_may_sign_in_and_can_be_repeated():
    first = list(demo.run(history=False))
    assert any("admin" in line and demo.PASSWORD in line for line in first)
    assert list(demo.run(history=False)) == first


@pytest.mark.django_db
def test_the_demo_is_refused_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(demo.DemoInProduction):
        list(demo.run(history=False))
    assert not get_user_model().objects.exists()


def test_a_broken_check_is_printed_with_its_first_faults(capsys):
    class Broken:
        name = "balances equal their postings"
        rows = 1200
        faults = tuple(f"row {number}" for number in range(9))

    assert not print_checks([Broken()], as_json=False)
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "BROKEN       1,200  balances equal their postings"
    assert len(printed) == 6


def test_figures_are_written_as_json(tmp_path, capsys):
    file = tmp_path / "figures.json"
    print_figures([Figure("10 lines", "CPU", 7.5, "ms", "at most 8", True)], file=file)
    assert '"value": 7.5' in file.read_text()
    assert "at most 8" in capsys.readouterr().out
