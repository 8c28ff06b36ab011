"""Claims, and what they mean for a video and its asset."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from catalogtool.sync.looks.ownership import HANDLER, Answer
from catalogtool.youtube.client import YouTube
from catalogtool.youtube.facts import ClaimFacts
from tests.catalog.editing import edit, pending, sql
from tests.reports.importing import Imports, catalogue, fingerprint, video
from tests.sandbox.running import Sandbox
from tests.sync.pulling import looks, one, work, write

STATES = {"active": "ACTIVE", "inactive": "INACTIVE", "pending": "PENDING"}
Place = tuple[Imports, Sandbox, YouTube]


def ids() -> list[str]:
    return [row["video_id"] for row in catalogue()["video"]]


def claims_of(video_id: str) -> dict[str, dict[str, Any]]:
    return {c["claim_id"]: c for c in catalogue()["claim"] if c["video_id"] == video_id}


def claimed_once(sandbox: Sandbox) -> str:
    """A video with one claim of this owner, which is active, and none of others."""
    for video_id in ids():
        if [c["status"] for c in sandbox.truth(video_id)["claims"]] == ["active"]:
            return video_id
    raise AssertionError("there is no such video")


def test_every_video_has_the_claims_that_youtube_has(place: Place) -> None:
    _, sandbox, youtube = place
    results = work(HANDLER, youtube, ids())
    assert set(results) == set(ids()) == set(looks())
    third = 0
    for row in catalogue()["video"]:
        known = sandbox.truth(row["video_id"])
        if known["gone"]:
            continue
        truth, held = known["claims"], claims_of(row["video_id"])
        assert {c["claim_id"] for c in truth} == set(held)
        for claim in truth:
            found = held[claim["claim_id"]]
            assert found["claim_status"] == STATES[claim["status"]]
            assert found["asset_id"] == claim["asset_id"]
            assert found["third_party"] is claim["third_party"]
        own = [c for c in truth if not c["third_party"]]
        active = sorted(c["claim_id"] for c in own if c["status"] == "active")
        if active:
            assert row["claimed_status"] == "claimed"
            shown = held[active[0]]["asset_id"]
            assert row["asset_id"] == sandbox.asset(shown)["asset_id"]
        others = any(c["third_party"] for c in truth)
        third += others
        if truth:
            assert row["claimed_by_another_owner"] == ("Yes" if others else "No")
    assert third
    assert all(a["ownership"] for a in catalogue()["asset"] if not a["merged_into"])
    before = fingerprint()
    work(HANDLER, youtube, ids())
    assert {**fingerprint(), "asset": ""} == {**before, "asset": ""}


def test_the_states_of_a_claim_are_the_videos(place: Place) -> None:
    _, sandbox, youtube = place
    video_id = claimed_once(sandbox)
    work(HANDLER, youtube, [video_id])
    (claim_id,) = claims_of(video_id)
    for status, word, state, detail in (
        ("disputed", "ACTIVE", "dispute", "DISPUTED"),
        ("active", "ACTIVE", "claimed", None),
        ("potential", "PENDING", "pending", "POTENTIAL"),
        ("inactive", "INACTIVE", "unclaimed", None),
    ):
        sandbox.claim(claim_id, status=status)
        changes = (work(HANDLER, youtube, [video_id])[video_id].result or {})["changes"]
        claim = claims_of(video_id)[claim_id]
        assert (claim["claim_status"], claim["claim_status_detail"]) == (word, detail)
        assert video(video_id)["claimed_status"] == state
        assert changes["claimed_status"][1] == state
        assert any(name.startswith(f"claim {claim_id}") for name in changes)


def test_the_policy_of_the_claim_that_speaks_is_the_videos(place: Place) -> None:
    _, sandbox, youtube = place
    video_id = claimed_once(sandbox)
    (claim_id,) = claims_of(video_id)
    policies = set()
    for policy in (1, 2, 3):
        sandbox.claim(claim_id, policy=policy)
        work(HANDLER, youtube, [video_id])
        row = video(video_id)
        assert row["effective_policy"] == claims_of(video_id)[claim_id]["effective_policy"]
        policies.add(row["policy"])
    assert policies == {"monetize", "track", "block"}


def test_a_claim_that_is_left_out_ends_only_when_a_day_later_it_is_again(place: Place) -> None:
    _, sandbox, youtube = place
    video_id = claimed_once(sandbox)
    work(HANDLER, youtube, [video_id])
    batch, asked, found = one(HANDLER, youtube, video_id)
    assert isinstance(found, Answer)
    nothing = replace(found, claims={video_id: []})

    def look(answer: Answer, hours: int) -> tuple[Any, Any]:
        later = replace(answer, at=found.at + timedelta(hours=hours))
        write(HANDLER, [(batch, asked, later)])
        (claim,) = claims_of(video_id).values()
        return claim["claim_status"], video(video_id)["claimed_status"]

    assert look(nothing, 1) == ("ACTIVE", "claimed")
    assert look(nothing, 20) == ("ACTIVE", "claimed")
    assert look(found, 21) == ("ACTIVE", "claimed")
    assert look(nothing, 30) == ("ACTIVE", "claimed")
    assert look(nothing, 50) == ("ACTIVE", "claimed")
    assert look(nothing, 55) == ("INACTIVE", "unclaimed")
    assert look(nothing, 99) == ("INACTIVE", "unclaimed")
    assert look(found, 100) == ("ACTIVE", "claimed")
    assert look(nothing, 2) == ("ACTIVE", "claimed")


def test_a_claim_goes_to_another_asset_and_the_video_with_it(place: Place) -> None:
    _, sandbox, youtube = place
    video_id = claimed_once(sandbox)
    work(HANDLER, youtube, [video_id])
    old = video(video_id)["asset_id"]
    batch, asked, found = one(HANDLER, youtube, video_id)
    sql("INSERT INTO asset (asset_id, upc, custom_id) VALUES ('Aother', '12345678', 'x')")
    (claim,) = found.claims[video_id]
    moved = replace(found, claims={video_id: [replace(claim, asset_id="Aother")]})
    result = write(HANDLER, [(batch, asked, moved)])[video_id].result
    assert result is not None
    assert result["changes"]["asset_id"] == [old, "Aother"]
    assert result["changes"]["upc"][1] == "12345678"
    (held,) = claims_of(video_id).values()
    assert (held["asset_id"], held["custom_id"]) == ("Aother", "x")


def test_an_edited_asset_waits_and_is_confirmed(place: Place) -> None:
    _, sandbox, youtube = place
    video_id = claimed_once(sandbox)
    edit(video_id, asset_id="Amine")
    work(HANDLER, youtube, [video_id])
    assert video(video_id)["asset_id"] == "Amine"
    assert set(pending()) == {(video_id, "asset_id")}
    batch, asked, found = one(HANDLER, youtube, video_id)
    (claim,) = found.claims[video_id]
    moved = replace(found, claims={video_id: [replace(claim, asset_id="Amine")]})
    write(HANDLER, [(batch, asked, moved)])
    assert pending() == {}


def test_claims_of_others_do_not_speak_and_odd_ones_do_no_harm(place: Place) -> None:
    _, sandbox, youtube = place
    video_id = claimed_once(sandbox)
    batch, asked, found = one(HANDLER, youtube, video_id)
    (claim,) = found.claims[video_id]
    more = [
        claim,
        ClaimFacts(
            claim_id="!", video_id=video_id, asset_id="B", status="active", third_party=True
        ),
        ClaimFacts(claim_id="?", video_id=video_id, status="of some other kind"),
        ClaimFacts(claim_id="x" * 80, video_id=video_id, status="active"),
    ]
    write(HANDLER, [(batch, asked, replace(found, claims={video_id: more}))])
    row = video(video_id)
    assert row["claimed_by_another_owner"] == "Yes"
    assert row["asset_id"] == sandbox.asset(claim.asset_id or "")["asset_id"]
    assert set(claims_of(video_id)) == {claim.claim_id, "!", "?"}


def test_an_older_report_takes_nothing_back(place: Place) -> None:
    imports, sandbox, youtube = place
    video_id = claimed_once(sandbox)
    (claim_id,) = claims_of(video_id)
    sandbox.claim(claim_id, status="inactive")
    work(HANDLER, youtube, [video_id])
    asset = video(video_id)["asset_id"]
    columns = "video_id,claim_id,asset_id,claim_type,claim_status,custom_id"
    (held,) = claims_of(video_id).values()
    row = [video_id, claim_id, held["asset_id"], "AUDIO", "ACTIVE", held["custom_id"]]
    imports.rows(columns, row, name="claims_2026-03-01.csv")
    assert claims_of(video_id)[claim_id]["claim_status"] == "INACTIVE"
    assert video(video_id)["claimed_status"] == "unclaimed"
    assert video(video_id)["asset_id"] == asset
