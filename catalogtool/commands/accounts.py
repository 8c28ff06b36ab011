"""`catalogtool users create` and `tokens create`: accounts without a browser."""

from __future__ import annotations

import sys

import click
from sqlalchemy import func, select

from catalogtool.auth.models import User
from catalogtool.auth.service import create_token, create_user
from catalogtool.commands.environment import connected, load_settings
from catalogtool.core.db import unit_of_work
from catalogtool.core.errors import NotFoundError


@click.group()
def users() -> None:
    """People who may sign in."""


@users.command("create")
@click.argument("email")
@click.option("--admin", is_flag=True, help="With the administrator's role.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create_user_command(email: str, admin: bool, password_stdin: bool) -> None:
    """Create the user EMAIL; the password is asked for, or read from standard input."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        raise click.UsageError("There is no terminal to ask for the password: --password-stdin")
    with connected(load_settings()), unit_of_work() as session:
        create_user(session, email, password, admin=admin)
    click.echo(f"Created {email}.")


@click.group()
def tokens() -> None:
    """API tokens, for programs."""


@tokens.command("create")
@click.argument("email")
@click.option("--name", default="command line", show_default=True, help="What it is for.")
def create_token_command(email: str, name: str) -> None:
    """Print a new API token of the user EMAIL; it cannot be shown again."""
    with connected(load_settings()), unit_of_work() as session:
        user = session.scalar(select(User).where(func.lower(User.email) == email.lower()))
        if user is None:
            raise NotFoundError(f"There is no user {email}.")
        token = create_token(session, user, name)
    click.echo(token)
