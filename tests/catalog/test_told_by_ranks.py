"""What ranks tell of filters: nothing wrong, as much as they can, and never what was before."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from random import Random
from typing import Any

import numpy as np
import psycopg
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select
from sqlalchemy.engine import make_url

from catalogtool.catalog.models import Video
from catalogtool.catalog.search import lists, told
from catalogtool.catalog.search.conditions import build_conditions
from catalogtool.catalog.search.find import search_videos
from catalogtool.catalog.search.known import order
from catalogtool.catalog.search.known.listing import look_at
from catalogtool.catalog.search.known.matches import Found, Matches
from catalogtool.catalog.search.known.memory import memory_of
from catalogtool.catalog.search.known.order import ranked
from catalogtool.catalog.search.known.rank_tests import RankedNames, RankTest
from catalogtool.catalog.search.known.ranks import ABSENT, UNKNOWN, VALUELESS, Ranks
from catalogtool.catalog.search.known.writes import ledger_of
from catalogtool.catalog.search.names import find_names
from catalogtool.catalog.search.question import Question
from catalogtool.catalog.search.request import parse_request
from catalogtool.catalog.search.told import RankFilter
from catalogtool.core.arrays import Int64s
from catalogtool.core.db import reading, unit_of_work
from tests.catalog import ranking
from tests.catalog.ranks_in_background import NEVER, rest
from tests.catalog.remembering import execute

LAST = "\U0010ffff"
# Between the last two, UTF-16 would have another order.
NAMES = ("", "A", "B", "a", "a ", "ab", "é", "夜", "\ufffd", "\U0001f3b5")


class Cut:
    """A list of names in order, cut into ranks; of some ranks the first name is not known."""

    def __init__(self, names: Sequence[str], forgotten: set[int], number: int) -> None:
        begins = [at == 0 or name != names[at - 1] for at, name in enumerate(names)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(order, "RANKS", number)
            of_each, self.equal = ranked(np.array(begins, np.bool_))
        self.held: list[set[str]] = [set() for _ in self.equal]
        for name, rank in zip(names, of_each.tolist(), strict=True):
            self.held[rank].add(name)
        self.firsts = [None if n in forgotten else min(held) for n, held in enumerate(self.held)]

    def told(self, names: Sequence[str], *, by_code_points: bool = True) -> RankTest | None:
        """What they tell."""
        return RankedNames(self.firsts, self.equal, by_code_points=by_code_points).having(names)

    def may_have(self, rank: int, name: str) -> bool:
        """Whether this rank may have a name, as far as is known."""
        if name in self.firsts:
            return self.firsts[rank] == name
        before = [first for first in self.firsts[: rank + 1] if first is not None]
        behind = [first for first in self.firsts[rank + 1 :] if first is not None]
        other = self.equal[rank] and self.firsts[rank] is not None
        return not other and max(before, default="") <= name and name < min(behind, default=LAST)


names_in_order = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from((1, 1, 2, 3, 9))), max_size=12
).map(lambda drawn: sorted(name for name, videos in drawn for _ in range(videos)))
some_names = st.lists(st.sampled_from(NAMES), max_size=4)


@settings(max_examples=1_000, deadline=None)
@given(
    names=names_in_order,
    asked=some_names,
    forgotten=st.sets(st.integers(0, 9), max_size=3),
    number=st.integers(1, 9),
)
@example(names=[], asked=["a"], forgotten=set(), number=3)
def test_names_are_in_no_rank_but_those_that_are_told(
    names: list[str], asked: list[str], forgotten: set[int], number: int
) -> None:
    cut = Cut(names, forgotten, number)
    found = cut.told(asked)
    assert found is not None
    assert len(found.sure) == len(found.unsure) == len(cut.held)
    for rank, held in enumerate(cut.held):
        sure, unsure = bool(found.sure[rank]), bool(found.unsure[rank])
        assert not (sure and unsure)
        assert not sure or held <= set(asked)
        assert sure or unsure or not held & set(asked)
        # And no more is looked at than has to be.
        possible = any(cut.may_have(rank, name) for name in asked)
        assert sure == (possible and cut.equal[rank] and cut.firsts[rank] in asked)
        assert unsure == (possible and not sure)


@settings(max_examples=300, deadline=None)
@given(names=names_in_order, asked=some_names, number=st.integers(1, 9))
def test_in_another_order_only_the_first_names_are_told(
    names: list[str], asked: list[str], number: int
) -> None:
    cut = Cut(names, set(), number)
    found = cut.told(asked, by_code_points=False)
    assert (found is None) == any(name not in cut.firsts for name in asked)
    whole = cut.told(asked)
    if found is not None and whole is not None:
        assert found.sure.tolist() == whole.sure.tolist()
        assert found.unsure.tolist() == whole.unsure.tolist()


# How names are sorted, and whether that is how Python sorts them.
LOCALES = {
    "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'": True,
    "LOCALE_PROVIDER libc LOCALE 'C'": True,
    "LOCALE_PROVIDER libc LOCALE 'C' ENCODING 'LATIN1'": False,
}


@pytest.mark.parametrize("locale", LOCALES)
def test_a_database_tells_how_it_sorts(server: str, locale: str) -> None:
    url = make_url(server).set(database="sorted_otherwise")
    with closing(psycopg.connect(server, autocommit=True)) as outside:
        try:
            outside.execute(f"CREATE DATABASE sorted_otherwise TEMPLATE template0 {locale}")
            with psycopg.connect(url.render_as_string(hide_password=False)) as inside:
                told_so = inside.execute(order._BY_CODE_POINTS).fetchone()
        finally:
            outside.execute("DROP DATABASE IF EXISTS sorted_otherwise")
    assert told_so == (LOCALES[locale],)


def test_what_has_no_value_is_told_apart() -> None:
    places = [VALUELESS, 0, ABSENT, UNKNOWN, VALUELESS, 1, 0]
    equal = np.ones(2, np.bool_)
    ranks = Ranks(np.array(places, np.uint16), equal, ledger_of("views", "1:1:"))
    ids = np.arange(len(places), dtype=np.int64)
    first = RankTest(np.array([True, False]), np.array([False, True]))
    for test, sure, unsure in (
        (RankTest.only_valueless(), [0, 4], [3]),
        (first, [1, 6], [3, 5]),
        (RankTest(first.sure, first.unsure, valueless=True), [0, 1, 4, 6], [3, 5]),
        (RankTest(~equal, ~equal), [], [3]),
    ):
        assert [some.tolist() for some in ranks.passing(test)] == [sure, unsure]
        assert [ids[some].tolist() for some in ranks.among(ids, test)] == [sure, unsure]


# To and fro between having views, none and no counters; and what the other filters ask for.
WRITES = (
    "UPDATE video_counter SET views = NULL WHERE video_pk % {n} = {m}",
    "UPDATE video_counter SET views = 7 WHERE video_pk % {n} = {m}",
    "UPDATE video_counter SET views = nullif(views, 7) WHERE video_pk % {n} = {m}",
    "DELETE FROM video_counter WHERE video_pk % (3 * {n}) = {m}",
    "INSERT INTO video_counter (video_pk, facets, views) SELECT id, facets, nullif(id % 2, 0)"
    " FROM video WHERE id NOT IN (SELECT video_pk FROM video_counter)",
    "DELETE FROM video WHERE id % (10 * {n}) = {m}",
    "INSERT INTO video (video_id, channel_display_name)"
    " SELECT left(md5(random()::text), 15), '夜' FROM generate_series(1, 60 / {n})",
    "UPDATE video SET hidden = NOT hidden, title = 'Live' WHERE id % {n} = {m}",
    "UPDATE video SET channel_display_name = CASE id % 3 WHEN 0 THEN 'Alp' WHEN 1 THEN '夜' END"
    " WHERE id % {n} = {m}",
    "UPDATE video SET time_published = '2024-02-29 12:00Z' WHERE id % {n} = {m}",
    "UPDATE video SET time_published = NULL WHERE id % {n} = {m}",
    "UPDATE channel SET hidden = NOT hidden WHERE id % {n} = {m}",
    "UPDATE channel SET name = left(name, 9) || '!' WHERE id % {n} = {m} AND name <> '夜'",
)
# Seldom: nobody can tell what has changed then.
LOSSES = ("TRUNCATE video_counter", "UPDATE counter_write SET ids = NULL")
QUESTIONS: tuple[dict[str, str], ...] = (
    {"missing": "views"},
    {"missing": "views", "hidden": "all"},
    {"missing": "views", "hidden": "yes"},
    {"missing": "views,title"},
    {"missing": "views", "policy": "monetize"},
    {"missing": "views", "search": "live"},
    {"missing": "views", "channel_search": "a", "hidden": "all"},
    {"missing": "views", "date_from": "2024-02-29", "date_to": "2024-02-29"},
    {"channel": "Alpha"},
    {"channel": "夜", "hidden": "all"},
    {"channel": "before all", "hidden": "all"},
    {"channel": "夜", "missing": "views"},
    {"channel_search": "a"},
    {"channel_search": "alp", "is_short": "no"},
    {"channel_search": "!", "date_from": "2024-02-29", "hidden": "all"},
)
FIELDS = ("views", "channel_display_name", "time_published")


class Spy:
    """How often ranks have told a filter, and which videos were looked at one by one."""

    def __init__(self) -> None:
        self.listed = self.narrowed = self.in_vain = 0
        self.looked_at: list[int] = []

    def look_at(self, session: Any, ids: Int64s, conditions: Any) -> Any:
        self.looked_at += ids.tolist()
        return look_at(session, ids, conditions)


@pytest.fixture
def spy(monkeypatch: pytest.MonkeyPatch) -> Spy:
    """Ranks are asked as ever."""
    watching = Spy()
    list_all, narrow = RankFilter.listed, RankFilter.narrowed

    def listed(one: RankFilter, session: Connection) -> Any:
        found = list_all(one, session)
        watching.listed += found[1] is not None
        watching.in_vain += found[1] is None
        return found

    def narrowed(one: RankFilter, session: Connection, given: Matches) -> Found:
        found = narrow(one, session, given)
        watching.narrowed += found is not None
        watching.in_vain += found is None
        return found

    monkeypatch.setattr(RankFilter, "listed", listed)
    monkeypatch.setattr(RankFilter, "narrowed", narrowed)
    monkeypatch.setattr(told, "look_at", watching.look_at)
    # What is read is read here.
    rest(monkeypatch, NEVER)
    return watching


@pytest.fixture
def filled(database: str) -> None:
    """A database with 400 videos, of which some have no counters, and channels of few videos."""
    ranking.fill()
    execute(
        "INSERT INTO channel (name) VALUES ('Alp'), ('夜');"
        "UPDATE video SET channel_display_name = 'Alp' WHERE id IN (30, 40)"
    )


def learn(connection: Connection) -> None:
    """Have the ranks and the facets at hand as they are now."""
    memory = memory_of(connection)
    _, state = memory.look(connection, parse_request({}).filters)
    memory.load_column(connection)
    for field in FIELDS:
        memory.load_ranks(connection, state, field)


def found_by(connection: Connection, asked: dict[str, str]) -> list[int] | None:
    """The ids of all matches, in the way that is taken."""
    found = Question(connection, parse_request(asked).filters).find_all()
    return None if found is None else found.ids.tolist()


def as_it_is(asked: dict[str, str]) -> list[int]:
    """The same by the conditions on each video."""
    filters = parse_request(asked).filters
    with unit_of_work() as session:
        conditions = build_conditions(filters, find_names(session, filters))
        return list(
            session.execute(select(Video.id).where(*conditions).order_by(Video.id)).scalars()
        )


def list_by_ranks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever they tell is listed by them first."""
    monkeypatch.setattr(told, "RANKS_COST", -1e6)


