"""Processes that search by words, and texts to search for."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from catalogtool.catalog.search.find import Answer, search_videos
from catalogtool.catalog.search.known.memory import memory_of
from catalogtool.catalog.search.request import parse_request
from catalogtool.catalog.words.find import Hits, find_by_words
from catalogtool.catalog.words.pieces import Pieces
from catalogtool.catalog.words.tokens import PART_SIZE
from catalogtool.core.db import Reader, reading

many_examples = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Words:
    """Asks the words, and counts; `before` and `after` are what others do meanwhile."""

    def __init__(self) -> None:
        self.asked = self.told = 0
        self.before: Callable[[], None] | None = None
        self.after: Callable[[], None] | None = None

    def find(self, session: Reader, asked: Pieces) -> Hits | None:
        if self.before is not None:
            self.before()
        hits = find_by_words(session, asked)
        if self.after is not None:
            self.after()
        self.asked += 1
        self.told += hits is not None
        return hits


class Process:
    """One that has just started, with the facets at hand; it shares nothing but connections."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        with self._engine.connect() as connection:
            memory_of(connection).load_column(connection)

    def ask(self, **asked: str) -> Answer:
        with self._engine.connect() as connection:
            return search_videos(connection, parse_request({"fields": "id", **asked}), b"key")

    def find(self, **asked: str) -> list[int]:
        """The ids of all matches, page by page."""
        asked = {"sort": "title:asc", "per_page": "100", "count": "exact", **asked}
        answer = self.ask(**asked)
        found = answer.videos
        for page in range(2, answer.pages + 1):
            found += self.ask(**asked, page=str(page)).videos
        assert (answer.total, answer.total_is_exact) == (len(found), True)
        return sorted(video["id"] for video in found)

    def forget(self) -> None:
        with self._engine.connect() as connection:
            memory_of(connection).shelf.clear()


def new_process() -> Process:
    with reading() as connection:
        return Process(connection.engine)


# Pieces that meet again and again; some have another case, are wide, or look like a separator.
LETTERS = (
    *"aAbkK1 -.'%_\\/\n\t", "ab", "Live", "  ", "é", "É", "e\u0301", "ß", "ẞ", "İ", "ı", "i",
    "\u212a", "Σ", "σ", "ς", "愛", "の", "夜", "ガ", "が", "ー", "한", "국", "ㄱ", "\u1112\u1161",
    "𠮷", "ｱ", "ﾞ", "Ａ", "ａ", "🔥", "👩\u200d🚀", "\u3000", "。", "・", "–", "\xa0", "愛", "の",
)  # fmt: skip
SEPARATED = "".maketrans(dict.fromkeys(" -.'%_\\/\n\t"))
SOME_IDS = [1, 2, 3, 4, PART_SIZE - 1, PART_SIZE, PART_SIZE + 1, 2 * PART_SIZE, 3 * PART_SIZE - 1]
characters = st.characters(codec="utf-8", exclude_characters="\0")
some_text = st.lists(st.sampled_from(LETTERS) | st.sampled_from(LETTERS) | characters, max_size=8)
CHANGES: tuple[Callable[[str], str], ...] = (
    str,
    str,
    str.swapcase,
    lambda part: part.translate(SEPARATED),
    lambda part: f" {part}",
    lambda part: f"{part}-",
)


@st.composite
def texts_of(draw: st.DrawFn, titles: list[str | None]) -> str:
    """A part of a title, changed a little; or anything."""
    known = [title for title in titles if title]
    if not known or draw(st.integers(0, 4)) == 0:
        return draw(some_text.map("".join))[:3]
    title = draw(st.sampled_from(known))
    start = draw(st.integers(0, len(title) - 1))
    part = title[start : start + draw(st.integers(1, 7))]
    return draw(st.sampled_from(CHANGES))(part)
