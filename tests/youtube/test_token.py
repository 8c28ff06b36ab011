"""Access tokens: fetched once for all threads, renewed in time, refused with a reason."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from catalogtool.youtube.access import Access
from catalogtool.youtube.errors import NoToken
from catalogtool.youtube.token import TokenFetcher
from tests.sandbox.running import Sandbox, running_sandbox
from tests.youtube.conftest import access_to
from tests.youtube.tiny_server import Reply, tiny_server

THREADS = 16


def tokens_given(sandbox: Sandbox) -> int:
    return int(sandbox.usage()["tokens"])


@pytest.fixture
def fetcher(sandbox: Sandbox) -> TokenFetcher:
    return TokenFetcher(access_to(sandbox.url))


def all_at_once(ask: object, threads: int = THREADS) -> list[object]:
    barrier = threading.Barrier(threads)

    def one(_: int) -> object:
        barrier.wait()
        try:
            return ask()  # type: ignore[operator]
        except NoToken as error:
            return error

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(threads)))


def test_one_refresh_serves_all_threads(fetcher: TokenFetcher, sandbox: Sandbox) -> None:
    first = set(all_at_once(fetcher.token))
    assert len(first) == 1
    assert tokens_given(sandbox) == 1
    (stale,) = first
    fresh = set(all_at_once(lambda: fetcher.refreshed(str(stale))))
    assert len(fresh) == 1
    assert fresh != first
    assert tokens_given(sandbox) == 2
    assert {fetcher.token()} == fresh
    assert fetcher.expires_at is not None
    assert timedelta(minutes=50) < fetcher.expires_at - datetime.now(UTC) < timedelta(minutes=61)
    fetcher.close()


def test_a_token_is_renewed_before_it_runs_out() -> None:
    with running_sandbox(videos=10, token_seconds=2) as sandbox:
        fetcher = TokenFetcher(access_to(sandbox.url))
        first = fetcher.token()
        assert fetcher.token() == first
        assert fetcher.expires_at is not None
        wait = threading.Event().wait
        while fetcher.token() == first:
            wait(0.02)
        assert datetime.now(UTC) < fetcher.expires_at - timedelta(seconds=0.5)
        fetcher.close()


def test_a_token_without_an_end_is_used_until_it_is_refused() -> None:
    with tiny_server() as server:
        access = access_to(f"{server.url}/other")
        server.replies += [Reply({"access_token": "one"}), Reply({"access_token": "two"})]
        fetcher = TokenFetcher(access)
        assert [fetcher.token(), fetcher.token()] == ["one", "one"]
        assert fetcher.refreshed("one") == "two"
        fetcher.close()


@pytest.mark.parametrize(
    ("fault", "permanent", "reason"),
    [
        ("token_invalid_grant", True, "invalid_grant"),
        ("token_unauthorized", True, "invalid_client"),
        ("token_server_error", False, "unreachable"),
    ],
)
def test_why_there_is_no_token(
    sandbox: Sandbox, fetcher: TokenFetcher, fault: str, permanent: bool, reason: str
) -> None:
    sandbox.fault(next=[fault])
    with pytest.raises(NoToken) as caught:
        fetcher.token()
    assert (caught.value.permanent, caught.value.reason) == (permanent, reason)
    assert tokens_given(sandbox) == 1
    for secret in ("client", "secret", "refresh"):
        assert secret not in caught.value.message
    assert fetcher.token()
    fetcher.close()


STRANGE = [
    Reply(b"[]"),
    Reply(b'"x"'),
    Reply(b"<html>"),
    Reply(b"\xff"),
    Reply({}),
    Reply({"access_token": 7}),
    Reply({"access_token": "a\nb", "expires_in": 10}),
    Reply({"access_token": "a", "expires_in": [1]}),
    Reply({"access_token": "a", "expires_in": 1e40}),
    Reply({"error": {"a": 1}}, status=400),
    Reply(b"", status=302, headers={"Location": "http://127.0.0.1:1/"}),
    Reply(b"{}", cut=1),
]


@pytest.mark.parametrize("reply", STRANGE)
def test_a_strange_answer_is_no_token(reply: Reply) -> None:
    with tiny_server(reply) as server:
        fetcher = TokenFetcher(access_to(f"{server.url}/other"))
        with pytest.raises(NoToken) as caught:
            fetcher.token()
        assert not caught.value.permanent
        fetcher.close()


def test_nobody_waits_for_a_second_failure() -> None:
    hold = threading.Event()
    with tiny_server(Reply({"error": "invalid_grant"}, status=400, hold=hold)) as server:
        fetcher = TokenFetcher(access_to(f"{server.url}/other"))
        threading.Timer(0.3, hold.set).start()
        failures = all_at_once(fetcher.token, 8)
        assert [type(failure) for failure in failures] == [NoToken] * 8
        assert len(server.asked) == 1
        fetcher.close()


def test_nobody_there_and_no_secret_shown() -> None:
    fetcher = TokenFetcher(access_to("http://127.0.0.1:9"))
    with pytest.raises(NoToken) as caught:
        fetcher.token()
    assert caught.value.message == "Google's token server could not be reached."
    assert "refresh" not in repr(fetcher) + repr(fetcher.__dict__["_access"])
    assert isinstance(fetcher.__dict__["_access"], Access)
    fetcher.close()
