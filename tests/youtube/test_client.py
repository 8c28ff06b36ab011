"""The client against the sandbox: what it asks, what it pays, what it makes of the answers."""

from __future__ import annotations

import gzip
import io
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from catalogtool.core.db import unit_of_work
from catalogtool.core.settings import Settings
from catalogtool.youtube import calls, errors, transport
from catalogtool.youtube.access import SANDBOX_FILE
from catalogtool.youtube.client import YouTube
from catalogtool.youtube.quota import RateLimiter
from tests.sandbox.running import Sandbox, running_sandbox
from tests.youtube.conftest import access_to, units_counted
from tests.youtube.tiny_server import Reply, TinyServer, tiny_server

ABSENT = "xxxxxxxxxxx"


def some_ids(sandbox: Sandbox, count: int = 50) -> list[str]:
    return [sandbox.video_id(number) for number in range(count)]


def test_fifty_videos_cost_one_unit(youtube: YouTube, sandbox: Sandbox) -> None:
    ids = some_ids(sandbox, 47)
    listing = youtube.videos([*ids, ABSENT, ids[0], "not an id"])
    assert list(listing.found) == ids
    assert listing.missing == [ABSENT, "not an id"]
    for video_id, truth in sandbox.truths(ids[:5]).items():
        assert listing.found[video_id].title == truth["title"]
        assert listing.found[video_id].views == truth["views"]
    assert units_counted() == (1, 0, 1)
    with pytest.raises(ValueError, match="51 ids"):
        youtube.videos(some_ids(sandbox, 51))
    assert youtube.videos(["no id!"]).missing == ["no id!"]
    assert youtube.videos([]).missing == []
    assert youtube.claims([]) == {}
    assert units_counted() == (1, 0, 1)


def test_a_merged_asset_is_found_by_its_old_id(youtube: YouTube, sandbox: Sandbox) -> None:
    ids = some_ids(sandbox)
    claims = youtube.claims(ids)
    assert list(claims) == ids
    first = sandbox.truth(ids[0])["claims"]
    assert [c.asset_id for c in claims[ids[0]]] == [c["asset_id"] for c in first]
    own = [c for group in claims.values() for c in group if c.third_party is False and c.asset_id]
    assert any(claim.policy for claim in own)
    old, new = list(dict.fromkeys(str(claim.asset_id) for claim in own))[:2]
    sandbox.asset(old, merged_into=new)
    sandbox.asset(new, in_conflict=True)
    listing = youtube.assets([old, new, "A0000000000000000"], ownership=True)
    assert listing.missing == ["A0000000000000000"]
    assert listing.found[old].asset_id == listing.found[new].asset_id == new
    assert listing.found[new].conflicting_owner
    assert listing.found[new].ownership
    resource = youtube.asset_resource(old)
    assert resource is not None
    assert resource["id"] == new
    assert youtube.asset_resource("A0000000000000000") is None


def test_what_is_written_is_there_and_costs_fifty(youtube: YouTube, sandbox: Sandbox) -> None:
    video_id = sandbox.video_id(1)
    resource = youtube.video_resource(video_id, ["snippet"])
    assert resource is not None
    snippet = {**resource["snippet"], "title": "Written \N{SNOWMAN}"}
    written = youtube.update_video({"id": video_id, "snippet": snippet}, ["snippet"])
    assert written.title == "Written \N{SNOWMAN}"
    assert sandbox.truth(video_id)["title"] == "Written \N{SNOWMAN}"
    assert units_counted() == (1, 50, 2)
    assert youtube.video_resource(ABSENT, ["snippet"]) is None


