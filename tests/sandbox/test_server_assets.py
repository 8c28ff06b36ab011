"""The Content ID API of the sandbox: assets, claims, policies."""

from __future__ import annotations

from typing import Any

import pytest

from catalogtool.sandbox.server.choices import OWNER
from tests.sandbox.conftest import Asker, reason
from tests.sandbox.running import Sandbox, running_sandbox
from tests.sandbox.written import read_report

BASE = "/youtube/partner/v1"


def rows_with(name: str, rows: int = 400) -> list[dict[str, str]]:
    return [row for row in read_report(rows, seed=2026, kind="claims") if row[name]]


def asset_of_type(sandbox: Sandbox, kind: str) -> str:
    for row in rows_with("asset_id"):
        asset = sandbox.asset(row["asset_id"])
        if asset["type"] == kind and asset["asset_id"] == row["asset_id"]:
            return row["asset_id"]
    raise AssertionError(kind)


def test_metadata_is_as_in_the_claims_report(asker: Asker) -> None:
    rows = {row["asset_id"]: row for row in rows_with("asset_id")}
    ids = list(rows)[:50]
    found = {item["id"]: item for item in asker.assets(*ids).json()["items"]}
    same = [asset_id for asset_id in ids if asset_id in found]
    assert len(same) > 40
    for asset_id in same:
        row, mine = rows[asset_id], found[asset_id]["metadataMine"]
        assert mine["title"] == row["asset_title"]
        assert mine.get("upc", "") == row["upc"]
        if found[asset_id]["type"] != "composition":
            assert mine["artist"] == row["artist"].split("|")
            assert mine.get("isrc", "") == row["isrc"]
            assert mine.get("label", "") == row["record_label"]


def test_lists_take_fifty_ids_and_leave_out_unknown_ones(asker: Asker) -> None:
    assert reason(asker.assets(*(f"A{n:016d}" for n in range(51)))) == (400, "invalid", "global")
    assert asker.assets("A0000000000000001").json()["items"] == []
    assert reason(asker.get(f"{BASE}/assets"))[1] == "required"
    assert reason(asker.get(f"{BASE}/assets/A0000000000000001"))[:2] == (404, "notFound")


def test_only_what_is_fetched_is_there(asker: Asker, sandbox: Sandbox) -> None:
    asset_id = asset_of_type(sandbox, "sound_recording")
    bare = asker.get(f"{BASE}/assets", id=asset_id).json()["items"][0]
    assert not any(name.startswith(("metadata", "ownership", "matchPolicy")) for name in bare)
    one = asker.assets(asset_id, fetchMetadata="EFFECTIVE").json()["items"][0]
    assert one["metadata"] == one["metadataEffective"]
    assert "metadataMine" not in one
    both = asker.assets(asset_id).json()["items"][0]
    assert "metadata" not in both


def test_merged_asset_is_found_under_its_survivor(asker: Asker, sandbox: Sandbox) -> None:
    first, second = (row["asset_id"] for row in rows_with("asset_id")[:2])
    sandbox.asset(first, merged_into=second)
    items = asker.assets(first, second).json()["items"]
    survivor = sandbox.asset(second)["asset_id"]
    assert [item["id"] for item in items] == [survivor]
    assert first in items[0]["aliasId"]
    merged = [
        row["asset_id"]
        for row in rows_with("asset_id", 3000)
        if sandbox.asset(row["asset_id"])["asset_id"] != row["asset_id"]
    ]
    assert 5 < len(set(merged)) < 200
    answer = asker.assets(merged[0]).json()["items"][0]
    assert answer["id"] != merged[0]
    assert merged[0] in answer["aliasId"]


def test_conflict_shows_both_owners(asker: Asker, sandbox: Sandbox) -> None:
    asset_id = asset_of_type(sandbox, "music_video")
    sandbox.asset(asset_id, in_conflict=True)
    item = asker.assets(
        asset_id, fetchOwnership="effective", fetchOwnershipConflicts="true"
    ).json()["items"][0]
    assert {owner["owner"] for owner in item["ownershipEffective"]["general"]} > {OWNER}
    assert [land["territory"] for land in item["ownershipConflicts"]["general"]] == ["US", "CA"]
    sandbox.asset(asset_id, in_conflict=False)
    general = asker.get(f"{BASE}/assets/{asset_id}/ownership").json()["general"]
    assert general == [{"owner": OWNER, "ratio": 100, "type": "exclude", "territories": []}]


