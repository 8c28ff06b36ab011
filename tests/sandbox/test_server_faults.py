"""The sandbox misbehaves exactly as it is told, and keeps its books all the same."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Asker, reason
from tests.sandbox.running import Sandbox, running_sandbox

REFUSALS = {
    "unauthorized": (401, "authError", "global"),
    "signup_required": (401, "youtubeSignupRequired", "youtube.header"),
    "quota_exceeded": (403, "quotaExceeded", "youtube.quota"),
    "daily_limit": (403, "dailyLimitExceeded", "usageLimits"),
    "forbidden": (403, "forbidden", "global"),
    "blocked": (403, "forbidden", "global"),
    "account_suspended": (403, "authenticatedUserAccountSuspended", "youtube.common"),
    "too_many_per_minute": (429, "rateLimitExceeded", "global"),
    "too_many_per_day": (429, "rateLimitExceeded", "global"),
    "server_error": (500, "backendError", "global"),
    "unavailable": (503, "backendError", "global"),
}


@pytest.mark.parametrize("fault", REFUSALS)
def test_refusal_has_googles_shape(asker: Asker, sandbox: Sandbox, fault: str) -> None:
    sandbox.fault(next=[fault], retry_after=3)
    answer = asker.videos(sandbox.video_id(0))
    assert reason(answer) == REFUSALS[fault]
    message = answer.json()["error"]["message"]
    assert ("<a href" in message) == (fault == "quota_exceeded")
    assert ("per day" in message) == (fault == "too_many_per_day")
    asked_to_wait = fault in ("too_many_per_minute", "unavailable")
    assert (answer.headers.get("Retry-After") == "3") == asked_to_wait
    assert ("invalid_token" in answer.headers.get("WWW-Authenticate", "")) == (
        fault == "unauthorized"
    )
    assert asker.videos(sandbox.video_id(0)).status_code == 200


def test_tokens_are_needed_and_end(asker: Asker, sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/youtube/v3/videos"
    query = {"part": "id", "id": sandbox.video_id(0)}
    assert reason(requests.get(url, query, timeout=5)) == (401, "required", "global")
    wrong = {"Authorization": "Bearer ya29.wrong"}
    assert reason(requests.get(url, query, headers=wrong, timeout=5))[1] == "authError"
    sandbox.revoke_tokens()
    assert reason(asker.videos(sandbox.video_id(0)))[1] == "authError"
    asker.session.headers["Authorization"] = f"Bearer {asker.token()}"
    assert asker.videos(sandbox.video_id(0)).status_code == 200


def test_token_runs_out() -> None:
    with running_sandbox(token_seconds=1) as short:
        asker = Asker(short)
        with asker.session:
            assert asker.videos(short.video_id(0)).status_code == 200
            time.sleep(1.05)
            assert reason(asker.videos(short.video_id(0)))[0] == 401


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"refresh_token": "revoked", "client_id": "a"}, 400, "invalid_grant"),
        ({"refresh_token": "good", "client_id": "unknown"}, 401, "invalid_client"),
        ({"client_id": "a"}, 400, "invalid_request"),
    ],
)
def test_token_server_refuses(
    sandbox: Sandbox, form: dict[str, str], status: int, error: str
) -> None:
    form = {"grant_type": "refresh_token", **form}
    answer = requests.post(f"{sandbox.url}/token", form, timeout=5)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


@pytest.mark.parametrize("fault", ["cut_before", "cut_middle", "cut_after"])
def test_connection_is_cut(asker: Asker, sandbox: Sandbox, fault: str) -> None:
    ids = [sandbox.video_id(number) for number in range(50)]
    sandbox.fault(next=[fault])
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        asker.videos(*ids)
    assert asker.videos(*ids).status_code == 200
    usage = sandbox.usage()
    assert (usage["requests"], usage["statuses"]) == (2, {"0": 1, "200": 1})


def test_write_before_a_cut_has_taken_place(asker: Asker, sandbox: Sandbox) -> None:
    video_id = sandbox.video_id(0)
    sandbox.change(video_id, gone=False)
    snippet = {"title": "Written", "categoryId": "10"}
    for fault, title in (("cut_before", "Old"), ("cut_after", "Written")):
        sandbox.change(video_id, title="Old")
        sandbox.fault(next=[fault])
        with pytest.raises(requests.ConnectionError):
            asker.update("snippet", id=video_id, snippet=snippet)
        assert sandbox.truth(video_id)["title"] == title


def test_bad_answers(asker: Asker, sandbox: Sandbox) -> None:
    ids = [sandbox.video_id(number) for number in range(50)]
    sandbox.fault(next=["broken_json", "bad_gateway", "missing_items"])
    broken = asker.videos(*ids)
    assert broken.status_code == 200
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        broken.json()
    page = asker.videos(*ids)
    assert (page.status_code, page.headers["Content-Type"][:9]) == (502, "text/html")
    fewer = {item["id"] for item in asker.videos(*ids).json()["items"]}
    left_out = set(sandbox.usage()["left_out"])
    all_of_them = {item["id"] for item in asker.videos(*ids).json()["items"]}
    assert 5 < len(left_out) < 30
    assert fewer == all_of_them - left_out
    assert sandbox.usage()["left_out"] == []


def test_time_out(asker: Asker, sandbox: Sandbox) -> None:
    sandbox.fault(next=["time_out"], hang_seconds=0.05)
    with pytest.raises(requests.ConnectionError):
        asker.videos(sandbox.video_id(0))


def test_latency_is_hidden_by_asking_at_once(asker: Asker, sandbox: Sandbox) -> None:
    sandbox.fault(latency_ms=100)
    begun = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: asker.videos(sandbox.video_id(n)), range(16)))
    assert 0.2 <= time.monotonic() - begun < 1.0
    usage = sandbox.usage()
    assert 2 <= usage["most_in_flight"] <= 8
    assert usage["in_flight"] == 0
    assert 0 <= usage["shortest_gap"] < 0.1


def test_same_seed_gives_the_same_faults(asker: Asker, sandbox: Sandbox) -> None:
    def statuses() -> list[int]:
        sandbox.fault(seed=5, unavailable=0.3, server_error=0.2)
        return [asker.videos(sandbox.video_id(0)).status_code for _ in range(60)]

    first = statuses()
    assert first == statuses()
    assert 6 < first.count(503) < 30
    sandbox.fault(mix=0.2, methods=["videos.update"])
    assert {asker.videos(sandbox.video_id(0)).status_code for _ in range(20)} == {200}


@pytest.mark.parametrize(
    "settings", [{"nonsense": 0.1}, {"unavailable": 2}, {"next": ["x"]}, {"mix": 1, "blocked": 1}]
)
def test_impossible_faults_are_refused(sandbox: Sandbox, settings: dict[str, Any]) -> None:
    answer = requests.post(f"{sandbox.url}/_sandbox/faults", json=settings, timeout=5)
    assert answer.status_code == 400


def test_quota_of_its_own(asker: Asker, sandbox: Sandbox) -> None:
    sandbox.quota(3)
    answers = [asker.videos(sandbox.video_id(0)).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 403, 403]
    assert sandbox.usage()["quota"] == {
        "limit": 3, "window_seconds": None, "used": 3, "refused": 2,
    }  # fmt: skip
    sandbox.quota(1, window_seconds=0.2)
    assert asker.videos(sandbox.video_id(0)).status_code == 200
    assert asker.videos(sandbox.video_id(0)).status_code == 403
    time.sleep(0.25)
    assert asker.videos(sandbox.video_id(0)).status_code == 200


def test_single_videos_can_be_refused(asker: Asker, sandbox: Sandbox) -> None:
    good, bad = sandbox.video_id(0), sandbox.video_id(1)
    sandbox.change(bad, gone=False, refuse="forbidden")
    assert reason(asker.videos(good, bad)) == (403, "forbidden", "global")
    sandbox.change(bad, refuse="badRequest")
    assert reason(asker.videos(good, bad))[:2] == (400, "badRequest")
    sandbox.change(bad, refuse=None)
    assert asker.videos(good, bad).status_code == 200


def test_books_say_what_was_asked(asker: Asker, sandbox: Sandbox) -> None:
    ids = [sandbox.video_id(number) for number in range(30)]
    asker.videos(*ids)
    asker.get("/youtube/partner/v1/policies")
    usage = sandbox.usage()
    assert (usage["requests"], usage["units"], usage["ids"], usage["tokens"]) == (2, 2, 30, 1)
    assert usage["by_method"]["videos.list"] == {"requests": 1, "units": 1, "ids": 30}
    assert sum(usage["hours"].values()) == 2
    assert sandbox.requests()[0]["query"]["part"] == "snippet,status,contentDetails"
    sandbox.reset()
    assert sandbox.usage()["requests"] == 0
