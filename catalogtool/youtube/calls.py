"""One request to one of the APIs: its units reserved, its turn awaited, its answer judged."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import requests

from catalogtool.youtube.access import Access
from catalogtool.youtube.errors import (
    BrokenAnswer,
    NoToken,
    QuotaExhausted,
    Stopped,
    YouTubeError,
)
from catalogtool.youtube.quota import RateLimiter, Reservation
from catalogtool.youtube.reading.scalars import page_token
from catalogtool.youtube.token import TokenFetcher
from catalogtool.youtube.transport import (
    TIMEOUTS,
    body_of,
    broken_connection,
    never_sent,
    new_session,
    pieces_of,
)
from catalogtool.youtube.verdicts import verdict_of

Api = Literal["data", "partner", "reporting"]

SERVERS: dict[Api, str] = {
    "data": "YouTube's Data API",
    "partner": "YouTube's Content ID API",
    "reporting": "YouTube's Reporting API",
}
MOST_PAGES = 1000
# A request that could not leave for so long after its turn (the machine slept) takes a new one.
LONGEST_LATENESS = 20.0


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked; `path` is appended to the API's own URL."""

    api: Api
    path: str
    params: Mapping[str, Any]
    method: str = "GET"
    body: Any = None
    units: int = 1


class Sink(Protocol):
    """What a download is written to; it may raise to end it."""

    def write(self, data: bytes, /) -> int: ...


class BearerToken(requests.auth.AuthBase):
    """The token as requests wants it; given so, no `.netrc` of this machine replaces it."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


class Caller:
    """Makes calls for any number of threads, over connections that it keeps."""

    def __init__(
        self, access: Access, limiter: RateLimiter, stop: threading.Event | None = None
    ) -> None:
        self.access = access
        self.tokens = TokenFetcher(access)
        self._limiter = limiter
        self._stop = stop
        self._session = new_session(local=access.is_sandbox)
        self._moving = threading.Lock()
        # One reservation at a time waits for its turn: what a killed process had reserved and not
        # yet sent is at most one request.
        self._turns = threading.Lock()

    def close(self) -> None:
        """Close the connections that are kept."""
        self._session.close()
        self.tokens.close()

    def get(self, api: Api, path: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """A question that costs one unit."""
        return self._answer(Call(api, path, params))

    def pages(self, api: Api, path: str, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """All pages of a list, each for one unit; a token that comes again ends it as an error."""
        seen: set[str] = set()
        more: Mapping[str, Any] = params
        for _ in range(MOST_PAGES):
            page = self.get(api, path, more)
            yield page
            token = page_token(page)
            if token is None:
                return
            if token in seen:
                break
            seen.add(token)
            more = {**params, "pageToken": token}
        raise BrokenAnswer(f"{SERVERS[api]} gives pages without end.", reason="endless_pages")

    def send(
        self,
        method: str,
        api: Api,
        path: str,
        params: Mapping[str, Any],
        body: Any,
        units: int,
    ) -> dict[str, Any]:
        """A change; its units are those of writing."""
        return self._answer(Call(api, path, params, method, body, units))

    def download(self, url: str, file: Sink) -> int:
        """The body of a report's address to the file; its bytes."""
        parts, own = urlsplit(url), urlsplit(self.access.reporting_url)
        if (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
            raise BrokenAnswer("A report's address is not YouTube's own.", reason="foreign_address")
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        size = 0
        with self._response(Call("reporting", path, {})) as response:
            for piece in pieces_of(response, SERVERS["reporting"]):
                if self._stop is not None and self._stop.is_set():
                    raise Stopped
                size += file.write(piece)
        return size

    def _answer(self, call: Call) -> dict[str, Any]:
        with self._response(call) as response:
            body = body_of(response, SERVERS[call.api])
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise BrokenAnswer(f"{SERVERS[call.api]}'s answer is no JSON object.", reason="json")
        return answer

    @contextmanager
    def _response(self, call: Call) -> Iterator[requests.Response]:
        """A response of status 2xx, still to be read; one refused token is replaced."""
        token = self._token()
        response, reservation = self._request(call, token)
        if response.status_code == 401:
            response.close()
            response, reservation = self._request(call, self.tokens.refreshed(token))
        with response:
            if not 200 <= response.status_code < 300:
                raise self._failure(call, response, reservation)
            if reservation.probe:
                self._limiter.going_on()
            yield response

    def _failure(
        self, call: Call, response: requests.Response, reservation: Reservation
    ) -> YouTubeError:
        body = body_of(response, SERVERS[call.api])
        verdict = verdict_of(response.status_code, response.headers, body)
        if verdict.kind == "day":
            until = self._limiter.stop(verdict.reason, reservation)
            return QuotaExhausted(until, "youtube", verdict.reason)
        if reservation.probe and not verdict.error().retryable:
            self._limiter.going_on()
        return verdict.error()

    def _request(self, call: Call, token: str) -> tuple[requests.Response, Reservation]:
        while True:
            reservation = self._turn(call)
            access = self.access
            try:
                return self._send(access, call, token), reservation
            except requests.exceptions.RequestException as error:
                broken = broken_connection(error, SERVERS[call.api])
                if not never_sent(error):
                    raise broken from None
            self._limiter.settle(reservation, 0)
            if not self._moved(access):
                raise broken
            token = self._token()

    def _turn(self, call: Call) -> Reservation:
        """Reserve the call's units and wait until it may leave."""
        kind: Literal["read", "write"] = "read" if call.method == "GET" else "write"
        while True:
            with self._turns:
                reservation = self._limiter.reserve(call.units, kind)
                may_leave = self._limiter.wait(reservation, self._stop)
            if not may_leave:
                self._limiter.settle(reservation, 0)
                raise Stopped
            if reservation.lateness() < LONGEST_LATENESS:
                return reservation
            self._limiter.settle(reservation, 0)

    def _send(self, access: Access, call: Call, token: str) -> requests.Response:
        base = getattr(access, f"{call.api}_url")
        params = dict(call.params)
        if access.content_owner:
            params["onBehalfOfContentOwner"] = access.content_owner
        return self._session.request(
            call.method,
            base + call.path,
            params=params,
            json=call.body,
            auth=BearerToken(token),
            timeout=TIMEOUTS,
            allow_redirects=False,
            stream=True,
        )

    def _token(self) -> str:
        while True:
            access, tokens = self.access, self.tokens
            try:
                return tokens.token()
            except NoToken:
                if not self._moved(access):
                    raise

    def _moved(self, used: Access) -> bool:
        """Whether the sandbox has another address than this one; it is used from here on."""
        with self._moving:
            if self.access == used:
                access = used.renewed()
                if access != used:
                    self.tokens, self.access = TokenFetcher(access), access
            return self.access != used