@pytest.mark.parametrize("verb", ["PATCH", "PUT"])
def test_an_assets_metadata_is_written_by_either_verb(
    database: str, sandbox: Sandbox, verb: str
) -> None:
    settings_verb = {"PATCH": "assets.patch", "PUT": "assets.update"}
    youtube = YouTube(access_to(sandbox.url), RateLimiter(9500, 0.0), asset_verb=verb)  # type: ignore[arg-type]
    claims = youtube.claims(some_ids(sandbox))
    asset_id = next(c.asset_id for group in claims.values() for c in group if c.policy)
    assert asset_id
    resource = youtube.asset_resource(asset_id)
    assert resource is not None
    answer = youtube.update_asset(asset_id, {**resource["metadataMine"], "upc": "012345678905"})
    assert answer["metadataMine"]["upc"] == "012345678905"
    assert sandbox.usage()["by_method"][settings_verb[verb]]["requests"] == 1
    with pytest.raises(ValueError, match="an id"):
        youtube.update_asset("../videos", {})
    youtube.close()


def test_the_owner_is_named_in_every_request(database: str) -> None:
    owner = "SandboxContentOwner000"
    with running_sandbox(videos=20, content_owner=owner) as sandbox:
        limiter = RateLimiter(9500, 0.0)
        nobody = YouTube(access_to(sandbox.url), limiter)
        with pytest.raises(errors.Refused):
            nobody.policies()
        youtube = YouTube(access_to(sandbox.url, owner=owner), limiter)
        assert youtube.policies()
        assert (
            youtube.channels(
                [str(v.channel_id) for v in youtube.videos(some_ids(sandbox, 5)).found.values()]
            ).missing
            == []
        )
        youtube.close()
        nobody.close()


FAULTS = [
    ("forbidden", errors.Refused, False),
    ("blocked", errors.Refused, False),
    ("too_many_per_minute", errors.Busy, True),
    ("server_error", errors.Busy, True),
    ("unavailable", errors.Busy, True),
    ("bad_gateway", errors.Busy, True),
    ("cut_before", errors.Busy, True),
    ("cut_after", errors.Busy, True),
    ("cut_middle", errors.Busy, True),
    ("broken_json", errors.BrokenAnswer, True),
]


@pytest.mark.parametrize(("fault", "kind", "retryable"), FAULTS)
def test_each_fault_has_its_error(
    youtube: YouTube,
    sandbox: Sandbox,
    fault: str,
    kind: type[errors.YouTubeError],
    retryable: bool,
) -> None:
    sandbox.fault(next=[fault])
    with pytest.raises(kind) as caught:
        youtube.videos(some_ids(sandbox, 3))
    assert caught.value.retryable is retryable
    assert "<" not in caught.value.message
    assert sandbox.url not in caught.value.message
    assert len(youtube.videos(some_ids(sandbox, 3)).found) == 3
    assert units_counted() == (2, 0, 2)
    assert sandbox.usage()["units"] == 2


def test_one_refused_token_is_replaced(youtube: YouTube, sandbox: Sandbox) -> None:
    youtube.videos(some_ids(sandbox))
    sandbox.revoke_tokens()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(youtube.videos, [some_ids(sandbox)] * 8))
    assert all(not listing.missing for listing in found)
    usage = sandbox.usage()
    assert usage["tokens"] == 2
    assert units_counted()[0] == usage["units"]
    sandbox.fault(next=["unauthorized", "unauthorized"])
    with pytest.raises(errors.Unauthorized):
        youtube.videos(some_ids(sandbox))


@pytest.mark.parametrize("fault", ["quota_exceeded", "daily_limit", "too_many_per_day"])
def test_when_youtube_says_that_the_day_is_over_nobody_asks_on(
    youtube: YouTube, sandbox: Sandbox, fault: str
) -> None:
    sandbox.fault(next=[fault])
    with pytest.raises(errors.QuotaExhausted) as caught:
        youtube.videos(some_ids(sandbox))
    assert caught.value.by == "youtube"
    with pytest.raises(errors.QuotaExhausted) as again:
        youtube.videos(some_ids(sandbox))
    assert again.value.until == caught.value.until
    assert sandbox.usage()["units"] == 1
    _let_the_stop_pass()
    assert youtube.videos(some_ids(sandbox)).missing == []
    assert youtube.videos(some_ids(sandbox)).missing == []


def _let_the_stop_pass() -> None:
    with unit_of_work() as session:
        session.execute(text("UPDATE quota_state SET stopped_until = now()"))