def narrow_by_ranks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is listed by ranks or along an index, if that can be helped."""
    monkeypatch.setattr(told, "RANKS_LEAST", 1e12)
    monkeypatch.setattr(lists, "INDEX_COST", 1e9)


@pytest.mark.parametrize("way", [list_by_ranks, narrow_by_ranks])
@pytest.mark.parametrize("seed", range(3))
def test_nothing_that_is_written_is_missed(
    seed: int, way: Any, filled: None, spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    way(monkeypatch)
    chance = Random(seed)
    for _ in range(3):
        monkeypatch.setattr(order, "RANKS", chance.choice((3, 10, 20_000)))
        monkeypatch.setattr(told, "MOST_LOOKED_AT", chance.choice((20, 20_000)))
        with reading() as connection:
            learn(connection)
            for _ in range(8):
                for _ in range(chance.choice((0, 1, 1, 2))):
                    n = chance.choice((2, 7, 30))
                    write = chance.choice(LOSSES if chance.random() < 0.02 else WRITES)
                    execute(write.format(n=n, m=chance.randrange(n)))
                for asked in chance.sample(QUESTIONS, 6):
                    assert found_by(connection, asked) == as_it_is(asked), asked
    assert (spy.listed if way is list_by_ranks else spy.narrowed) > 20


def test_a_page_of_what_has_no_views_is_right_after_each_write(
    filled: None, spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_by_ranks(monkeypatch)
    chance = Random(5)
    with reading() as connection:
        learn(connection)
        for _ in range(20):
            execute(chance.choice(WRITES[:6]).format(n=7, m=chance.randrange(7)))
            asked = {"missing": "views", "hidden": "all", "sort": "title:asc", "per_page": "100"}
            answer = search_videos(connection, parse_request({**asked, "fields": "id"}), b"key")
            ids = as_it_is(asked)
            assert (answer.total, answer.total_is_exact) == (len(ids), True)
            assert len(answer.videos) == min(len(ids), 100)
            assert {video["id"] for video in answer.videos} <= set(ids)
    assert spy.listed == 20


def test_only_the_neighbours_of_a_name_are_looked_at(
    filled: None, spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order, "RANKS", 6)
    list_by_ranks(monkeypatch)
    with reading() as connection:
        learn(connection)
        assert found_by(connection, {"channel": "Alp", "hidden": "all"}) == [30, 40]
        # A rank of several names has fewer than twice as many videos as a sixth of all.
        assert {30, 40} < set(spy.looked_at)
        assert len(spy.looked_at) < 2 * 400 / 6
        spy.looked_at.clear()
        for name in ("!", "Alpha"):
            asked = {"channel": name, "hidden": "all"}
            assert found_by(connection, asked) == as_it_is(asked)
        assert spy.listed == 3
        neighbours = as_it_is({"channel": "Alpha", "hidden": "all"})
        assert not spy.looked_at or set(neighbours) < set(spy.looked_at)


def test_what_would_have_to_be_looked_at_too_often_is_found_otherwise(
    filled: None, spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order, "RANKS", 6)
    list_by_ranks(monkeypatch)
    monkeypatch.setattr(told, "MOST_LOOKED_AT", 0)
    with reading() as connection:
        learn(connection)
        assert found_by(connection, {"channel": "Alp", "hidden": "all"}) == [30, 40]
        assert spy.listed == spy.narrowed == 0
        without_views = {"missing": "views", "hidden": "all"}
        assert found_by(connection, without_views) == as_it_is(without_views)
        assert spy.listed == 1
        execute("UPDATE video_counter SET views = NULL WHERE video_pk IN (30, 40)")
        assert found_by(connection, without_views) == as_it_is(without_views)
        assert spy.listed == 1
    assert spy.in_vain == 0
    assert spy.looked_at == []


def test_a_list_is_narrowed_by_ranks_unless_all_that_match_are_listed_sooner(
    filled: None, spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order, "RANKS", 6)
    monkeypatch.setattr(lists, "INDEX_COST", 100)
    with reading() as connection:
        learn(connection)
        for look, sooner in ((0.0, False), (1e9, True)):
            monkeypatch.setattr(told, "LOOK_COST", look)
            filters = parse_request({"channel": "Alp", "hidden": "all"}).filters
            question = Question(connection, filters)
            (part,), these = question._parts, question._lists
            assert these.column is not None
            everything = these.column.of(np.arange(1, 401, dtype=np.int64))
            narrowed = these.narrowed(part, everything)
            assert (narrowed is None) == sooner
            assert narrowed is None or narrowed.ids.tolist() == [30, 40]
            assert (these.cost_to_narrow(part, 400) == 400 * told.RANK_COST) != sooner
    assert spy.narrowed == 1
