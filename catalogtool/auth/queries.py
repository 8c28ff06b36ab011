"""What the account and administration screens read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from catalogtool.auth.models import ApiToken, AuditEvent, User

Row = TypeVar("Row")


def user_view(user: User) -> dict[str, Any]:
    """A user as it is dumped: columns, with the names of the roles."""
    columns = (
        "id", "email", "username", "auth_method", "active", "login_count",
        "current_login_at", "last_login_at", "created_at",
    )  # fmt: skip
    view: dict[str, Any] = {name: getattr(user, name) for name in columns}
    return view | {"roles": sorted(role.name for role in user.roles)}


def list_tokens(session: Session, user_id: int) -> Sequence[ApiToken]:
    """A user's own tokens, newest first."""
    mine = select(ApiToken).where(ApiToken.user_id == user_id)
    return session.scalars(mine.order_by(ApiToken.id.desc())).all()


def list_users(session: Session, search: str, page: int, per_page: int) -> dict[str, Any]:
    """A page of users by e-mail address; `search` is a literal part of address or name."""
    users = select(User)
    if search:
        names = (User.email, User.username)
        wanted = search.lower()
        users = users.where(or_(*(func.strpos(func.lower(n), wanted) > 0 for n in names)))
    found, position = _page(session, users, page, per_page, User.email)
    return {"users": [user_view(user) for user in found], **position}


def list_audit(
    session: Session, page: int, per_page: int, action: str | None, user: str | None
) -> dict[str, Any]:
    """A page of the record of sensitive operations, newest first."""
    events = select(AuditEvent)
    if action:
        events = events.where(AuditEvent.action == action)
    if user:
        events = events.where(AuditEvent.user_email == user)
    found, position = _page(session, events, page, per_page, AuditEvent.id.desc())
    return {"records": found, **position}


def _page(
    session: Session, query: Select[Row], page: int, per_page: int, order: Any
) -> tuple[Sequence[Row], dict[str, int]]:
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.scalars(
        query.order_by(order).offset((page - 1) * per_page).limit(per_page)
    ).all()
    return rows, {"total": total, "pages": -(-total // per_page), "current_page": page}
