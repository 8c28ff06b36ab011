"""Access tokens: one refresh serves all threads, and comes before the old token has run out."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import google.auth.exceptions
import google.auth.transport
import requests
from google.oauth2.credentials import Credentials

from catalogtool.youtube.access import Access
from catalogtool.youtube.errors import BrokenAnswer, NoToken, YouTubeError
from catalogtool.youtube.transport import TIMEOUTS, body_of, broken_connection, new_session

# A token is replaced so long before its end, or after most of its life if that is short.
MARGIN = timedelta(minutes=5)
MARGIN_SHARE = 0.2
SERVER = "Google's token server"

# What Google says when only a person can help.
_PERMANENT = {
    "invalid_grant": "Google does not accept REFRESH_TOKEN any more; a new one is needed.",
    "invalid_client": "Google does not accept CLIENT_ID and CLIENT_SECRET.",
    "unauthorized_client": "Google does not accept REFRESH_TOKEN for this CLIENT_ID.",
    "deleted_client": "Google knows no such CLIENT_ID any more.",
    "org_internal": "Google does not accept CLIENT_ID for this account.",
    "access_denied": "Google does not let this account in.",
}


class TokenFetcher:
    """Gives the access token of one content owner's account to any number of threads."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._session = new_session(local=access.is_sandbox)
        self._lock = threading.Lock()
        self._attempts = 0
        self._failure: NoToken | None = None
        self._token: str | None = None
        self._renew_at: datetime | None = None
        self.expires_at: datetime | None = None

    def __repr__(self) -> str:
        return f"TokenFetcher(expires_at={self.expires_at})"

    def close(self) -> None:
        """Close the connections that are kept."""
        self._session.close()

    def token(self) -> str:
        """A token that is good for a while; NoToken if Google gives none."""
        token, renew_at = self._token, self._renew_at
        if token is not None and (renew_at is None or datetime.now(UTC) < renew_at):
            return token
        return self.refreshed(token)

    def refreshed(self, stale: str | None) -> str:
        """Another token than this one, which was refused or runs out; NoToken.

        Whoever comes after it was already replaced gets the new one. Whoever waited while another
        thread tried in vain is not made to wait for a second attempt.
        """
        seen = self._attempts
        with self._lock:
            if self._token is not None and self._token != stale:
                return self._token
            if self._attempts != seen and self._failure is not None:
                failure = self._failure
                raise NoToken(failure.message, permanent=failure.permanent, reason=failure.reason)
            try:
                self._token = self._fetch()
            except NoToken as failure:
                self._failure = failure
                raise
            finally:
                self._attempts += 1
            self._failure = None
            return self._token

    def _fetch(self) -> str:
        credentials = Credentials(  # type: ignore[no-untyped-call]
            None,
            refresh_token=self._access.refresh_token,
            token_uri=f"{self._access.token_url}/token",
            client_id=self._access.client_id,
            client_secret=self._access.client_secret,
        )
        try:
            credentials.refresh(_Transport(self._session))  # type: ignore[no-untyped-call]
        except google.auth.exceptions.RefreshError as error:
            raise _refusal(error) from None
        except (google.auth.exceptions.GoogleAuthError, YouTubeError) as error:
            raise NoToken(f"{error}", permanent=False, reason="unreachable") from None
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
            raise _unreadable() from None
        return self._keep(credentials)

    def _keep(self, credentials: Any) -> str:
        token = credentials.token
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise _unreadable()
        self.expires_at = self._renew_at = None
        if credentials.expiry is not None:
            now = datetime.now(UTC)
            self.expires_at = credentials.expiry.replace(tzinfo=UTC)
            self._renew_at = self.expires_at - min(MARGIN, (self.expires_at - now) * MARGIN_SHARE)
        return token


def _refusal(error: google.auth.exceptions.RefreshError) -> NoToken:
    """By the word that Google gives; the rest of its answer may repeat what we sent."""
    answer = error.args[1] if len(error.args) > 1 else None
    word = answer.get("error") if isinstance(answer, dict) else None
    reason = word if isinstance(word, str) and word.isidentifier() and len(word) < 50 else ""
    if reason in _PERMANENT:
        return NoToken(_PERMANENT[reason], permanent=True, reason=reason)
    message = "Google gave no access token" + (f" ({reason})." if reason else ".")
    return NoToken(message, permanent=False, reason=reason or "refused")


def _unreadable() -> NoToken:
    return NoToken(
        f"{SERVER} gave an answer that cannot be read.", permanent=False, reason="broken"
    )


class _Answer(google.auth.transport.Response):
    """An answer in the form that google-auth reads."""

    def __init__(self, status: int, headers: Mapping[str, str], data: bytes) -> None:
        self._answer = status, headers, data

    @property
    def status(self) -> int:
        return self._answer[0]

    @property
    def headers(self) -> Mapping[str, str]:
        return self._answer[1]

    @property
    def data(self) -> bytes:
        return self._answer[2]


class _Transport(google.auth.transport.Request):
    """google-auth's requests over a session of ours: with time-outs, without its own retries."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 (ours is stricter)
        **_: Any,
    ) -> _Answer:
        try:
            with self._session.request(
                method,
                url,
                data=body,
                headers=headers,
                timeout=TIMEOUTS,
                allow_redirects=False,
                stream=True,
            ) as response:
                data = body_of(response, SERVER)
        except requests.exceptions.RequestException as error:
            raise broken_connection(error, SERVER) from None
        if response.status_code >= 500 or response.status_code == 429:
            raise google.auth.exceptions.TransportError(f"{SERVER} is busy.")  # type: ignore[no-untyped-call]
        if not isinstance(json.loads(data), dict):
            raise BrokenAnswer(f"{SERVER} gave an answer that cannot be read.", reason="broken")
        return _Answer(response.status_code, response.headers, data)
