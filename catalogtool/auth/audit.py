"""The record of sensitive operations: who, what, when, from where."""

from __future__ import annotations

from typing import Any

from flask import has_request_context, request
from sqlalchemy.orm import Session

from catalogtool.auth.models import AuditEvent, User


def record_audit(
    session: Session,
    user: User | None,
    action: str,
    target: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Add a line in the caller's transaction; never put a secret into `details`."""
    session.add(
        AuditEvent(
            user_id=user.id if user else None,
            user_email=user.email if user else None,
            action=action,
            target=target,
            remote_address=request.remote_addr if has_request_context() else None,
            details=details or {},
        )
    )
