"""The embedded PostgreSQL: made on first use, kept under the home, run without any set-up."""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import sql

from catalogtool.core.postgres_account import Account, place_for_data
from catalogtool.core.postgres_programs import EmbeddedPostgresError, Programs
from catalogtool.core.postgres_tuning import settings_for_machine, unicode_ctype

HOST = "127.0.0.1"
NAME = "catalog"
SUPERUSER = "postgres"
START_ATTEMPTS = 6
RECOVERY_SECONDS = 600

StopMode = Literal["fast", "immediate"]

__all__ = ["EmbeddedPostgresError", "running", "start", "stop"]


def start(home: Path, settings: Mapping[str, str] | None = None) -> str:
    """Make sure that the server of this home runs; the URL of its database, password included.

    `settings` override the server's configuration (tests only). A running server is reused as it
    is. Raises EmbeddedPostgresError with a text for the terminal.
    """
    base = _base(home)
    with _locked(base / "start.lock", LOCK_EX):
        password = _password(base)
        data = _data(base, password)
        if not _answers(data, password):
            _launch(base, data, dict(settings or {}))
            _wait_until_it_answers(data, password)
        port = _port_in_use(data)
        _ensure_database(port, password)
    return f"postgresql://{NAME}:{password}@{HOST}:{port}/{NAME}"


def stop(home: Path, mode: StopMode = "fast") -> None:
    """Stop the server of this home if it runs; `immediate` is a crash, recovered at next start."""
    base = _base(home)
    data = (base / "data").resolve()
    with _locked(base / "start.lock", LOCK_EX):
        if not (data / "postmaster.pid").exists():
            return
        programs = Programs.of(Account.for_data(data))
        stopped = programs.run("pg_ctl", "stop", "-D", str(data), "-w", "-t", "60", "-m", mode)
        if stopped.returncode and mode == "fast":
            programs.run("pg_ctl", "stop", "-D", str(data), "-w", "-m", "immediate")


@contextmanager
def running(home: Path) -> Iterator[str]:
    """The server for the length of a block; the last of all processes that use it stops it.

    A process forked inside the block leaves it without any effect on the server.
    """
    process = os.getpid()
    with open(_base(home) / "users.lock", "a") as users:
        flock(users, LOCK_SH)
        try:
            yield start(home)
        finally:
            if os.getpid() == process:
                with suppress(BlockingIOError):
                    flock(users, LOCK_EX | LOCK_NB)
                    stop(home)


def _base(home: Path) -> Path:
    """The folder for all that belongs to the server; others may enter it, but not read secrets."""
    base = home.absolute() / "postgres"
    if not base.is_dir():
        base.mkdir(parents=True)
        base.chmod(0o755)
    return base


@contextmanager
def _locked(path: Path, kind: int) -> Iterator[None]:
    with open(path, "a") as file:
        flock(file, kind)
        yield


def _password(base: Path) -> str:
    path = base / "password"
    if not path.exists():
        path.touch(mode=0o600)
    password = path.read_text()
    if not password:
        password = secrets.token_urlsafe(32)
        path.write_text(password)
    return password


def _data(base: Path, password: str) -> Path:
    """The data directory, made on first use; a half-made one is never taken for a whole one."""
    data = base / "data"
    if data.exists():
        return data.resolve()
    data.unlink(missing_ok=True)
    account = Account.for_data(base)
    place = place_for_data(base, account)
    _initialise(place / "data", account, password)
    if place != base:
        data.symlink_to(place / "data")
    return place / "data"


