"""Files in and out on the command line."""

from tests.doors.test_cli import run
from tests.masterdata.conftest import world  # noqa: F401
from troth.reference.models import Country

FRANCE = "code,name\nFR,France\nUS,United States of America\nDE,Germany\n"


def test_a_file_is_tried_taken_in_and_changes_nothing_the_second_time(world, tmp_path):  # noqa: F811
    file = tmp_path / "countries.csv"
    file.write_text(FRANCE)
    tried = run("import", "countries", str(file), "--dry-run")
    assert (tried.exit_code, tried.output) == (0, "Would become: 1 new, 1 changed, 1 the same.\n")
    assert not Country.objects.filter(code="FR").exists()
    assert run("import", "countries", str(file)).output == "1 new, 1 changed, 1 the same.\n"
    assert run("import", "countries", str(file)).output == "0 new, 0 changed, 3 the same.\n"


def test_a_dry_run_names_row_column_value_and_remedy(world, tmp_path):  # noqa: F811
    file = tmp_path / "bins.csv"
    file.write_text("location,code,sequence\nN/01,A,1\n")
    tried = run("import", "bins", str(file), "--dry-run")
    assert tried.exit_code == 1
    assert "row 1: location: There is no storage location N/01." in tried.output
    assert tried.output.endswith("1 row refused.\nThe others would become: 0 new, 0 changed, 0 the same.\n")


def test_only_the_good_rows_come_in_where_that_is_asked_for(world, tmp_path):  # noqa: F811
    file = tmp_path / "countries.csv"
    file.write_text(FRANCE + "LONG,Nowhere\n")
    took = run("import", "countries", str(file), "--good-rows")
    assert took.exit_code == 1
    assert took.output == (
        "row 4: code: Code has 4 characters, and 2 at most. Shorten it. (LONG)\n"
        "1 row refused.\n1 new, 1 changed, 1 the same.\n"
    )
    assert Country.objects.filter(code="FR").exists()


def test_a_table_goes_out_as_a_workbook_and_comes_in_again(world, tmp_path):  # noqa: F811
    for name in ("sites.xlsx", "sites.csv"):
        file = tmp_path / name
        assert run("export", "sites", str(file)).output == f"2 rows written to {file}.\n"
        assert run("import", "sites", str(file)).output == "0 new, 0 changed, 2 the same.\n"


def test_a_template_has_the_first_row_alone(world, tmp_path):  # noqa: F811
    file = tmp_path / "units.csv"
    assert run("export", "units", str(file), "--template").output == f"0 rows written to {file}.\n"
    assert file.read_text(encoding="utf-8-sig") == "code,name,decimals\n"
