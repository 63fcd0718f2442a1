"""`troth user`: who may sign in, from the command line. What is done here is recorded like any other action."""

import getpass
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from troth.doors.cli.session import start_django
from troth.kernel.errors import NotFound

if TYPE_CHECKING:
    from troth.platform.actors import Actor
    from troth.platform.models import User

app = typer.Typer(help="Add, list and change the people who may sign in.", no_args_is_help=True, rich_markup_mode=None)

Database = Annotated[str | None, typer.Option("--db", metavar="URL", help="Overrides TROTH_DATABASE_URL.")]
Name = Annotated[str, typer.Argument(help="The name to sign in with.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@app.command()
def add(
    name: Name,
    *,
    role: Annotated[list[str] | None, typer.Option(help="A role to give; may be repeated.")] = None,
    password_stdin: FromStdin = False,
    db: Database = None,
) -> None:
    """Add a person; the password is asked for.

    Example: troth user add carla --role credit_manager
    """
    start_django(db)
    from django.db import transaction

    from troth.platform import users
    from troth.platform.clock import SYSTEM_CLOCK

    with transaction.atomic():
        user_id = users.add_user(name, password=_password(password_stdin), by=_operator(), clock=SYSTEM_CLOCK)
        for title in role or ():
            users.grant_role(user_id, role=title, by=_operator(), clock=SYSTEM_CLOCK)
    typer.echo(f"{name} added.")


@app.command(name="list")
def list_(*, db: Database = None) -> None:
    """List everybody with their roles."""
    start_django(db)
    from troth.platform.models import User

    for person in User.objects.order_by("username").prefetch_related("grants"):
        roles = sorted({grant.role for grant in person.grants.all()})
        typer.echo(f"{person.username}\t{'active' if person.is_active else 'inactive'}\t{', '.join(roles)}")


@app.command()
def password(name: Name, *, password_stdin: FromStdin = False, db: Database = None) -> None:
    """Set a new password; sessions of the old one end.

    Example: echo "$NEW" | troth user password carla --password-stdin
    """
    start_django(db)
    from troth.platform import users
    from troth.platform.clock import SYSTEM_CLOCK

    person = _person(name)
    users.set_password(person.pk, password=_password(password_stdin), by=_operator(), clock=SYSTEM_CLOCK)
    typer.echo(f"{name} has a new password.")


@app.command()
def role(
    name: Name,
    title: Annotated[str, typer.Argument(help="The role, such as credit_manager.")],
    *,
    take_away: Annotated[bool, typer.Option("--take-away", help="Take the role away instead of giving it.")] = False,
    exception: Annotated[str, typer.Option(help="Why this person may join duties that belong apart.")] = "",
    db: Database = None,
) -> None:
    """Give a person a role in all companies, or take it away.

    Example: troth user role carla credit_manager
    """
    start_django(db)
    from troth.platform import users
    from troth.platform.clock import SYSTEM_CLOCK

    person = _person(name)
    if take_away:
        users.revoke_role(person.pk, role=title, by=_operator(), clock=SYSTEM_CLOCK)
    else:
        users.grant_role(person.pk, role=title, exception=exception, by=_operator(), clock=SYSTEM_CLOCK)
    typer.echo(f"{name} {'no longer has' if take_away else 'has'} the role {title}.")


def _operator() -> "Actor":
    """Whoever sits at the machine: may do everything, and the history names the account."""
    from troth.platform.actors import Actor

    return Actor(user_id=None, name=f"{getpass.getuser()} at the command line", is_system=True)


def _person(name: str) -> "User":
    from troth.platform.models import User

    found = User.objects.filter(username=name).first()
    if found is None:
        raise NotFound(f"Nobody signs in as {name}; see: troth user list", name=name)
    return found


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
