"""The sample in memory says of its videos what PostgreSQL says of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, Engine, create_engine, delete, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from catalogtool.catalog.models import SAMPLE_RANK, Video, VideoCounter
from catalogtool.catalog.search import names
from catalogtool.catalog.search.conditions import (
    build_conditions,
    conditions_beyond_facets,
    in_hidden_channel,
    is_hidden,
    not_in_hidden_channel,
)
from catalogtool.catalog.search.facets import FacetTest, facet_test, part
from catalogtool.catalog.search.filters import Filters, parse_filters
from catalogtool.catalog.search.known.sample import Sample, load_sample
from catalogtool.catalog.search.known.texts import Texts, Values, lowered
from catalogtool.catalog.search.names import Names, find_names
from catalogtool.core.patterns import like
from tests.catalog.sample_catalogue import insert_samples, make_samples
from tests.catalog.search_requests import filter_sets
from tests.databases import new_database

SAMPLED, BESIDES = 500, 100
LISTS = (
    ["one\ntwo", "Three"],
    [None, "Ado"],
    [None],
    ["NULL", "null"],
    ["a,b", "{c}", 'd"e', "f\\g", ""],
    ["  ", "İĞ"],
    [""],
)
COLUMNS = {
    "search": Video.title,
    "video_id": Video.video_id,
    "asset_id": Video.asset_id,
    "custom_id": Video.custom_id,
    "label": Video.label,
}
many_examples = settings(max_examples=200, deadline=None)


@pytest.fixture(scope="module")
def engine(server: str, template: str) -> Iterator[Engine]:
    """500 videos that the sample has, and 100 that it has not."""
    with new_database(server, template) as url:
        target = make_url(url).set(drivername="postgresql+psycopg")
        made = create_engine(target, connect_args={"options": "-c timezone=UTC"})
        with Session(made) as session, session.begin():
            fill(session)
        yield made
        made.dispose()


def fill(session: Session) -> None:
    samples = make_samples(11, SAMPLED + BESIDES)
    for sample, pk in zip(samples, some_ids(session), strict=True):
        sample.columns["id"] = pk
    for number, names_of_artists in enumerate(LISTS):
        samples[number].columns["artist"] = names_of_artists
    for number, year in enumerate((1, 1969, 9999)):
        last_moment = datetime(year, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
        samples[number].columns["time_published"] = last_moment
    samples[3].columns["title"] = "end of one"
    samples[4].columns["title"] = "one\nmore"
    insert_samples(session, samples)
    nobody_counts = [sample["id"] for sample in samples[::7]]
    session.execute(delete(VideoCounter).where(VideoCounter.video_pk.in_(nobody_counts)))


def some_ids(session: Session) -> list[int]:
    """The ids of 500 videos within the sample's index, and of 100 without."""
    numbers = f"SELECT id FROM generate_series(1, 200000) id WHERE ({SAMPLE_RANK})"
    within = session.scalars(text(f"{numbers} < 64 LIMIT {SAMPLED}")).all()
    without = session.scalars(text(f"{numbers} >= 64 LIMIT {BESIDES}")).all()
    return [*within, *without]


@pytest.fixture(scope="module")
def session(engine: Engine) -> Iterator[Session]:
    """One session for all: nobody writes."""
    with Session(engine) as opened:
        yield opened


@pytest.fixture(scope="module")
def sample(session: Session) -> Sample:
    """The sample as it is read of a small catalogue."""
    return load_sample(session, SAMPLED + BESIDES)


def ids_of(sample: Sample, mask: np.ndarray | None) -> list[int]:
    assert mask is not None
    assert mask.dtype == np.bool_
    return sorted(sample.ids[mask].tolist())


def ids_by_sql(session: Session, *conditions: ColumnElement[bool]) -> list[int]:
    in_sample = text(f"({SAMPLE_RANK}) < 64")
    return list(session.scalars(select(Video.id).where(in_sample, *conditions).order_by(Video.id)))


def beyond_facets(filters: Filters, found: Names) -> list[ColumnElement[bool]]:
    """What `matching` stands for."""
    conditions = conditions_beyond_facets(filters, found)
    if filters.hidden == "yes" and found.hidden_channels:
        conditions.append(is_hidden(found))
    if filters.hidden == "no":
        conditions.append(not_in_hidden_channel(found))
    return conditions


# How much is known of the names that filters speak of.
ways = st.sampled_from(["as they are", "no codes", "too many names"])


def names_of(session: Session, filters: Filters, way: str) -> Names:
    found = find_names(session, filters)
    if way == "no codes":
        return replace(found, category_codes=None, status_code=None)
    if way == "too many names":
        return Names(hidden_channels=found.hidden_channels)
    return found


