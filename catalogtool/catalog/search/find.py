"""One search from the question to the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catalogtool.catalog.search.cursors import (
    Cursor,
    Position,
    decode_cursor,
    encode_cursor,
)
from catalogtool.catalog.search.ordering import ordering_of
from catalogtool.catalog.search.pages import Slice
from catalogtool.catalog.search.parameters import refuse
from catalogtool.catalog.search.positions import Reading
from catalogtool.catalog.search.question import Question
from catalogtool.catalog.search.request import SearchRequest
from catalogtool.catalog.search.rows import fetch_rows
from catalogtool.catalog.search.window import PAGED, Search, Total
from catalogtool.core.db import Reader


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


def search_videos(session: Reader, request: SearchRequest, key: bytes) -> Answer:
    """The page that was asked for; `key` signs the cursors.

    Raises ValidationError for a cursor that is not from this search, and for a page that only a
    cursor reaches.
    """
    cursor = None
    if request.cursor is not None:
        cursor = decode_cursor(request.cursor, request.sort, request.filters, key)
    total, window = _read_window(session, request, cursor)
    number = total.matches
    if not total.exact:
        number = max(number, window.before + len(window.places))
    pages = -(-min(number, total.paged) // request.per_page)
    return Answer(
        videos=fetch_rows(session, [place.id for place in window.places], request.fields),
        total=number,
        total_is_exact=total.exact,
        pages=pages,
        current_page=window.before // request.per_page + 1 if cursor else request.page,
        **_cursors(request, window, key),
    )


def _read_window(
    session: Reader, request: SearchRequest, cursor: Cursor | None
) -> tuple[Total, Window]:
    """Read one row more than the page holds, to know whether the list goes on."""
    size = request.per_page
    offset = 0 if cursor else (request.page - 1) * size
    forward = cursor.forward if cursor else True
    start = cursor.position if cursor else None
    reading = Reading(ordering_of(request.sort.field), request.sort.descending, forward)
    reachable = offset < PAGED
    part = Slice(start, offset if reachable else 0, size + 1 if reachable else 0)
    question = Question(session, request.filters)
    search = Search(session, question, reading, part)
    total, places = search.find(exact=request.exact_count)
    if not reachable and total.matches > PAGED:
        refuse("page", f"at most {PAGED // size} here; read on with next_cursor")
    more, places = len(places) > size, places[:size]
    if cursor is None:
        return total, Window(places, offset, offset > 0, more)
    if forward:
        return total, Window(places, cursor.before, more_before=True, more_after=more)
    before = max(0, cursor.before - len(places)) if more else 0
    return total, Window(places[::-1], before, more_before=more, more_after=True)


def _cursors(request: SearchRequest, window: Window, key: bytes) -> dict[str, str | None]:
    found: dict[str, str | None] = {"next_cursor": None, "prev_cursor": None}
    if window.places and window.more_after:
        after = Cursor(window.places[-1], True, window.before + len(window.places))
        found["next_cursor"] = encode_cursor(after, request.sort, request.filters, key)
    if window.places and window.more_before:
        before = Cursor(window.places[0], False, window.before)
        found["prev_cursor"] = encode_cursor(before, request.sort, request.filters, key)
    return found
