"""`troth user`: who may sign in, from the command line."""

import sys
from typing import Annotated

import typer

from troth.doors.cli.session import start_django
from troth.kernel.errors import BusinessError, InvalidInput, NotFound

app = typer.Typer(help="Add, list and change the people who may sign in.", no_args_is_help=True, rich_markup_mode=None)

Database = Annotated[str | None, typer.Option("--db", metavar="URL", help="Overrides TROTH_DATABASE_URL.")]
Name = Annotated[str, typer.Argument(help="The name to sign in with.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


class NameTaken(BusinessError):
    """Somebody already signs in with this name."""

    code = "name_taken"


@app.command()
def add(
    name: Name,
    *,
    role: Annotated[list[str] | None, typer.Option(help="A role to give; may be repeated.")] = None,
    administrator: Annotated[bool, typer.Option("--administrator", help="May do everything.")] = False,
    password_stdin: FromStdin = False,
    db: Database = None,
) -> None:
    """Add a person; the password is asked for.

    Example: troth user add carla --role "credit manager"
    """
    start_django(db)
    from django.db import transaction

    from troth.platform.models import User

    if User.objects.filter(username=name).exists():
        raise NameTaken(f"{name} exists already; change it with: troth user password {name}", name=name)
    with transaction.atomic():
        person = User(username=name, is_staff=administrator, is_superuser=administrator)
        person.set_password(_checked_password(person, from_stdin=password_stdin))
        person.save()
        person.groups.set([_role(title) for title in role or ()])
    typer.echo(f"{name} added.")


@app.command(name="list")
def list_(*, db: Database = None) -> None:
    """List everybody with their roles."""
    start_django(db)
    from troth.platform.models import User

    for person in User.objects.order_by("username").prefetch_related("groups"):
        roles = [group.name for group in person.groups.all()] + ["administrator"] * person.is_superuser
        typer.echo(f"{person.username}\t{'active' if person.is_active else 'inactive'}\t{', '.join(sorted(roles))}")


@app.command()
def password(name: Name, *, password_stdin: FromStdin = False, db: Database = None) -> None:
    """Set a new password.

    Example: echo "$NEW" | troth user password carla --password-stdin
    """
    start_django(db)
    person = _person(name)
    person.set_password(_checked_password(person, from_stdin=password_stdin))
    person.save(update_fields=["password"])
    typer.echo(f"{name} has a new password.")


@app.command()
def role(
    name: Name,
    title: Annotated[str, typer.Argument(help="The role.")],
    *,
    take_away: Annotated[bool, typer.Option("--take-away", help="Take the role away instead of giving it.")] = False,
    db: Database = None,
) -> None:
    """Give a person a role, or take it away.

    Example: troth user role carla "credit manager"
    """
    start_django(db)
    person, group = _person(name), _role(title)
    if take_away:
        person.groups.remove(group)
    else:
        person.groups.add(group)
    typer.echo(f"{name} {'no longer has' if take_away else 'has'} the role {title}.")


def _person(name: str):  # type: ignore[no-untyped-def]  # the model can only be named once Django has started
    from troth.platform.models import User

    found = User.objects.filter(username=name).first()
    if found is None:
        raise NotFound(f"Nobody signs in as {name}; see: troth user list", name=name)
    return found


def _role(title: str):  # type: ignore[no-untyped-def]
    from django.contrib.auth.models import Group

    found = Group.objects.filter(name=title).first()
    if found is None:
        known = ", ".join(Group.objects.order_by("name").values_list("name", flat=True)) or "none so far"
        raise NotFound(f"There is no role named {title}; roles are: {known}.", role=title)
    return found


def _checked_password(person: object, *, from_stdin: bool) -> str:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    typed = (
        sys.stdin.readline().rstrip("\n")
        if from_stdin
        else typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    try:
        validate_password(typed, person)  # type: ignore[arg-type]
    except ValidationError as refused:
        raise InvalidInput(" ".join(refused.messages), field="password") from None
    return str(typed)
