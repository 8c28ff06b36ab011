"""What needs the password again: an open browser or a leaked token must not be enough for it."""

from __future__ import annotations

import time

from flask import g, session

from catalogtool.core.errors import AuthenticationError

FRESH_SECONDS = 15 * 60
# Where Flask-Security notes when the password was last given, at /login or /verify.
GIVEN_AT = "fs_paa"

STALE = "Please give your password again: this needs a login of the last 15 minutes."
NO_LOGIN = "An API token is no login: please log in with your password for this."


def require_fresh() -> None:
    """AuthenticationError unless the password was given in this session within 15 minutes.

    A program with an API token never passes: nobody gives a password there. `details.reason` is
    `stale_login` or `api_token`.
    """
    if g.get("bearer"):
        raise AuthenticationError(NO_LOGIN, {"reason": "api_token"})
    given_at = session.get(GIVEN_AT)
    # A cookie that remembers its owner for a month opens a session without this.
    if not isinstance(given_at, int | float) or time.time() - given_at > FRESH_SECONDS:
        raise AuthenticationError(
            STALE, {"reason": "stale_login", "max_age_seconds": FRESH_SECONDS}
        )
