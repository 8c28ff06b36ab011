"""The other way to answer the list: one statement by hand, OFFSET, an exact count, ILIKE.

It has the primary keys and the unique constraints, and no other index: those are dropped in a
transaction that is taken back at the end, so both ways read the same tables. What it does not do:
cursors, the last changes, pending edits.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

import psycopg

from searching.bare import INDEXES
from searching.catalogue import TABLES
from searching.filters import Parameters
from searching.questions import Question

LOCK_TIMEOUT = "10s"
STATEMENT_SECONDS = 60

HOLDS = ("title", "video_id", "asset_id", "custom_id", "label")
FLAGS = {"yes": "Yes", "no": "No"}
DURATION = {
    "short": "video_length < 240",
    "medium": "video_length BETWEEN 240 AND 1200",
    "long": "video_length > 1200",
}
SHOWN = "v.*, c.views"
TABLES_READ = "video v LEFT JOIN video_counter c ON c.video_pk = v.id"
NOT_HIDDEN = """NOT hidden AND (channel_display_name IS NULL OR channel_display_name NOT IN
    (SELECT name FROM channel WHERE hidden))"""
HIDDEN = f"NOT ({NOT_HIDDEN})"


@dataclass(frozen=True)
class ByHand:
    """One question answered by hand; `cut` if it took longer than it may."""

    milliseconds: float
    cut: bool


def answer_naively(url: str, questions: Iterable[Question], seconds: float) -> list[ByHand]:
    """As many of the questions as can be answered within so many seconds."""
    found: list[ByHand] = []
    deadline = time.monotonic() + seconds
    with psycopg.connect(url) as connection:
        connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        for name, _ in connection.execute(INDEXES, {"tables": list(TABLES)}).fetchall():
            connection.execute(f"DROP INDEX {name}")
        for question in questions:
            left = min(STATEMENT_SECONDS, deadline - time.monotonic())
            if left <= 0:
                break
            found.append(_answer(connection, question, left))
        connection.rollback()
    return found


def _answer(
    connection: psycopg.Connection[tuple[object, ...]], question: Question, seconds: float
) -> ByHand:
    where, values = _where(question.parameters)
    began = time.perf_counter()
    connection.execute("SAVEPOINT one")
    connection.execute(f"SET LOCAL statement_timeout = '{int(seconds * 1000) + 1}'")
    cut = False
    try:
        count = f"SELECT count(*) FROM {TABLES_READ} WHERE {where}"
        row = connection.execute(count, values).fetchone()
        size = int(question.parameters.get("per_page", 20))
        pages = -(-int(str(row[0] if row else 0)) // size)
        offset = (question.page(pages) - 1) * size
        rows = f"""SELECT {SHOWN} FROM {TABLES_READ} WHERE {where}
            ORDER BY {_order(question.sort)} LIMIT {size} OFFSET {offset}"""
        connection.execute(rows, values).fetchall()
    except psycopg.errors.QueryCanceled:
        cut = True
    took = (time.perf_counter() - began) * 1000
    connection.execute("ROLLBACK TO one")
    return ByHand(took, cut)


def answerable(question: Question) -> bool:
    """Whether it is worth trying: without an index, the last change of each video is not."""
    return not question.sort.startswith("last_synced")


def _order(sort: str) -> str:
    field, _, direction = sort.partition(":")
    return f"{field} {direction} NULLS LAST, v.id"


def _where(parameters: Parameters) -> tuple[str, Parameters]:
    """The condition and its values."""
    values, found = dict(parameters), []
    hidden = values.pop("hidden", "no")
    found += {"no": [NOT_HIDDEN], "yes": [HIDDEN], "all": []}[hidden]
    for name in ("sort", "per_page", "fields"):
        values.pop(name, None)
    for name, value in list(values.items()):
        found.append(_condition(name, value))
        if "search" in name or name in (*HOLDS, "artist"):
            escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            values[name] = f"%{escaped}%"
        elif name == "isrc":
            values[name] = value.replace("-", "").upper()
    return " AND ".join(found) or "true", values


def _condition(name: str, value: str) -> str:
    special = {
        "search": "title ILIKE %(search)s",
        "channel_search": "channel_display_name ILIKE %(channel_search)s",
        "channel": "channel_display_name = %(channel)s",
        "category": "lower(category) = lower(%(category)s)",
        "duration": DURATION.get(value, ""),
        "has_asset_id": f"coalesce(asset_id, '') {'<>' if value == 'yes' else '='} ''",
        "claimed_by_another": f"claimed_by_another_owner = '{FLAGS.get(value, '')}'",
        "monetization": f"policy {'=' if value == 'monetizing' else '<>'} 'monetize'",
        "artist": "EXISTS (SELECT FROM unnest(artist) AS a WHERE a ILIKE %(artist)s)",
        "date_from": "time_published >= %(date_from)s",
        "date_to": "time_published < %(date_to)s::date + 1",
        "missing": " AND ".join(f"{field} IS NULL" for field in value.split(",")),
    }
    if name in {"is_short", "is_live_stream", "administered"}:
        return f"{name} = {value == 'yes'}"
    if name in HOLDS:
        return f"{name} ILIKE %({name})s"
    return special.get(name, f"{name} = %({name})s")
