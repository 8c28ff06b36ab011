"""One search from the question to the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from catalogtool.catalog.search.conditions import build_conditions
from catalogtool.catalog.search.cursors import (
    Cursor,
    Position,
    decode_cursor,
    encode_cursor,
)
from catalogtool.catalog.search.matches import Matches, count_matches, prepare
from catalogtool.catalog.search.names import find_names
from catalogtool.catalog.search.ordering import ordering_of
from catalogtool.catalog.search.pages import read_along, read_few
from catalogtool.catalog.search.positions import Reading
from catalogtool.catalog.search.request import SearchRequest
from catalogtool.catalog.search.rows import fetch_rows


@dataclass(frozen=True)
class Answer:
    """A page of videos; `total` may be an estimate above 10,000 and then says so."""

    videos: list[dict[str, Any]]
    total: int
    total_is_exact: bool
    pages: int
    current_page: int
    next_cursor: str | None
    prev_cursor: str | None


@dataclass(frozen=True)
class Window:
    """The places of a page's rows, how many stand before it, and whether the list goes on."""

    places: list[Position]
    before: int
    more_before: bool
    more_after: bool


def search_videos(session: Session, request: SearchRequest, key: bytes) -> Answer:
    """The page that was asked for; `key` signs the cursors.

    Raises ValidationError for a cursor that is not from this search.
    """
    cursor = None
    if request.cursor is not None:
        cursor = decode_cursor(request.cursor, request.sort, request.filters, key)
    prepare(session)
    conditions = build_conditions(request.filters, find_names(session, request.filters))
    matches = count_matches(session, conditions, exact=request.exact_count)
    window = _read_window(session, request, cursor, matches, conditions)
    total = matches.total
    if not matches.exact:
        total = max(total, window.before + len(window.places))
    return Answer(
        videos=fetch_rows(session, [place.id for place in window.places], request.fields),
        total=total,
        total_is_exact=matches.exact,
        pages=-(-total // request.per_page),
        current_page=window.before // request.per_page + 1 if cursor else request.page,
        **_cursors(request, window, key),
    )


def _read_window(
    session: Session,
    request: SearchRequest,
    cursor: Cursor | None,
    matches: Matches,
    conditions: list[Any],
) -> Window:
    """Read one row more than the page holds, to know whether the list goes on."""
    size = request.per_page
    offset = 0 if cursor else (request.page - 1) * size
    if matches.exact and offset >= matches.total and not cursor:
        return Window([], offset, more_before=False, more_after=False)
    forward = cursor.forward if cursor else True
    start = cursor.position if cursor else None
    reading = Reading(
        ordering_of(request.sort.field, matches.ids), request.sort.descending, forward
    )
    if matches.ids is not None:
        places = read_few(session, reading, matches.ids, start, offset, size + 1)
    else:
        places = read_along(session, reading, conditions, start, offset, size + 1)
    more, places = len(places) > size, places[:size]
    if cursor is None:
        return Window(places, offset, offset > 0, more)
    if forward:
        return Window(places, cursor.before, more_before=True, more_after=more)
    before = max(0, cursor.before - len(places)) if more else 0
    return Window(places[::-1], before, more_before=more, more_after=True)


def _cursors(request: SearchRequest, window: Window, key: bytes) -> dict[str, str | None]:
    found: dict[str, str | None] = {"next_cursor": None, "prev_cursor": None}
    if window.places and window.more_after:
        after = Cursor(window.places[-1], True, window.before + len(window.places))
        found["next_cursor"] = encode_cursor(after, request.sort, request.filters, key)
    if window.places and window.more_before:
        before = Cursor(window.places[0], False, window.before)
        found["prev_cursor"] = encode_cursor(before, request.sort, request.filters, key)
    return found
