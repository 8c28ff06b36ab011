"""Answers become values; whatever stands in an answer, reading it never fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogtool.youtube.categories import CATEGORY_NAMES, category_id, category_name
from catalogtool.youtube.facts import VideoFacts
from catalogtool.youtube.reading.assets import asset_facts, by_asked_id
from catalogtool.youtube.reading.channels import channel_facts
from catalogtool.youtube.reading.claims import claim_facts, is_in_force
from catalogtool.youtube.reading.policies import policy_facts, policy_text
from catalogtool.youtube.reading.reporting import report_type, reporting_job, reporting_report
from catalogtool.youtube.reading.scalars import clean, items_of, length_of, page_token, time_of
from catalogtool.youtube.reading.videos import video_facts
from catalogtool.youtube.shorts import is_short

VIDEO: dict[str, Any] = {
    "id": "abcdefghijk",
    "etag": "x",
    "somethingNew": {"deep": [1]},
    "snippet": {
        "title": "A\0 title \ud800 <b>",
        "channelId": "UC1",
        "channelTitle": " The channel ",
        "categoryId": "10",
        "tags": ["one", "", 2, "two"],
        "publishedAt": "2025-01-31T12:00:00Z",
        "liveBroadcastContent": "none",
    },
    "contentDetails": {"duration": "PT2M59S"},
    "status": {"privacyStatus": "unlisted", "uploadStatus": "processed", "embeddable": False},
    "statistics": {"viewCount": "18446744073709551615", "likeCount": "12", "commentCount": 3},
    "player": {"embedWidth": "405", "embedHeight": 720},
}


def read(**parts: Any) -> VideoFacts:
    facts = video_facts({**VIDEO, **parts})
    assert facts is not None
    return facts


def test_a_video_is_read_field_by_field() -> None:
    facts = read()
    assert facts == VideoFacts(
        video_id="abcdefghijk",
        title="A title \N{REPLACEMENT CHARACTER} <b>",
        channel_id="UC1",
        channel_title="The channel",
        category_id="10",
        category="Music",
        tags=["one", "two"],
        published_at=datetime(2025, 1, 31, 12, tzinfo=UTC),
        privacy_status="unlisted",
        upload_status="processed",
        embeddable=False,
        length=179,
        live_state="none",
        views=None,  # No column can hold that many.
        likes=12,
        comments=3,
        width=405,
        height=720,
        is_short=True,
    )


def test_a_live_stream_has_no_length() -> None:
    facts = read(contentDetails={"duration": "P0D"}, liveStreamingDetails={"activeLiveChatId": "x"})
    assert facts.length is None
    assert facts.is_live_stream is True
    assert facts.is_short is None


def test_the_owner_is_told_the_shape_of_a_turned_file() -> None:
    stream = {"widthPixels": 1920, "heightPixels": 1080, "rotation": "clockwise"}
    facts = read(fileDetails={"videoStreams": [stream]})
    assert (facts.width, facts.height) == (1080, 1920)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT1H2M3S", 3723),
        ("P1DT2S", 86402),
        ("PT0S", None),
        ("P0D", None),
        ("P1Y", None),
        ("soon", None),
        ("PT" + "9" * 30 + "S", None),
        (213, None),
    ],
)
def test_lengths(text: object, seconds: int | None) -> None:
    assert length_of({"duration": text}, "duration") == seconds


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2018-02-09T01:02:03.123456789Z", datetime(2018, 2, 9, 1, 2, 3, 123456, UTC)),
        ("2018-02-09T01:02:03+02:00", datetime(2018, 2, 8, 23, 2, 3, tzinfo=UTC)),
        ("2018-02-09", datetime(2018, 2, 9, tzinfo=UTC)),
        ("0001-01-01T00:00:00+23:59", None),
        ("2018-02-30T00:00:00Z", None),
        (1518134400, None),
    ],
)
def test_times(text: object, moment: datetime | None) -> None:
    assert time_of({"at": text}, "at") == moment


NEW, OLD = datetime(2024, 10, 15, tzinfo=UTC), datetime(2024, 10, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("published_at", "length", "width", "height", "verdict"),
    [
        (NEW, 180, 720, 1280, True),
        (NEW, 180, 720, 720, True),
        (NEW, 181, 720, 1280, False),
        (NEW, 30, 1280, 720, False),
        (OLD, 60, 720, 1280, True),
        (OLD, 61, 720, 1280, False),
        (OLD, 61, None, None, False),
        (NEW, 181, None, None, False),
        (NEW, 30, None, None, None),
        (None, 60, 720, 1280, True),
        (None, 61, 720, 1280, None),
        (NEW, None, 720, 1280, None),
    ],
)
def test_what_is_a_short(
    published_at: datetime | None,
    length: int | None,
    width: int | None,
    height: int | None,
    verdict: bool | None,
) -> None:
    assert is_short(published_at, length, width, height) is verdict


def test_categories_go_both_ways() -> None:
    assert all(category_id(name) == number for number, name in CATEGORY_NAMES.items())
    assert category_id(" people & BLOGS") == "22"
    assert category_name("999") is None
    assert category_name(None) is None


def test_a_channel_that_hides_its_subscribers() -> None:
    facts = channel_facts(
        {
            "id": "UC1",
            "snippet": {
                "title": "T",
                "country": "PT",
                "thumbnails": {
                    "high": {"url": "javascript:alert(1)"},
                    "default": {"url": "https://yt3.ggpht.com/x"},
                },
            },
            "statistics": {
                "hiddenSubscriberCount": True,
                "subscriberCount": "7",
                "videoCount": "12",
                "viewCount": "34",
            },
        }
    )
    assert facts is not None
    assert (facts.subscribers, facts.videos, facts.views) == (None, 12, 34)
    assert facts.image_url == "https://yt3.ggpht.com/x"


ASSET: dict[str, Any] = {
    "id": "A2",
    "aliasId": ["A1"],
    "type": "sound_recording",
    "label": ["frontline"],
    "metadataEffective": {"title": "Song", "artist": ["A", "B"], "genre": [], "label": "Records"},
    "metadataMine": {"title": "Mine\0", "releaseDate": {"year": 2020}},
    "ownershipEffective": {
        "general": [
            {"owner": "Us", "ratio": 100, "type": "exclude", "territories": ["RU", "BY"]},
            {"owner": "Them", "ratio": 33.5, "type": "include", "territories": ["us", "CA"]},
        ]
    },
}


def test_an_asset_and_what_it_was_before_a_merge() -> None:
    facts = asset_facts(ASSET)
    assert facts is not None
    assert (facts.title, facts.artist, facts.genre) == ("Song", ["A", "B"], [])
    assert (facts.label, facts.labels) == ("Records", ["frontline"])
    assert facts.mine == {"title": "Mine", "releaseDate": {"year": 2020}}
    assert facts.ownership == "100% WW -BY|RU (Us); 33.5% US|CA (Them)"
    assert facts.conflicting_owner == ""
    found = by_asked_id(["A1", "A2", "A3"], [facts])
    assert {asked: asset.asset_id for asked, asset in found.items()} == {"A1": "A2", "A2": "A2"}


def test_conflicts_and_versions_without_a_suffix() -> None:
    conflict = {"territory": "US", "conflictingOwnership": [{"owner": "B"}, {"owner": "A"}]}
    facts = asset_facts(
        {
            "id": "A1",
            "metadata": {"isrc": "QZABC2000001"},
            "ownership": {"mechanical": [{"owner": "Us", "ratio": 50}]},
            "ownershipConflicts": {"general": [conflict, {"territory": "CA"}]},
            "matchPolicy": {"rules": [{"action": "track"}]},
        }
    )
    assert facts is not None
    assert facts.isrc == "QZABC2000001"
    assert facts.ownership == "mechanical 50% WW"
    assert (facts.conflicting_owner, facts.conflicting_country_code) == ("A|B", "CA|US")
    assert facts.match_policy == "track WW"


def test_ownership_that_was_not_asked_for_is_unknown() -> None:
    facts = asset_facts({"id": "A1"})
    assert facts is not None
    assert (facts.ownership, facts.conflicting_owner, facts.artist) == (None, None, None)


def rule(action: str, kind: str = "", territories: Any = (), **more: Any) -> dict[str, Any]:
    if not kind:
        return {"action": action, "conditions": more}
    condition = {"type": kind, "territories": list(territories)}
    return {"action": action, "conditions": {"requiredTerritories": condition, **more}}


@pytest.mark.parametrize(
    ("rules", "text", "action"),
    [
        ([rule("monetize")], "Monetize in all countries", "monetize"),
        ([rule("MONETIZE", "exclude")], "Monetize in all countries", "monetize"),
        ([rule("block", "include", ["RU", "BY"])], "Block in RU, BY", "block"),
        (
            [rule("block", "include", ["RU", "BY"]), rule("monetize")],
            "Monetize in all countries except BY, RU, block in RU, BY",
            "monetize",
        ),
        ([rule("track", matchPercent=[{"low": 50}]), rule("takedown")], None, "block"),
        ([], None, "other"),
    ],
)
def test_what_a_policy_does(rules: list[Any], text: str | None, action: str) -> None:
    facts = policy_facts({"id": "S1", "rules": rules})
    assert facts is not None
    assert facts.action == action
    if text:
        assert policy_text({"rules": rules}) == text


def test_the_name_of_a_policy_wins() -> None:
    assert policy_text({"name": "Standard", "rules": [rule("block")]}) == "Standard"


def test_a_claim_takes_its_policy_from_the_other_list() -> None:
    item = {"id": "C1", "videoId": "v", "assetId": "A1", "status": "ACTIVE", "origin": {}}
    rules = [rule("block", "include", ["US"]), rule("monetize", "include", ["DE", "AT"])]
    facts = claim_facts(item, {"id": "C1", "policy": {"name": "P"}, "appliedPolicy": {}})
    assert facts is not None
    assert (facts.policy, facts.policy_block, facts.third_party) == ("P", None, None)
    facts = claim_facts(item, {"appliedPolicy": {"rules": rules}, "policy": {"name": "P"}})
    assert facts is not None
    assert facts.policy == "Monetize in DE, AT, block in US"
    assert (facts.policy_monetize, facts.policy_track, facts.policy_block) == ("DE|AT", "", "US")
    assert is_in_force(item)
    assert not is_in_force({**item, "thirdPartyClaim": True})
    assert not is_in_force({**item, "status": "inactive"})


def test_reports_without_a_period_are_left_out() -> None:
    times = {"startTime": "2026-11-20T00:00:00Z", "endTime": "2026-11-21T00:00:00Z"}
    item = {"id": "1", "downloadUrl": "https://x/y", **times}
    assert reporting_report(item, "job") is None
    report = reporting_report({**item, "createTime": "2026-11-21T03:00:00.12Z"}, "job")
    assert report is not None
    assert report.create_time == datetime(2026, 11, 21, 3, 0, 0, 120000, UTC)


def test_an_empty_page_token_means_the_end() -> None:
    assert page_token({"nextPageToken": ""}) is None
    assert page_token({"nextPageToken": None}) is None
    assert page_token({"nextPageToken": "x"}) == "x"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["P1D", "PT1S", "2020-01-01T00:00:00Z", "include", "block", "12", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["id", "snippet", "status", "statistics", "rules", "conditions", "policy", "territory",
             "requiredTerritories", "territories", "type", "action", "general", "ratio", "owner"]
        ) | st.text(max_size=3),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip
NAMES = (
    *VIDEO,
    *ASSET,
    *("appliedPolicy", "policy", "rules", "videoId", "assetId", "origin", "matchPolicy"),
    *("ownership", "ownershipConflicts", "metadata", "reportTypeId", "startTime", "deprecateTime"),
    *("contentDetails", "liveStreamingDetails", "fileDetails", "thirdPartyClaim"),
)
READERS: tuple[Callable[[dict[str, Any]], Any], ...] = (
    video_facts,
    channel_facts,
    asset_facts,
    claim_facts,
    policy_facts,
    reporting_job,
    report_type,
    lambda item: reporting_report(item, "job"),
)


def texts(value: Any) -> Iterator[str]:
    """All texts in a value of plain types."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts(key)
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=8), st.booleans())
def test_nothing_in_an_answer_makes_reading_it_fail(answer: dict[str, Any], named: bool) -> None:
    if named:
        answer["id"] = "an id"
    for reader in READERS:
        facts = reader(answer)
        assert [
            text for text in texts(asdict(facts) if facts else None) if clean(text) != text
        ] == []
    items_of({"items": list(answer.values())})
