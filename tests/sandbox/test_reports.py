"""The synthetic reports are the same for ever, fit together, and look like real ones."""

import gzip
import hashlib
import re
from collections import Counter
from itertools import pairwise

import pytest
from stdnum import ean, isrc

from catalogtool.sandbox.report_columns import AD_COLUMNS, LAYOUTS
from tests.sandbox.written import (
    Record,
    by_video,
    read_report,
    records_of,
    report_bytes,
)

VERSIONS = [(kind, version) for kind, versions in LAYOUTS.items() for version in versions]


@pytest.mark.parametrize(
    ("choices", "digest"),
    [
        ({}, "7df55e9068cfbe4b"),
        (
            {"kind": "claims", "seed": 7, "day": 3, "changed": 0.1, "viewed": 0.5},
            "6379edc3a1d561a8",
        ),
        ({"dirty": True}, "3aab58aaea43e655"),
    ],
)
def test_same_choices_give_the_same_bytes_for_ever(choices: dict[str, object], digest: str) -> None:
    content = report_bytes(3000, **choices)
    assert hashlib.sha256(content).hexdigest()[:16] == digest


@pytest.mark.parametrize(("kind", "version"), VERSIONS)
@pytest.mark.parametrize("rows", [0, 1, 1501])
def test_every_version_has_exactly_the_rows_asked_for(kind: str, version: str, rows: int) -> None:
    content = report_bytes(rows, kind=kind, version=version)
    header, *records = records_of(content)
    assert tuple(header) == LAYOUTS[kind][version].header
    assert len(records) == rows
    assert {len(record) for record in records} <= {len(header)}


def test_many_blocks_give_exactly_the_rows_asked_for() -> None:
    assert len(read_report(10_000)) == 10_000
    assert len(read_report(10_000, seed=3, kind="claims")) == 10_000


def test_other_seeds_give_other_videos() -> None:
    first, second = (by_video(read_report(2000, seed=seed)).keys() for seed in (1, 2))
    assert not first & second


def test_a_larger_report_begins_with_the_videos_of_a_smaller_one() -> None:
    small, large = (by_video(read_report(rows)) for rows in (500, 9000))
    whole = [video for video in small if len(small[video]) == len(large[video])]
    assert small.keys() <= large.keys()
    assert len(whole) >= len(small) - 1
    assert all(small[video][0]["video_title"] == large[video][0]["video_title"] for video in small)


def test_videos_are_not_sorted_and_their_rows_stand_apart() -> None:
    ids = [record["video_id"] for record in read_report(3000)]
    assert ids != sorted(ids)
    neighbours = sum(a == b for a, b in pairwise(ids))
    assert neighbours < 30 < len(ids) - len(set(ids))


def test_key_of_the_video_report_is_unique() -> None:
    key = ("video_id", "channel_id", "claim_id", "asset_id", "custom_id")
    counts = Counter(tuple(record[name] for name in key) for record in read_report(20_000))
    assert counts.most_common(1)[0][1] == 1


def test_rows_of_a_video_agree_on_everything_but_the_claim() -> None:
    of_the_claim = {"claim_id", "asset_id", "custom_id", "isrc", "claim_origin"}
    for rows in by_video(read_report(5000)).values():
        common = [{k: v for k, v in row.items() if k not in of_the_claim} for row in rows]
        assert all(row == common[0] for row in common)


def test_video_and_claims_reports_of_a_seed_agree() -> None:
    videos = by_video(read_report(6000, seed=5))
    claims = {row["claim_id"]: row for row in read_report(8000, seed=5, kind="claims")}
    claimed = [row for rows in videos.values() for row in rows if row["claim_id"]]
    assert len(claimed) > 5000
    for row in claimed:
        claim = claims[row["claim_id"]]
        for name in ("video_id", "channel_id", "asset_id", "custom_id", "isrc", "views"):
            assert row[name] == claim[name], name
        for name in ("video_title", "channel_display_name"):
            assert row[name].replace(",", " ") == claim[name]


def test_asset_reports_agree_with_the_claims() -> None:
    assets = {row["asset_id"]: row for row in read_report(6000, kind="asset", version="music")}
    claims = read_report(4000, kind="claims")
    assert len(assets) == 6000
    for claim in claims:
        asset = assets[claim["asset_id"]]
        for name in ("custom_id", "isrc", "upc", "artist", "asset_title", "album"):
            assert claim[name] == asset[name], name
        assert claim["record_label"] == asset["label"]
    shared = Counter(claim["asset_id"] for claim in claims)
    assert shared.most_common(1)[0][1] > 1


