"""Why a request was slow: its statements asked again in this process, each with its plan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from sqlalchemy import Engine, event

from catalogtool.app import create_app
from catalogtool.core import db
from catalogtool.core.log import configure_logging
from catalogtool.core.settings import Settings
from searching.questions import PATH
from searching.server import Site

EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS) "
SHOWN_LINES = 30
WIDTH = 150
_COST = re.compile(r"  \(cost=[^)]*rows=(\d+) width=\d+\)")
EXPECTED = r"  (expected \1)"
_TIME = re.compile(r"(?:Planning|Execution) Time: ([\d.]+) ms")
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True)
class Statement:
    """One statement of a request; `milliseconds` for planning and executing it."""

    sql: str
    parameters: str
    plan: list[str]
    milliseconds: float


@dataclass
class Explainer:
    """The application without HTTP; it explains what its requests ask the database."""

    app: APIFlask
    cookie: str
    found: list[Statement] = field(default_factory=list)

    def statements_of(self, url: str) -> list[Statement]:
        """The statements behind the answer to this address, in their order."""
        self.found.clear()
        client = self.app.test_client(use_cookies=False)
        client.get(url, headers={"Cookie": self.cookie})
        return list(self.found)

    def after(self, *given: Any) -> None:
        _, cursor, statement, parameters = given[:4]
        if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
            return
        with cursor.connection.cursor() as again:
            again.execute(EXPLAIN + statement, parameters)
            plan = [line for (line,) in again.fetchall()]
        took = sum(float(ms) for line in plan for ms in _TIME.findall(line))
        text = _BLANK.sub(" ", statement).strip()
        self.found.append(Statement(text, str(parameters), plan, took))


@contextmanager
def explainer(site: Site, home: Path) -> Iterator[Explainer]:
    """For a site whose cookies it understands; `home` is any folder."""
    configure_logging("ERROR", "console")
    settings = Settings(
        _env_file=None,
        catalog_home=home,
        database_url=site.url,
        secret_key=site.environment["SECRET_KEY"],
        security_password_salt=site.environment["SECURITY_PASSWORD_SALT"],
    )
    engine: Engine = db.connect(site.url)
    made = Explainer(create_app(settings), site.cookie)
    # What a process reads only once is no part of any answer.
    made.statements_of(PATH)
    # The list is read through an engine of its own, beside the one of the other requests.
    event.listen(Engine, "after_cursor_execute", made.after)
    try:
        yield made
    finally:
        event.remove(Engine, "after_cursor_execute", made.after)
        engine.dispose()


def whole(statements: list[Statement]) -> str:
    """Every statement with its parameters and its plan, for a file."""
    return "\n".join(
        f"-- {s.milliseconds:.1f} ms\n{s.sql}\n-- {s.parameters[:2000]}\n" + "\n".join(s.plan)
        for s in statements
    )


def short(statements: list[Statement]) -> Iterator[str]:
    """The plan of the slowest statement in a few lines, for a terminal."""
    if not statements:
        return
    slowest = max(statements, key=lambda statement: statement.milliseconds)
    together = sum(statement.milliseconds for statement in statements)
    yield (
        f"{len(statements)} statements, {together:.1f} ms; the slowest {slowest.milliseconds:.1f}:"
    )
    yield f"  {slowest.sql[:WIDTH]}"
    for line in slowest.plan[:SHOWN_LINES]:
        yield f"  {_COST.sub(EXPECTED, line)}"[:WIDTH]
    if len(slowest.plan) > SHOWN_LINES:
        yield f"  … {len(slowest.plan) - SHOWN_LINES} more lines"