def test_the_ledgers_own_end(database: str, sandbox: Sandbox) -> None:
    youtube = YouTube(access_to(sandbox.url), RateLimiter(2, 0.0))
    youtube.policies()
    youtube.policies()
    with pytest.raises(errors.QuotaExhausted) as caught:
        youtube.policies()
    assert caught.value.by == "ledger"
    assert sandbox.usage()["units"] == 2
    youtube.close()


def test_a_request_that_never_left_costs_nothing(database: str) -> None:
    with tiny_server() as server:
        youtube = YouTube(access_to(server.url), RateLimiter(10, 0.0))
        youtube.token()
    with pytest.raises(errors.Busy, match="could not be reached"):
        youtube.policies()
    assert units_counted() == (0, 0, 0)
    youtube.close()


def test_a_sandbox_that_moved_is_found_again(database: str, settings: Settings) -> None:
    file = settings.catalog_home / SANDBOX_FILE
    file.parent.mkdir(exist_ok=True)
    chosen = settings.model_copy(update={"youtube_min_delay": 0.0})
    with running_sandbox(videos=10) as first:
        file.write_text(first.url)
        youtube = YouTube.of(chosen)
        assert youtube.policies()
    with running_sandbox(videos=10) as second:
        file.write_text(second.url)
        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(lambda _: youtube.policies(), range(4)))
        assert youtube.access.data_url == second.url
        assert second.usage()["units"] == 4
        assert units_counted()[0] == 5
        youtube.close()


def test_who_waits_for_a_turn_can_be_stopped(database: str, sandbox: Sandbox) -> None:
    stop = threading.Event()
    youtube = YouTube(access_to(sandbox.url), RateLimiter(10, 30.0), stop=stop)
    youtube.policies()
    threading.Timer(0.1, stop.set).start()
    with pytest.raises(errors.Stopped):
        youtube.policies()
    assert units_counted() == (1, 0, 1)
    youtube.close()


def client_of(server: TinyServer) -> YouTube:
    return YouTube(access_to(server.url), RateLimiter(1000, 0.0))


def test_pages_end_at_an_empty_token_and_never_go_in_circles(database: str) -> None:
    jobs = [{"id": str(n), "reportTypeId": "t", "systemManaged": True} for n in range(3)]
    pages = [{"jobs": [jobs[0]], "nextPageToken": "a&b"}, {"jobs": jobs[1:], "nextPageToken": ""}]
    round_and_round = [{"nextPageToken": "a"}, {"nextPageToken": "b"}, {"nextPageToken": "a"}]
    with tiny_server(*map(Reply, pages), *map(Reply, round_and_round)) as server:
        youtube = client_of(server)
        assert [job.job_id for job in youtube.reporting_jobs()] == ["0", "1", "2"]
        assert "pageToken=a%26b" in server.asked[1][1]
        with pytest.raises(errors.BrokenAnswer, match="pages without end"):
            youtube.reporting_jobs()
        youtube.close()


STRANGE = [
    (Reply(b""), "json"),
    (Reply(b"[]"), "json"),
    (Reply(b"[" * 100_000), "json"),
    (Reply(b"1" * 10_000), "json"),
    (Reply(b"\xff\xfe"), "json"),
    (Reply(b"{}", headers={"Content-Encoding": "gzip"}), "encoding"),
    (Reply(b"", status=302, headers={"Location": "http://127.0.0.1:1/"}), "http_302"),
    (Reply(b" " * 2000 + b"{}"), "too_large"),
    (Reply(gzip.compress(b" " * 2000), headers={"Content-Encoding": "gzip"}), "too_large"),
]


