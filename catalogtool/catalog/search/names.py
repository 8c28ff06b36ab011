"""Names that a filter speaks of indirectly, looked up before the search.

A category in any case, channels by a part of their name, channels that are hidden: each is a
short list. With the names themselves in the statement the planner knows how many videos they
have; behind a subquery it would guess.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Text, bindparam, cast, func, literal, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import InstrumentedAttribute

from catalogtool.catalog.models import Video
from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.lookup import Lookup
from catalogtool.channels.models import Channel
from catalogtool.core.db import Reader
from catalogtool.core.patterns import like

MOST_NAMES = 200
NOTHING: Mapping[str, object] = {}
# How many codes `video_facets` has for them.
CATEGORY_CODES, STATUS_CODES = 1023, 63
_OF_LABEL = Video.__table__.alias("of_label")


@dataclass(frozen=True)
class Names:
    """The names found; None where there are too many to list, or none were asked for.

    The codes are those of the categories and the claim status in `video.facets`; None too where
    another name has the same one.
    """

    categories: Sequence[str] | None = None
    category_codes: Sequence[int] | None = None
    status_code: int | None = None
    channels: Sequence[str] | None = None
    hidden_channels: Sequence[str] | None = None


def distinct_values(column: ColumnElement[Any] | InstrumentedAttribute[Any]) -> Select[Any]:
    """The values of an indexed column in order: one step in the index for each, not each row."""
    walk = select(func.min(column).label("value")).cte(recursive=True)
    following = select(func.min(column)).where(column > walk.c.value).scalar_subquery()
    walk = walk.union_all(select(following).where(walk.c.value.is_not(None)))
    return select(walk.c.value).where(walk.c.value.is_not(None))


def find_names(session: Reader, filters: Filters) -> Names:
    """Look up all that these filters need, in one statement."""
    names, _ = look_up(session, filters)
    return names


def look_up(
    session: Reader,
    filters: Filters,
    also: tuple[ColumnElement[Any], ...] = (),
    values: Mapping[str, object] = NOTHING,
) -> tuple[Names, Sequence[Any]]:
    """The names, and the values of further expressions with these parameters, in one statement."""
    asked = tuple(name for name, is_asked in _ASKED.items() if is_asked(filters))
    if not asked and not also:
        return Names(), ()
    given = {
        "category": filters.category,
        "claimed_status": filters.claimed_status,
        "channel": like(filters.channel_search or ""),
        "few": MOST_NAMES + 1,
        **values,
    }
    row = _lists(asked, also).ask(session, given)[0]
    found = {n: v if len(v) <= MOST_NAMES else None for n, v in zip(asked, row, strict=False)}
    names = Names(
        **_in_any_case(found.get("categories")),
        status_code=_exact(found.get("statuses"), filters.claimed_status),
        channels=found.get("channels"),
        hidden_channels=found.get("hidden_channels"),
    )
    return names, row[len(asked) :]


_ASKED: dict[str, Callable[[Filters], bool]] = {
    "categories": lambda filters: filters.category is not None,
    "statuses": lambda filters: filters.claimed_status is not None,
    "channels": lambda filters: filters.channel_search is not None,
    "hidden_channels": lambda filters: filters.hidden != "all",
}


@cache
def _lists(asked: tuple[str, ...], also: tuple[ColumnElement[Any], ...]) -> Lookup:
    """The statement for these lists, built once; its parameters are those of `look_up`."""
    statements: dict[str, Select[Any]] = {
        "categories": _coded(Video.category, CATEGORY_CODES, "category"),
        "statuses": _coded(Video.claimed_status, STATUS_CODES, "claimed_status"),
        "channels": select(Channel.name).where(
            Channel.name.ilike(bindparam("channel", type_=Text))
        ),
        "hidden_channels": select(Channel.name).where(Channel.hidden),
    }
    lists = (_listed(statements[name]).label(name) for name in asked)
    return Lookup.of(select(*lists, *also))


def _coded(column: InstrumentedAttribute[Any], codes: int, wanted: str) -> Select[Any]:
    """Each value as [value, code, "true" if it is the one that is wanted in any case]."""
    value = distinct_values(column).subquery().c.value
    code = func.abs(func.hashtext(value) % codes) + 1
    same = func.lower(value) == func.lower(bindparam(wanted, type_=Text))
    return select(array([value, cast(code, Text), cast(same, Text)]))


def _in_any_case(listed: Sequence[Sequence[str]] | None) -> dict[str, Any]:
    if listed is None:
        return {}
    names = [name for name, _, same in listed if same == "true"]
    codes = {int(code) for _, code, same in listed if same == "true"}
    shared = any(int(code) in codes for _, code, same in listed if same != "true")
    return {"categories": names, "category_codes": None if shared else sorted(codes)}


def _exact(listed: Sequence[Sequence[str]] | None, wanted: str | None) -> int | None:
    codes = {name: int(code) for name, code, _ in listed or () if name}
    code = codes.get(wanted or "")
    return code if list(codes.values()).count(code or -1) == 1 else None


def hit(text: str) -> ColumnElement[bool]:
    """Channels whose name holds this text."""
    return Channel.name.ilike(like(text))


def is_of_labels(text: str) -> ColumnElement[bool]:
    """The video's label is one of those that hold this text: they are few, and an index has each.

    For a text that the index by trigrams can't tell.
    """
    label = distinct_values(_OF_LABEL.c.label).subquery().c.value
    held = select(label).where(label.ilike(like(text))).scalar_subquery()
    found: ColumnElement[bool] = Video.label == func.any(func.array(held))
    return found


def _listed(query: Select[Any]) -> ColumnElement[Any]:
    few = query.limit(bindparam("few", type_=Integer)).subquery()
    value = next(iter(few.c))
    return select(func.coalesce(func.array_agg(value), literal([]))).scalar_subquery()
