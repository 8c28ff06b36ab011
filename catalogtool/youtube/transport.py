"""Connections to Google: pooled, with time-outs, and with no more trust than is needed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.cookiejar import DefaultCookiePolicy

import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter

from catalogtool.youtube.errors import BrokenAnswer, Busy

POOL = 32
# Seconds to connect, and between two pieces of an answer.
TIMEOUTS = (5.0, 30.0)
# Seconds for the whole of an answer that is held in memory.
LONGEST_ANSWER = 60.0
MOST_BYTES = 32 * 1024 * 1024
PIECE = 256 * 1024

_NEVER_SENT = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NameResolutionError,
)


def new_session(*, local: bool = False) -> requests.Session:
    """A session for many threads: no cookies, no retries; no proxy either if it stays local."""
    session = requests.Session()
    adapter = HTTPAdapter(pool_connections=4, pool_maxsize=POOL, max_retries=0)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["Accept-Encoding"] = "gzip"
    session.trust_env = not local
    return session


def never_sent(error: BaseException) -> bool:
    """Whether a request certainly never left this machine: nobody answered at the address."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    if not isinstance(error, requests.exceptions.ConnectionError) or not error.args:
        return False
    cause = error.args[0]
    reason = getattr(cause, "reason", cause)
    return isinstance(reason, _NEVER_SENT)


def broken_connection(error: requests.exceptions.RequestException, server: str) -> Busy:
    """What a failed request means; without the library's own text, which holds the address."""
    if isinstance(error, requests.exceptions.Timeout):
        return Busy(f"{server} did not answer in time.", reason="timeout")
    if never_sent(error):
        return Busy(f"{server} could not be reached.", reason="unreachable")
    return Busy(f"The connection to {server} broke.", reason="connection")


def body_of(response: requests.Response, server: str) -> bytes:
    """The whole unpacked body of a streamed answer; BrokenAnswer if it is too large."""
    deadline = time.monotonic() + LONGEST_ANSWER
    pieces, size = [], 0
    for piece in pieces_of(response, server):
        size += len(piece)
        if size > MOST_BYTES:
            raise BrokenAnswer(f"{server} answered with too much.", reason="too_large")
        if time.monotonic() > deadline:
            raise Busy(f"{server} did not answer in time.", reason="timeout")
        pieces.append(piece)
    return b"".join(pieces)


def pieces_of(response: requests.Response, server: str) -> Iterator[bytes]:
    """The unpacked body of a streamed answer, piece by piece."""
    try:
        yield from response.iter_content(PIECE)
    except requests.exceptions.ContentDecodingError:
        raise BrokenAnswer(f"{server}'s answer cannot be unpacked.", reason="encoding") from None
    except requests.exceptions.RequestException as error:
        raise broken_connection(error, server) from None