@pytest.mark.parametrize(("reply", "reason"), STRANGE)
def test_strange_answers(
    database: str, reply: Reply, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reason == "too_large":
        monkeypatch.setattr(transport, "MOST_BYTES", 1000)
    with tiny_server(reply) as server:
        youtube = client_of(server)
        with pytest.raises(errors.BrokenAnswer) as caught:
            youtube.policies()
        assert caught.value.reason == reason
        assert len(server.asked) == 1
        youtube.close()


def test_a_slow_answer_is_given_up(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "TIMEOUTS", (0.5, 0.2))
    hold = threading.Event()
    with tiny_server(Reply(hold=hold)) as server:
        youtube = client_of(server)
        youtube.token()
        with pytest.raises(errors.Busy, match="did not answer in time"):
            youtube.policies()
        hold.set()
        assert units_counted() == (1, 0, 1)
        youtube.close()


def test_what_a_request_carries(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our token, and neither a cookie nor what this machine keeps for the same host."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(netrc))
    cookie = Reply(headers={"Set-Cookie": "a=b"})
    with tiny_server(cookie, Reply()) as server:
        youtube = client_of(server)
        youtube._calls._session.trust_env = True
        youtube.policies()
        youtube.policies()
        for method, _, headers in server.asked:
            assert method == "GET"
            assert headers["Authorization"] == "Bearer token"
            assert headers["Accept-Encoding"] == "gzip"
            assert "Cookie" not in headers
        youtube.close()


def test_a_report_is_downloaded_whole_or_not_at_all(database: str) -> None:
    report = b"video_id\n" + b"x" * 600_000
    packed = Reply(gzip.compress(report), headers={"Content-Encoding": "gzip"})
    with tiny_server(packed, Reply(report, cut=5000), Reply(b"", status=404)) as server:
        youtube = client_of(server)
        address = f"{server.url}/v1/media/1?alt=media"
        file = io.BytesIO()
        assert youtube.download(address, file) == len(report)
        assert file.getvalue() == report
        with pytest.raises(errors.Busy, match="broke"):
            youtube.download(address, io.BytesIO())
        with pytest.raises(errors.NotFound):
            youtube.download(address, io.BytesIO())
        assert units_counted() == (3, 0, 3)
        assert all("alt=media" in path for _, path, _ in server.asked)
        youtube.close()


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/v1/media/1", "http://127.0.0.1:1/x", "//evil", "", "file:///etc/passwd"],
)
def test_the_token_goes_to_nobody_else(database: str, address: str) -> None:
    with tiny_server() as server:
        youtube = client_of(server)
        for url in (address, f"{server.url}@evil.example/", f"{server.url}\\@evil.example/"):
            with pytest.raises(errors.BrokenAnswer, match="not YouTube's own"):
                youtube.download(url, io.BytesIO())
        assert server.asked == []
        assert units_counted() == (0, 0, 0)
        youtube.close()


def test_reports_of_the_sandbox(youtube: YouTube) -> None:
    jobs = youtube.reporting_jobs()
    assert all(job.system_managed for job in jobs)
    assert {kind.report_type for kind in youtube.report_types()} >= {j.report_type for j in jobs}
    report = youtube.reporting_reports(jobs[0].job_id)[-1]
    file = io.BytesIO()
    assert youtube.download(report.download_url, file) == len(file.getvalue())
    assert file.getvalue().startswith(b"video_id,")
    later = youtube.reporting_reports(jobs[0].job_id, report.create_time)
    assert report.report_id not in [other.report_id for other in later]


def test_with_faults_of_every_kind_no_unit_is_lost_or_spent_twice(
    youtube: YouTube, sandbox: Sandbox
) -> None:
    sandbox.fault(mix=0.4, seed=3, hang_seconds=0.05, token_server_error=0.1)
    ids = some_ids(sandbox)
    outcomes: Counter[str] = Counter()

    def ask(_: int) -> None:
        try:
            outcomes["missing" if youtube.videos(ids).missing else "whole"] += 1
        except (errors.YouTubeError, errors.NoToken) as error:
            outcomes[type(error).__name__] += 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(200)))
    assert sum(outcomes.values()) == 200
    assert outcomes["whole"] > 90
    assert {"Busy", "BrokenAnswer", "missing"} <= outcomes.keys()
    assert units_counted()[0] == sandbox.usage()["units"]
