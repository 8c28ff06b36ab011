"""All writes to users, roles and API tokens."""

from __future__ import annotations

import secrets
import unicodedata
from typing import Any

from argon2 import PasswordHasher
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from catalogtool.auth.audit import record_audit
from catalogtool.auth.models import ApiToken, Role, User
from catalogtool.auth.tokens import SHOWN, hash_of, new_token
from catalogtool.core.errors import ConcurrencyError, NotFoundError, ValidationError
from catalogtool.core.locks import hold_lock
from catalogtool.core.settings import Settings

__all__ = [
    "create_token", "create_user", "ensure_first_admin", "ensure_roles", "record_audit",
    "revoke_token", "set_preferences", "update_user",
]  # fmt: skip

ROLES = {"admin": "May do everything.", "user": "May work with the catalogue."}
HASHER = PasswordHasher()
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1024
LARGEST_ID = 2**31 - 1
# Any two numbers of which nobody else takes an advisory lock.
ADMIN_LOCK = 7_204_110


def ensure_roles(session: Session) -> dict[str, Role]:
    """Make the default roles where they are missing; all roles by name."""
    rows = [{"name": name, "description": text} for name, text in ROLES.items()]
    session.execute(insert(Role).values(rows).on_conflict_do_nothing(index_elements=["name"]))
    return {role.name: role for role in session.scalars(select(Role))}


def ensure_first_admin(session: Session, settings: Settings) -> str | None:
    """Make the roles, and an administrator if there is none.

    Returns the password only if it was generated here, for the one line that shows it.
    """
    _lock_admins(session)
    ensure_roles(session)
    if _active_admins(session):
        return None
    password = settings.admin_password or secrets.token_urlsafe(12)
    address = settings.admin_email.lower()
    user = session.scalar(select(User).where(func.lower(User.email) == address))
    if user is None:
        create_user(session, settings.admin_email, password, admin=True)
    else:
        user.password = hash_password(password)
        user.fs_uniquifier = _new_uniquifier()  # ends every session that somebody may have
        user.active = True
        user.roles = list(ensure_roles(session).values())
        session.flush()
    return None if settings.admin_password else password


def create_user(
    session: Session, email: str, password: str, admin: bool = False, username: str | None = None
) -> User:
    """A new active user; ValidationError names what cannot be used."""
    address = _normal_address(email)
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        rule = f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters"
        raise ValidationError(
            f"The password must have {rule}.", {"field": "password", "rule": rule}
        )
    if session.scalar(select(User.id).where(func.lower(User.email) == address.lower())):
        raise ValidationError(
            "There is already a user with this e-mail address.",
            {"field": "email", "rule": "unique"},
        )
    roles = ensure_roles(session)
    user = User(
        email=address,
        username=username,
        password=hash_password(password),
        fs_uniquifier=_new_uniquifier(),
        roles=[roles["user"], *([roles["admin"]] if admin else [])],
    )
    session.add(user)
    session.flush()
    record_audit(session, None, "user_created", address, {"admin": admin})
    return user


def hash_password(password: str) -> str:
    """Argon2id over the normalised text, so that every keyboard's accents mean the same."""
    return HASHER.hash(unicodedata.normalize("NFKD", password))


def update_user(
    session: Session,
    by: User,
    user_id: int,
    roles: list[str] | None = None,
    active: bool | None = None,
) -> User:
    """Set roles or the active flag; the last active administrator can't be taken away."""
    _lock_admins(session)
    user = session.get(User, user_id) if user_id <= LARGEST_ID else None
    if user is None:
        raise NotFoundError("No such user.")
    before: dict[str, Any] = {"roles": sorted(r.name for r in user.roles), "active": user.active}
    if roles is not None:
        user.roles = list(session.scalars(select(Role).where(Role.name.in_(roles))))
    if active is not None:
        user.active = active
    session.flush()
    if not _active_admins(session):
        raise ConcurrencyError("This is the last administrator; make another one first.")
    after: dict[str, Any] = {"roles": sorted(r.name for r in user.roles), "active": user.active}
    if after != before:
        details = {name: [before[name], after[name]] for name in after}
        record_audit(session, by, "user_updated", user.email, details)
    return user


def create_token(session: Session, user: User, name: str) -> str:
    """A new API token of the user, in plain text: the only time that it can be seen."""
    token = new_token()
    session.add(
        ApiToken(user_id=user.id, name=name, prefix=token[:SHOWN], token_hash=hash_of(token))
    )
    session.flush()
    record_audit(session, user, "token_created", name, {"prefix": token[:SHOWN]})
    return token


def revoke_token(session: Session, user: User, token_id: int) -> None:
    """Remove one of the user's own tokens; NotFoundError for anybody else's."""
    token = session.get(ApiToken, token_id) if token_id <= LARGEST_ID else None
    if token is None or token.user_id != user.id:
        raise NotFoundError("No such token.")
    session.delete(token)
    record_audit(session, user, "token_revoked", token.name, {"prefix": token.prefix})


def set_preferences(session: Session, user: User, preferences: dict[str, Any]) -> None:
    """Replace what the user's screens remember (columns, views)."""
    kept = session.get(User, user.id)
    if kept is None:
        raise NotFoundError("No such user.")
    kept.preferences = preferences


def _new_uniquifier() -> str:
    return secrets.token_hex(32)


def _normal_address(email: str) -> str:
    try:
        return validate_email(email, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise ValidationError(
            f"{email!r} is not an e-mail address.", {"field": "email", "rule": str(error)}
        ) from None


def _active_admins(session: Session) -> int:
    admins = select(func.count()).where(User.active, User.roles.any(Role.name == "admin"))
    return session.scalar(admins) or 0


def _lock_admins(session: Session) -> None:
    """Two at once could each take away the other's last-but-one administrator."""
    hold_lock(session, ADMIN_LOCK)
