"""The state of the work in one answer: what is done, what waits, for what, and until when."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogtool.auth.models import User
from catalogtool.core.errors import TokenFetchError
from catalogtool.core.settings import Settings
from catalogtool.sync.models import SyncControl
from catalogtool.sync.queue.status import last_error, queue_figures, waiting_for
from catalogtool.sync.requests import estimated_completion
from catalogtool.sync.running.processor import processor_status
from catalogtool.youtube.access import Access
from catalogtool.youtube.quota import quota_status, usage_by_hour


def describe_sync(session: Session, settings: Settings) -> dict[str, Any]:
    """All that a page about the work shows; times are moments, nothing here takes long."""
    figures = queue_figures(session)
    waiting = waiting_for(session, figures)
    sandbox, configured = _whom_to_ask(settings)
    return {
        "processor": processor_status(session, settings),
        **_pause(session),
        "sandbox": sandbox,
        "configured": configured,
        "waiting_for": waiting.reason,
        "waiting_until": waiting.until,
        "quota": quota_status(session, settings),
        "hours": usage_by_hour(session),
        "queue": figures["by_type"],
        "estimated_completion": estimated_completion(session, settings),
        "last_error": last_error(session),
    }


def _pause(session: Session) -> dict[str, Any]:
    control = session.get(SyncControl, 1, populate_existing=True)
    if control is None or not control.paused:
        return {"paused": False, "paused_by": None, "paused_at": None}
    by = session.scalar(select(User.email).where(User.id == control.paused_by))
    return {"paused": True, "paused_by": by, "paused_at": control.paused_at}


def _whom_to_ask(settings: Settings) -> tuple[bool, bool]:
    """Whether it is the sandbox, and whether there is anybody at all."""
    try:
        return Access.of(settings).is_sandbox, True
    except TokenFetchError:
        return settings.client_id is None, False
