"""Transactions that are made again when the database was away or had to break a deadlock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from catalogtool.core.db import unit_of_work
from catalogtool.core.log import get_logger
from catalogtool.jobs.retry import is_transient

log = get_logger(__name__)
R = TypeVar("R")

# What an index cannot hold, or a statement cannot be, it never can (SQLSTATE's class 54).
LIMIT_EXCEEDED = "54"
FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 2.0
# While the process stops, nobody waits for a database that is away.
LAST_TRIES = 2


def will_pass(error: BaseException) -> bool:
    """Whether the database may let the same transaction through later: it was away, or busy."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, psycopg.Error) and (cause.sqlstate or "").startswith(LIMIT_EXCEEDED):
        return False
    return is_transient(error)


def patiently(work: Callable[[Session], R], stopping: threading.Event) -> R:
    """The result of one transaction, made again until the database lets it; other errors rise."""
    wait = FIRST_WAIT_SECONDS
    tries = 0
    while True:
        try:
            with unit_of_work() as session:
                return work(session)
        except Exception as error:
            tries += 1
            if not will_pass(error) or (stopping.is_set() and tries >= LAST_TRIES):
                raise
            if wait >= LONGEST_WAIT_SECONDS:
                log.warning("waiting_for_database", tries=tries)
            stopping.wait(wait)
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)