@many_examples
@given(asked=filter_sets(), way=ways)
@example(asked={"missing": "views", "hidden": "all"}, way="as they are")
@example(asked={"category": "mUsIc", "hidden": "all"}, way="too many names")
@example(asked={"category": "mUsIc", "hidden": "all"}, way="no codes")
@example(asked={"channel_search": "ALPHA", "hidden": "all"}, way="too many names")
@example(asked={"claimed_status": "claimed", "hidden": "all"}, way="no codes")
@example(asked={"hidden": "yes"}, way="as they are")
@example(asked={"hidden": "no"}, way="as they are")
@example(asked={"date_to": "9999-12-31", "hidden": "all"}, way="as they are")
@example(asked={"date_from": "9999-12-31", "hidden": "all"}, way="as they are")
@example(asked={"date_to": "1969-12-31", "hidden": "all"}, way="as they are")
@example(asked={"date_from": "1970-01-01", "hidden": "all"}, way="as they are")
def test_matching_says_what_the_database_says(
    session: Session, sample: Sample, asked: dict[str, str], way: str
) -> None:
    filters = parse_filters(asked)
    found = names_of(session, filters, way)
    mask = sample.matching(filters, found)
    assert ids_of(sample, mask) == ids_by_sql(session, *beyond_facets(filters, found))


@many_examples
@given(asked=filter_sets(), way=ways)
def test_with_the_test_of_facets_it_is_the_whole_search(
    session: Session, sample: Sample, asked: dict[str, str], way: str
) -> None:
    filters = parse_filters(asked)
    # Without codes the facets cannot tell all, and then `matching` must.
    found = names_of(session, filters, way)
    expected = ids_by_sql(session, *build_conditions(filters, found))
    mask = sample.matching(filters, found)
    assert sample.count(mask, facet_test(filters, found)) == len(expected)


@pytest.mark.parametrize("name", ["ado", "K", "%", "nobody"])
@pytest.mark.parametrize("field", ["artist", "label"])
def test_how_many_videos_have_each_name(
    session: Session, sample: Sample, field: str, name: str
) -> None:
    by_sql = f"""SELECT count(*) FROM video, lower(array_to_string(ARRAY[{field}], E'\\n')) AS names
        WHERE ({SAMPLE_RANK}) < 64 AND names LIKE :part GROUP BY names ORDER BY 1"""
    expected = session.scalars(text(by_sql), {"part": like(name.lower())}).all()
    assert sorted(sample.having_each(field, name) * sample.share) == expected


@st.composite
def facet_tests(draw: st.DrawFn) -> FacetTest:
    random: Random = draw(st.randoms(use_true_random=False))
    bits = part("policy", 1)[0] | part("hidden", 1)[0]
    wanted = random.choice((part("policy", 1)[1], part("hidden", 1)[1], 0))
    unlike = random.choice(((), (part("privacy_status", 1),), ((0, 0),)))
    codes = tuple(part("category", random.randrange(1, 1024))[1] for _ in range(3))
    return FacetTest(
        *random.choice(((bits, wanted), (0, 0))), unlike, random.choice((None, (), codes))
    )


@many_examples
@given(test=facet_tests(), some=st.integers(0, 1000).map(Random))
def test_facets_are_counted_as_by_the_database(
    session: Session, sample: Sample, test: FacetTest, some: Random
) -> None:
    if test.categories:
        present = sorted(set((sample.facets & part("category", 0)[0]).tolist()))
        test = replace(test, categories=tuple(some.sample(present, 2)))
    expected = ids_by_sql(session, test.condition(Video.facets.expression))
    assert sample.count(None, test) == len(expected)
    mask = np.array([some.random() < 0.5 for _ in range(sample.size)])
    chosen = set(ids_of(sample, mask))
    assert sample.count(mask, test) == len(chosen.intersection(expected))


# Letters of the texts there are, wildcards, and what the rows hold nowhere.
parts = st.one_of(
    st.text("aAdoOeEiİıIſsSßσΣςKk\u212a夜に%_\\ \n'\"{}né🎵x01-", max_size=4),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs", "Cn"]), max_size=2),
    st.sampled_from(["one", "oneone", "one\nm", "e\nt", "a,b", "null", "ado", "x" * 500, "x\\1"]),
)


@many_examples
@given(part=parts, field=st.sampled_from([*COLUMNS, "channel_search"]))
@example(part="", field="search")
@example(part="oneone", field="search")
def test_a_part_is_found_where_ilike_finds_it(
    session: Session, sample: Sample, part: str, field: str
) -> None:
    column = COLUMNS.get(field, Video.channel_display_name)
    expected = ids_by_sql(session, column.ilike(like(part)))
    assert ids_of(sample, sample.having(field, part)) == expected


