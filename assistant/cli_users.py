"""The commands about users: add, list, remove. Passwords come from the terminal or from standard input, never from arguments."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

users = typer.Typer(no_args_is_help=True, help="The users who may sign in.", rich_markup_mode=None)

Name = Annotated[str, typer.Argument(help="The name to sign in with.")]


@users.command("add")
def add(
    name: Name,
    role: Annotated[str, typer.Option("--role", help="owner, analyst, manager or support.")],
    replace: Annotated[bool, typer.Option("--replace", help="Give an existing user another role and password.")] = False,
    from_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")] = False,
) -> None:
    """Adds a user; the password is asked for twice."""
    from assistant.access import users as store
    from assistant.access.roles import ROLES
    from assistant.cli import guarded, rendered, stop
    from assistant.settings import data_folder

    if role not in ROLES:
        stop("no_such_role", role=role, known=list(ROLES))
    with guarded():
        folder = data_folder()
        made = store.add(folder, name, role, _password(from_stdin), replace=replace)
        typer.echo(rendered("user", done="added", user=made.name, role=made.role, path=str(folder / store.FILE)))


@users.command("list")
def listed() -> None:
    """The users and their roles."""
    from assistant.access import users as store
    from assistant.cli import guarded, rendered
    from assistant.settings import data_folder

    with guarded():
        found = store.read(data_folder())
        typer.echo(rendered("users", users=[(user.name, user.role) for user in found.values()]))


@users.command("remove")
def remove(name: Name) -> None:
    """Removes a user, who is signed out at once."""
    from assistant.access import users as store
    from assistant.cli import guarded, rendered
    from assistant.settings import data_folder

    with guarded():
        folder = data_folder()
        gone = store.remove(folder, name)
        typer.echo(rendered("user", done="removed", user=gone.name, role=gone.role, path=str(folder / store.FILE)))


def _has_terminal() -> bool:
    return sys.stdin.isatty()


def _password(from_stdin: bool) -> str:
    """The password, typed twice without an echo, or the first line of standard input."""
    from getpass import getpass

    from assistant.answering.problems import problem
    from assistant.cli import stop
    from assistant.settings import message_language

    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not _has_terminal():
        stop("no_terminal")
    language = message_language()
    first = getpass(problem("ask_password", language) + " ")
    if getpass(problem("ask_password_again", language) + " ") != first:
        stop("passwords_differ")
    return first
