"""Names that a filter speaks of indirectly, looked up before the search.

A category in any case, channels by a part of their name, channels that are hidden: each is a
short list. With the names themselves in the statement the planner knows how many videos they
have; behind a subquery it would guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from catalogtool.catalog.models import Video
from catalogtool.catalog.search.filters import Filters
from catalogtool.channels.models import Channel

MOST_NAMES = 200


@dataclass(frozen=True)
class Names:
    """The names found; None where there are too many to list, or none were asked for."""

    categories: Sequence[str] | None = None
    channels: Sequence[str] | None = None
    hidden_channels: Sequence[str] | None = None


def like(text: str) -> str:
    """A LIKE pattern for this text anywhere; `%`, `_` and the backslash stand for themselves."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def distinct_values(column: InstrumentedAttribute[Any]) -> Select[Any]:
    """The values of an indexed column in order: one step in the index for each, not each row."""
    walk = select(func.min(column).label("value")).cte(recursive=True)
    following = select(func.min(column)).where(column > walk.c.value).scalar_subquery()
    walk = walk.union_all(select(following).where(walk.c.value.is_not(None)))
    return select(walk.c.value).where(walk.c.value.is_not(None))


def find_names(session: Session, filters: Filters) -> Names:
    """Look up all that these filters need, in one statement."""
    wanted: dict[str, Select[Any]] = {}
    if filters.category is not None:
        value = distinct_values(Video.category).subquery().c.value
        same = func.lower(value) == func.lower(filters.category)
        wanted["categories"] = select(value).where(same)
    if filters.channel_search is not None:
        wanted["channels"] = select(Channel.name).where(hit(filters.channel_search))
    if filters.hidden != "all":
        wanted["hidden_channels"] = select(Channel.name).where(Channel.hidden)
    if not wanted:
        return Names()
    row = session.execute(select(*(_listed(q).label(name) for name, q in wanted.items()))).one()
    return Names(**{n: v if len(v) <= MOST_NAMES else None for n, v in row._mapping.items()})


def hit(text: str) -> ColumnElement[bool]:
    """Channels whose name holds this text."""
    return Channel.name.ilike(like(text))


def _listed(query: Select[Any]) -> ColumnElement[Any]:
    few = query.limit(MOST_NAMES + 1).subquery()
    value = next(iter(few.c))
    return select(func.coalesce(func.array_agg(value), literal([]))).scalar_subquery()
