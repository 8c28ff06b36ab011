"""The token server: access tokens for a refresh token, and what an access token is worth.

A token says itself until when it is good, so that it also survives a restart of the sandbox.
"""

from __future__ import annotations

import time
from urllib.parse import parse_qs

from catalogtool.sandbox.server.messages import Answer, Request, found
from catalogtool.sandbox.server.refusals import bad_token, no_token

REVOKED = "revoked"
UNKNOWN_CLIENT = "unknown"
_PREFIX = "ya29.sandbox"
_SCOPE = "https://www.googleapis.com/auth/youtubepartner"


class Tokens:
    """`revoke()` ends the validity of every token given out so far."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self.given = 0
        self._revoked_at = 0.0

    def refresh(self, request: Request) -> Answer:
        """POST /token; the refresh token `revoked` and the client `unknown` are turned away."""
        form = parse_qs(request.body.decode("utf-8", "replace"))
        given = {name: values[-1] for name, values in form.items()}
        if given.get("grant_type") != "refresh_token":
            return refused(
                "unsupported_grant_type", f"Invalid grant_type: {given.get('grant_type')}"
            )
        if "refresh_token" not in given:
            return refused("invalid_request", "Missing required parameter: refresh_token")
        if given.get("client_id", UNKNOWN_CLIENT) == UNKNOWN_CLIENT:
            return refused("invalid_client", "The OAuth client was not found.", 401)
        if given["refresh_token"] == REVOKED:
            return expired()
        self.given += 1
        now = time.time()
        token = f"{_PREFIX}-{now:.6f}-{now + self.seconds:.6f}-{self.given}"
        return found(
            {
                "access_token": token,
                "expires_in": self.seconds,
                "scope": _SCOPE,
                "token_type": "Bearer",
            }
        )

    def check(self, request: Request) -> None:
        """Refuse a request without a token that is good now."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        token = token.strip() if kind.lower() == "bearer" else (request.text("access_token") or "")
        if not token:
            raise no_token()
        marks = token.split("-")
        try:
            made, until = float(marks[1]), float(marks[2])
        except (ValueError, IndexError):
            raise bad_token() from None
        if marks[0] != _PREFIX or until < time.time() or made <= self._revoked_at:
            raise bad_token()

    def revoke(self) -> None:
        self._revoked_at = time.time()


def refused(error: str, description: str, status: int = 400) -> Answer:
    """The token server has a shape of its own for errors."""
    return found({"error": error, "error_description": description}, status)


def expired() -> Answer:
    return refused("invalid_grant", "Token has been expired or revoked.")