@many_examples
@given(part=parts)
@example(part="")
@example(part="null")
@example(part="e\nt")
@example(part="b{")
def test_a_part_is_found_within_one_name_of_a_list(
    session: Session, sample: Sample, part: str
) -> None:
    expected = ids_by_sql(session, *conditions_beyond_facets(Filters(artist=part), Names()))
    assert ids_of(sample, sample.having("artist", part)) == expected


def test_too_many_hidden_channels_cannot_be_told(
    session: Session, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "MOST_NAMES", 0)
    for hidden in ("yes", "no"):
        filters = Filters(hidden=hidden)
        assert sample.matching(filters, find_names(session, filters)) is None
    assert sample.matching(Filters(hidden="all"), Names()) is not None


def test_without_hidden_channels_the_facets_tell_what_is_hidden(sample: Sample) -> None:
    for hidden in ("yes", "no"):
        mask = sample.matching(Filters(hidden=hidden), Names(hidden_channels=[]))
        assert ids_of(sample, mask) == sorted(sample.ids.tolist())


def test_there_are_videos_of_each_kind(session: Session, sample: Sample) -> None:
    """Or the rest would prove little."""
    channel = in_hidden_channel(find_names(session, Filters()))
    for number in (
        len(ids_by_sql(session, channel & ~Video.hidden)),
        len(ids_by_sql(session, Video.title.is_(None))),
        len(ids_by_sql(session, Video.artist == [])),
        int(sample.matching(Filters(missing=("views",), hidden="all"), Names()).sum()),  # type: ignore[union-attr]
    ):
        assert 10 < number < SAMPLED / 2


@pytest.mark.parametrize(
    ("videos", "ranks"), [(0, 64), (1_000_000, 64), (4_000_000, 49), (10**7, 20), (10**9, 1)]
)
def test_of_a_large_catalogue_fewer_ranks_are_read(
    session: Session, videos: int, ranks: int
) -> None:
    sample = load_sample(session, videos)
    expected = session.scalars(select(Video.id).where(text(f"({SAMPLE_RANK}) < {ranks}")))
    assert sorted(sample.ids.tolist()) == sorted(expected)
    assert sample.size == len(sample.ids) == len(sample.facets)
    assert sample.share == ranks / 8192


def test_an_empty_catalogue_has_an_empty_sample(database: str) -> None:
    engine = create_engine(make_url(database).set(drivername="postgresql+psycopg"))
    with Session(engine) as session:
        sample = load_sample(session, 0)
    engine.dispose()
    filters = Filters(search="a", artist="b", channel="c", missing=("views",))
    mask = sample.matching(filters, Names(hidden_channels=["d"]))
    assert ids_of(sample, mask) == ids_of(sample, sample.having("search", "")) == []
    assert sample.count(mask, FacetTest(categories=())) == sample.count(None, FacetTest()) == 0


def test_nobody_changes_it_by_chance(sample: Sample) -> None:
    before = sample.ids.tolist()
    for values in (sample.ids, sample.facets):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1
    # A mask belongs to who asked for it.
    for _ in range(2):
        mask = sample.matching(Filters(hidden="all"), Names())
        assert ids_of(sample, mask) == sorted(before)
        mask[:] = False  # type: ignore[index]


few_letters = st.text("ab\nİ夜🎵", max_size=5)


@given(texts=st.lists(st.tuples(st.integers(0, 5), few_letters)), part=few_letters)
def test_texts_hold_a_part_as_in_plain_python(texts: list[tuple[int, str]], part: str) -> None:
    having = Texts(6, [(row, lowered(one)) for row, one in texts]).having(part)
    expected = {row for row, one in texts if lowered(part) in lowered(one)}
    assert set(np.flatnonzero(having).tolist()) == expected


@given(values=st.lists(st.none() | few_letters), wanted=st.lists(few_letters))
def test_values_are_among_others_as_in_plain_python(
    values: list[str | None], wanted: list[str]
) -> None:
    found = Values(values).among(wanted)
    assert found.tolist() == [value in wanted for value in values]


def test_each_letter_is_lowered_as_by_the_database(session: Session) -> None:
    """All that Unicode 3.2 had: what came later, not every Python and PostgreSQL know alike."""
    old = unicodedata.ucd_3_2_0
    letters = [chr(n) for n in range(1, 0x110000) if old.category(chr(n)) not in {"Cn", "Cs", "Co"}]
    changed = text("SELECT l, lower(l) FROM unnest(CAST(:letters AS text[])) l WHERE lower(l) <> l")
    by_database = {row[0]: row[1] for row in session.execute(changed, {"letters": letters})}
    assert by_database == {one: lowered(one) for one in letters if lowered(one) != one}
    assert lowered("ΟΔΟΣ İ") == "οδοσ i"