def _initialise(data: Path, account: Account, password: str) -> None:
    """Run initdb.

    Ordering is bytewise and lower() knows Unicode (the builtin provider); pg_trgm sees letters
    outside ASCII only if the character class locale of the C library is a UTF-8 one as well.
    """
    new = data.with_name("data.new")
    programs = Programs.of(account)
    programs.remove(new)
    new.mkdir(mode=0o700)
    key = data.with_name("password.new")
    key.touch(mode=0o600)
    key.write_text(password)
    try:
        account.own(new, key)
        made = programs.run(
            *("initdb", "-D", str(new), "-U", SUPERUSER, "-A", "scram-sha-256", "-E", "UTF8"),
            *("--pwfile", str(key), "--locale=C", f"--lc-ctype={unicode_ctype()}"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *("--data-checksums", "--no-instructions"),
        )
    finally:
        key.unlink()
    if made.returncode:
        raise EmbeddedPostgresError(f"PostgreSQL could not make its database:\n{made.stderr}")
    with open(new / "postgresql.conf", "a") as file:
        file.write("\ninclude = 'catalog.conf'\n")
    new.rename(data)


def _launch(base: Path, data: Path, overrides: dict[str, str]) -> None:
    """Start the server in a session of its own, so that Ctrl-C reaches it through us only."""
    account = Account.for_data(data)
    programs = Programs.of(account)
    tuned = settings_for_machine(data, programs)
    log = data / "server.log"
    if log.exists():
        log.replace(data / "server.log.old")
    for attempt in range(START_ATTEMPTS):
        port = _choose_port(base)
        _configure(data, account, {**tuned, **overrides, "port": str(port)})
        # The backends of a killed server need a moment to go; a port may be lost in a race.
        arguments = ("-D", str(data), "-w", "-t", str(RECOVERY_SECONDS), "-l", str(log), "-s")
        outcome = programs.run("pg_ctl", "start", *arguments)
        if outcome.returncode == 0:
            return
        time.sleep(attempt / 2)
    lines = log.read_text(errors="replace") if log.exists() else outcome.stderr
    reason = "\n".join(lines.splitlines()[-8:])
    raise EmbeddedPostgresError(f"PostgreSQL does not start with the data in {data}:\n{reason}")


def _configure(data: Path, account: Account, settings: Mapping[str, str]) -> None:
    """Write the file that postgresql.conf includes; ALTER SYSTEM still overrules it."""
    path = data / "catalog.conf"
    path.unlink(missing_ok=True)
    path.write_text("".join(f"{name} = '{value}'\n" for name, value in settings.items()))
    account.own(path)


def _choose_port(base: Path) -> int:
    """The port of last time if it is still free, else any free one; kept for the next time."""
    path = base / "port"
    with suppress(FileNotFoundError, ValueError, OSError), socket.socket() as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind((HOST, int(path.read_text())))
        return int(kept.getsockname()[1])
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = int(free.getsockname()[1])
    path.write_text(str(port))
    return port


def _port_in_use(data: Path) -> int:
    """The port in the server's own pid file (its fourth line)."""
    return int((data / "postmaster.pid").read_text().splitlines()[3])


def _answers(data: Path, password: str) -> bool:
    """Whether a server takes our password at the port of the pid file.

    A pid file may outlive its server, and its process id may be another's by now, so only the
    server itself can tell. One that is starting up or recovering is waited for.
    """
    deadline = time.monotonic() + RECOVERY_SECONDS
    while time.monotonic() < deadline:
        try:
            with _superuser(_port_in_use(data), password):
                return True
        except (FileNotFoundError, IndexError, ValueError):
            return False
        except psycopg.OperationalError as error:
            if "the database system is" not in str(error):
                return False
            time.sleep(0.2)
    return False


def _wait_until_it_answers(data: Path, password: str) -> None:
    if not _answers(data, password):
        raise EmbeddedPostgresError(f"PostgreSQL with the data in {data} does not answer.")


def _superuser(port: int, password: str) -> psycopg.Connection:
    return psycopg.connect(
        host=HOST, port=port, user=SUPERUSER, password=password, dbname="postgres",
        autocommit=True, connect_timeout=10,
    )  # fmt: skip


def _ensure_database(port: int, password: str) -> None:
    """The application is no superuser here either: it finds what it finds on a rented server."""
    with _superuser(port, password) as connection:
        name = sql.Identifier(NAME)
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [NAME]).rowcount:
            secret = sql.Literal(password)
            create = sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}")
            connection.execute(create.format(name, secret))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).rowcount:
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, name))
