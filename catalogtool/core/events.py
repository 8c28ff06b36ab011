"""Publishing: an event leaves with the commit of the change that it tells of, or never."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

CHANNEL = "catalog_events"
# PostgreSQL refuses a notification of 8,000 bytes or more.
LARGEST = 7_900


def publish(session: Session, event: str, payload: Mapping[str, Any]) -> None:
    """Notify every web process of `event` when the caller's transaction commits."""
    session.execute(
        text("SELECT pg_notify(:channel, :message)"),
        {"channel": CHANNEL, "message": encode(event, payload)},
    )


def encode(event: str, payload: Mapping[str, Any]) -> str:
    """The message as it travels; ASCII, so that its length in bytes is its length in characters."""
    message = json.dumps([event, payload], separators=(",", ":"), default=str)
    if len(message) > LARGEST:
        raise ValueError(f"the event {event} is too large for a notification: {len(message)} bytes")
    return message