def test_codes_are_valid() -> None:
    claims = read_report(4000, kind="claims")
    codes = [row["isrc"] for row in claims if row["isrc"]]
    upcs = [row["upc"] for row in claims if row["upc"]]
    assert len(codes) > 2000
    assert len(upcs) > 2000
    assert all(isrc.is_valid(code) for code in codes)
    assert all(ean.is_valid(code) and len(code) == 12 for code in upcs)
    for row in claims:
        assert re.fullmatch(r"[\w-]{10}[AEIMQUYcgkosw048]", row["video_id"], re.ASCII)
        assert re.fullmatch(r"UC[\w-]{22}", row["channel_id"], re.ASCII)
        assert re.fullmatch(r"A\d{16}", row["asset_id"])
    assert any(row["video_id"].startswith("-") for row in claims)
    assert {row["custom_id"][:1] for row in claims} >= {"=", "+", "-", "@", "[", ""}


def test_titles_break_careless_readers() -> None:
    titles = [rows[0]["video_title"] for rows in by_video(read_report(20_000)).values()]

    def share(pattern: str) -> float:
        return sum(bool(re.search(pattern, title)) for title in titles) / len(titles)

    assert 0.12 < share('[,"]') < 0.18
    assert 0.01 < share("[\r\n]") < 0.05
    for script in ("éèçã", "あ-ん", "가-힣", "一-龯", "ء-ي", "अ-ह", "а-я", "א-ת", "ก-ฮ", "🎵"):
        assert share(f"[{script}]") > 0.005, script
    assert share("^[=+@-]") > 0.005
    assert max(map(len, titles)) <= 100


def test_catalogue_has_the_shape_of_a_real_one() -> None:
    records = read_report(20_000)
    videos = by_video(records)
    assert 1.2 < len(records) / len(videos) < 1.3
    views = sorted(int(rows[0]["views"]) for rows in videos.values())
    assert sum(views[-len(views) // 100 :]) > sum(views) / 3
    names: dict[str, set[str]] = {}
    for record in records:
        names.setdefault(record["channel_id"], set()).add(record["channel_display_name"])
    assert all(len(spellings) == 1 for spellings in names.values())
    assert len(names) == len(set.union(*names.values()))
    assert 20 < len(names) < 80
    assert {record[name] for record in records for name in AD_COLUMNS} == {"Yes", "No"}
    years = {int(record["time_published"][:4]) for record in records}
    assert years == set(range(2011, 2026))


def changed_names(old: Record, new: Record) -> set[str]:
    return {name for name in old if old[name] != new[name]}


@pytest.mark.parametrize("version", list(LAYOUTS["video"]))
def test_exactly_the_share_of_videos_changes(version: str) -> None:
    counters = {"views", "engaged_views", "view_count", "Views"}
    choices = {"seed": 4, "version": version}
    before = report_rows_in_order(choices)
    after = report_rows_in_order({**choices, "day": 1, "changed": 0.01, "viewed": 0.6})
    changed, viewed, videos = set(), set(), set()
    for old, new in zip(before, after, strict=True):
        video = old.get("video_id") or old["Video ID"]
        videos.add(video)
        names = changed_names(old, new)
        if names - counters:
            assert len(names - counters) == 1
            changed.add(video)
        if names & counters:
            viewed.add(video)
    assert len(changed) == pytest.approx(len(videos) * 0.01, abs=1.5)
    assert len(viewed) == pytest.approx(len(videos) * 0.6, abs=1.5)


def report_rows_in_order(choices: dict[str, object]) -> list[Record]:
    return read_report(8000, **choices)


def test_new_views_are_higher_and_new_values_not_empty() -> None:
    before = read_report(5000)
    after = read_report(5000, day=2, changed=1.0, viewed=1.0)
    kinds: set[str] = set()
    for old, new in zip(before, after, strict=True):
        assert int(new["views"]) > int(old["views"])
        names = changed_names(old, new) - {"views", "engaged_views"}
        assert all(new[name] for name in names)
        kinds |= names
    assert kinds == {
        "video_title",
        "video_privacy_status",
        "category",
        "effective_policy",
        "embedding_allowed",
    }


def test_without_a_share_another_day_is_the_same_report() -> None:
    assert report_bytes(1000, day=5) == report_bytes(1000)
    assert report_bytes(1000, changed=1.0, viewed=1.0) == report_bytes(1000)


def test_each_day_changes_other_videos() -> None:
    before = read_report(5000)
    days = []
    for day in (1, 2):
        after = read_report(5000, day=day, changed=0.02)
        pairs = zip(before, after, strict=True)
        days.append({old["video_id"] for old, new in pairs if old != new})
    assert not days[0] & days[1]


def test_gzip_holds_the_same_report() -> None:
    packed = report_bytes(500, gzip=True)
    assert gzip.decompress(packed) == report_bytes(500)
    assert packed == report_bytes(500, gzip=True)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"kind": "video", "version": "a9"}, "a4, a3, a2"),
        ({"kind": "films"}, "video, claims, asset"),
        ({"changed": 1.5, "day": 1}, "between 0 and 1"),
        ({"day": -1}, "negative"),
    ],
)
def test_impossible_choices_are_explained(choices: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        report_bytes(1, **choices)
