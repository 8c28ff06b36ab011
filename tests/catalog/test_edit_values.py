"""What a field can be set to, and how a refusal names what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from catalogtool.catalog.edits.changes import (
    Append,
    Remove,
    Replace,
    SetTo,
    as_json,
    parse_changes,
)
from catalogtool.core.errors import ValidationError

VALID: dict[str, list[Any]] = {
    "upc": ["036000291452", "0-36000-29145-2", "4006381333931", "73513537", None, " "],
    "isrc": ["USRC17607839", "us-rc1-76-07839", None],
    "privacy_status": ["public", "unlisted", "private"],
    "title": ["x", "夜" * 500],
    "artist": [[], ["a"] * 100, None],
    "is_short": [True, False, None],
    "notes": ["\u0645 <b>", None],
}
INVALID: dict[str, list[Any]] = {
    "upc": ["036000291453", "123", "٠٣٦٠٠٠٢٩١٤٥٢", 36000291452, "x" * 60, [], {}],
    "isrc": ["USRC1760783", "1SRC17607839", "XXRC17607839", "USRC1760783٩", 5, True],
    "privacy_status": ["secret", None, "", 1, []],
    "title": [None, "", "  ", "x" * 501, 3, ["x"], {"find": "a", "replace": "b"}, "a\0b", "\ud800"],
    "artist": ["Ado", ["x" * 256], ["a|b"], [1], [None], ["a"] * 101, {"append": ["x"]}],
    "notes": ["x" * 501, False, "\0"],
    "administered": ["yes", 1, None, [], "true"],
    "hidden": [None, 0],
    "is_short": ["yes", 0],
    "category": ["x" * 101, 9**30],
    "nope": ["x"],
    "channel_display_name": ["Alpha"],
    "administered_at": [None],
}


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, vs in VALID.items() for v in vs])
def test_allowed_values(field: str, value: Any) -> None:
    changes = parse_changes({field: value}, only_set=True)
    assert parse_changes(as_json(changes)) == changes


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, vs in INVALID.items() for v in vs])
def test_refused_values(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        parse_changes({field: value}, only_set=True)
    assert refused.value.details["field"] == field
    assert refused.value.details["rule"]


def test_a_wrong_check_digit_is_told() -> None:
    with pytest.raises(ValidationError, match="would be 2"):
        parse_changes({"upc": "036000291453"})


def test_the_grammar_of_changes() -> None:
    given = {
        "genre": {"remove": ["Pop"]},
        "label": None,
        "artist": {"append": [" Ado ", "Ado", ""]},
        "title": {"find": "a ", "replace": ""},
    }
    changes = parse_changes(given)
    assert changes == {
        "title": Replace("a ", ""),
        "artist": Append(("Ado",)),
        "genre": Remove(("Pop",)),
        "label": SetTo(None),
    }
    assert parse_changes(as_json(changes)) == changes


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("artist", {"append": []}),
        ("artist", {"append": [""]}),
        ("artist", {"append": None}),
        ("artist", {"append": ["x"], "remove": ["y"]}),
        ("artist", {"find": "x", "replace": "y"}),
        ("title", {"append": ["x"]}),
        ("title", {"find": "", "replace": "y"}),
        ("title", {"find": "x"}),
        ("title", {"find": "x", "replace": None}),
        ("title", {"find": "x" * 501, "replace": ""}),
        ("title", {"find": "\ud800", "replace": ""}),
        ("title", {}),
        ("upc", {"find": "1", "replace": "2"}),
        ("hidden", {"append": ["x"]}),
    ],
)
def test_refused_changes(field: str, change: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        parse_changes({field: change})
    assert refused.value.details["field"] == field


@pytest.mark.parametrize("given", [None, [], "title", 3])
def test_changes_that_are_no_object(given: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        parse_changes(given)
    assert refused.value.details["field"] == "changes"
