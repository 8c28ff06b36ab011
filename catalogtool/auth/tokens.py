"""API tokens: programs send them as `Authorization: Bearer …`; the database keeps hashes only."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from catalogtool.auth.models import ApiToken, User

MARK = "cat_"
SHOWN = 12
TOUCH_INTERVAL = timedelta(minutes=1)


def new_token() -> str:
    """A token with 256 random bits; the mark lets secret scanners and people recognise it."""
    return MARK + secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is kept of a token; it is random, so a fast hash without a salt is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_bearer(session: Session, token: str) -> User | None:
    """The active user who owns a token; notes its use, at most once a minute."""
    digest = hash_of(token)
    user = session.scalar(
        select(User).join(ApiToken).where(ApiToken.token_hash == digest, User.active)
    )
    if user is None:
        return None
    stale = datetime.now(UTC) - TOUCH_INTERVAL
    session.execute(
        update(ApiToken)
        .where(
            ApiToken.token_hash == digest,
            or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at < stale),
        )
        .values(last_used_at=func.now())
        .execution_options(synchronize_session=False)
    )
    return user