def test_patch_merges_and_put_replaces(asker: Asker, sandbox: Sandbox) -> None:
    asset_id = asset_of_type(sandbox, "sound_recording")
    path = f"{BASE}/assets/{asset_id}"
    before = sandbox.asset(asset_id)["mine"]
    given = {"artist": before["artist"], "isrc": "USABC1234567"}
    answer = asker.ask("PATCH", path, {"metadataMine": given}).json()
    assert answer["metadataMine"] == before | given
    assert answer["metadataEffective"]["isrc"] == "USABC1234567"
    asker.ask("PUT", path, {"metadataMine": given})
    assert sandbox.asset(asset_id)["mine"] == given
    assert sandbox.usage()["units"] == 100


@pytest.mark.parametrize(
    "given",
    [{"isrc": "X"}, {"artist": []}, {"artist": ["a"], "isrc": "us-abc"}, {"artist": "a"},
     {"artist": ["a"], "customId": "no blanks"}, {"artist": ["a" * 256]}, None],
)  # fmt: skip
@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_write_without_artist_or_with_bad_values_is_refused(
    asker: Asker, sandbox: Sandbox, method: str, given: dict[str, Any] | None
) -> None:
    asset_id = asset_of_type(sandbox, "sound_recording")
    before = sandbox.asset(asset_id)
    answer = asker.ask(method, f"{BASE}/assets/{asset_id}", {"metadataMine": given})
    assert answer.status_code == 400
    assert sandbox.asset(asset_id) == before


def test_claim_search_wants_one_filter_and_pages(asker: Asker, sandbox: Sandbox) -> None:
    ids = ",".join(sandbox.video_id(number) for number in range(50))
    search = f"{BASE}/claimSearch"
    assert asker.get(search).status_code == 400
    assert asker.get(search, videoId=ids, status="active").status_code == 400
    found: list[dict[str, Any]] = []
    query: dict[str, object] = {"videoId": ids, "includeThirdPartyClaims": "true"}
    while True:
        page = asker.get(search, **query).json()
        found += page["items"]
        if not page["nextPageToken"]:
            assert page["nextPageToken"] == ""
            break
        query["pageToken"] = page["nextPageToken"]
    assert len(found) == page["pageInfo"]["totalResults"] > 50
    assert len({claim["id"] for claim in found}) == len(found)
    theirs = [claim for claim in found if claim["thirdPartyClaim"]]
    own = asker.get(search, videoId=ids).json()["pageInfo"]["totalResults"]
    assert own == len(found) - len(theirs) < len(found)
    assert reason(asker.get(search, videoId=ids, pageToken="25.0"))[1] == "invalidPageToken"


def test_claims_carry_the_policy_of_the_report(asker: Asker) -> None:
    rows = {row["claim_id"]: row for row in rows_with("claim_id", 80)}
    ids = list(rows)[:50]
    found = asker.get(f"{BASE}/claims", id=",".join(ids)).json()["items"]
    assert len(found) == 50
    for claim in found:
        row = rows[claim["id"]]
        assert claim["status"].upper() == row["claim_status"]
        assert claim["assetId"] == row["asset_id"]
        assert claim["videoId"] == row["video_id"]
        rules = claim.get("appliedPolicy", {}).get("rules", [])
        territories = {
            rule["action"]: "|".join(rule["conditions"]["requiredTerritories"]["territories"])
            for rule in rules
        }
        for action in ("monetize", "track", "block"):
            assert territories.get(action, "") == row[f"claim_policy_{action}"]


def test_claim_can_change_and_policies_are_listed(asker: Asker, sandbox: Sandbox) -> None:
    row = next(row for row in rows_with("claim_id") if row["claim_status"] == "ACTIVE")
    sandbox.claim(row["claim_id"], status="inactive")
    found = asker.get(f"{BASE}/claimSearch", assetId=row["asset_id"]).json()["items"]
    assert {c["status"] for c in found if c["id"] == row["claim_id"]} == {"inactive"}
    policies = asker.get(f"{BASE}/policies").json()["items"]
    assert len({policy["name"] for policy in policies}) == 6


def test_content_owner_is_demanded_where_one_is_chosen() -> None:
    with running_sandbox(content_owner=OWNER) as strict:
        asker = Asker(strict)
        with asker.session:
            assert reason(asker.get(f"{BASE}/policies"))[:2] == (403, "forbidden")
            wrong = asker.get(f"{BASE}/policies", onBehalfOfContentOwner="Another00000000000000")
            assert reason(wrong)[0] == 403
            right = asker.get(f"{BASE}/policies", onBehalfOfContentOwner=OWNER)
            assert right.status_code == 200
            assert asker.videos(strict.video_id(0)).status_code == 200
