"""The grammar of a search, as a function of values."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogtool.catalog.search.cursors import Cursor, Position, decode_cursor, encode_cursor
from catalogtool.catalog.search.filters import PARSERS, Filters, parse_filters
from catalogtool.catalog.search.parameters import read_query
from catalogtool.catalog.search.request import PARAMETERS, Sort, parse_request
from catalogtool.catalog.search.schemas import FiltersIn, SearchIn
from catalogtool.core.errors import ValidationError

KEY = b"a key for tests"
HOSTILE = (
    (b"search=%00", "search"),
    (b"title=x", "title"),
    (b"search=a&search=b", "search"),
    (b"search=%ED%A0%80", "search"),
    (b"search=%FF", "search"),
    (b"search=\xff", "search"),
    (b"artist=%C0%80", "artist"),
    (b"%ED%A0%80=1", "?"),
    (b"search=" + b"a" * 501, "search"),
    (b"label=" + b"a" * 256, "label"),
    (b"page=0", "page"),
    (b"page=-1", "page"),
    (b"page=1.0", "page"),
    (b"page=", "page"),
    (b"page=99999999999999999999999999", "page"),
    ("page=\u0661".encode(), "page"),
    (b"per_page=101", "per_page"),
    (b"per_page=9223372036854775808", "per_page"),
    (b"sort=views", "sort"),
    (b"sort=views:down", "sort"),
    (b"sort=notes:asc", "sort"),
    (b"count=yes", "count"),
    (b"fields=id,password", "fields"),
    (b"fields=", "fields"),
    (b"missing=isrc,hidden", "missing"),
    (b"missing=,", "missing"),
    (b"duration=tiny", "duration"),
    (b"is_short=Yes", "is_short"),
    (b"policy=", "policy"),
    (b"hidden=maybe", "hidden"),
    (b"privacy_status=secret", "privacy_status"),
    (b"isrc=---", "isrc"),
    (b"date_from=2024-02-30", "date_from"),
    (b"date_from=20240101", "date_from"),
    (b"date_to=0000-01-01", "date_to"),
    (b"date_to=10000-01-01", "date_to"),
    (b"date_to=2024-01-01T00:00", "date_to"),
    (b"cursor=", "cursor"),
    (b"cursor=" + b"a" * 4001, "cursor"),
    (b"&".join(b"a%d=1" % number for number in range(200)), "query"),
)


@pytest.mark.parametrize(("query", "field"), HOSTILE)
def test_an_impossible_value_is_refused_by_name(query: bytes, field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        parse_request(read_query(query))
    assert caught.value.details["field"].strip("?") == field.strip("?")
    assert caught.value.details["rule"]
    caught.value.message.encode()


def test_a_refusal_tells_what_is_allowed() -> None:
    with pytest.raises(ValidationError) as caught:
        parse_request({"colour": "red"})
    assert caught.value.details["allowed"] == sorted(PARAMETERS)
    with pytest.raises(ValidationError) as caught:
        parse_request({"duration": "tiny"})
    assert caught.value.details["allowed"] == ["long", "medium", "short"]


def test_values_become_what_they_mean() -> None:
    filters = parse_filters(
        {
            "search": " 100% ",
            "label": "",
            "isrc": "us-rc1-76-07839",
            "is_short": "no",
            "date_to": "2024-02-29",
            "missing": "upc, isrc,upc",
        }
    )
    assert filters == Filters(
        search=" 100% ",
        isrc="USRC17607839",
        is_short=False,
        date_to=date(2024, 2, 29),
        missing=("upc", "isrc"),
    )


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_refusal(query: bytes) -> None:
    try:
        parse_request(read_query(query))
    except ValidationError as error:
        error.message.encode()


@given(st.dictionaries(st.sampled_from(PARAMETERS), st.text(max_size=30), max_size=3))
def test_no_texts_raise_anything_but_a_refusal(given_texts: dict[str, str]) -> None:
    field = next(iter(given_texts), None)
    try:
        parse_request(given_texts)
    except ValidationError as error:
        field = error.details["field"]
    assert field in {None, *given_texts}


def test_the_document_names_exactly_the_parameters_that_are_parsed() -> None:
    assert set(FiltersIn().fields) == set(PARSERS)
    assert set(SearchIn().fields) == set(PARAMETERS)


@given(
    value=st.none() | st.integers(0, 2**63 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    pk=st.integers(1, 2**63 - 1),
    forward=st.booleans(),
)
def test_a_cursor_comes_back_as_it_was(value: str | int | None, pk: int, forward: bool) -> None:
    cursor = Cursor(Position(value, pk), forward, 40)
    text = encode_cursor(cursor, Sort(), Filters(), KEY)
    assert decode_cursor(text, Sort(), Filters(), KEY) == cursor


@given(st.data())
def test_a_cursor_that_was_changed_is_refused(data: st.DataObject) -> None:
    text = encode_cursor(Cursor(Position("a", 5), True, 0), Sort(), Filters(), KEY)
    place = data.draw(st.integers(0, len(text) - 2))
    letter = data.draw(st.sampled_from("abcXYZ019-_é").filter(lambda one: one != text[place]))
    with pytest.raises(ValidationError):
        decode_cursor(text[:place] + letter + text[place + 1 :], Sort(), Filters(), KEY)


def test_a_cursor_of_another_search_is_refused() -> None:
    text = encode_cursor(Cursor(Position("a", 5), True, 0), Sort(), Filters(), KEY)
    others = (
        (Sort("title", True), Filters(), KEY),
        (Sort("updated_at", False), Filters(), KEY),
        (Sort(), Filters(search="a"), KEY),
        (Sort(), Filters(hidden="all"), KEY),
        (Sort(), Filters(), b"another key"),
    )
    for sort, filters, key in others:
        with pytest.raises(ValidationError):
            decode_cursor(text, sort, filters, key)
