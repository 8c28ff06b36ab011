"""What travels from the database to the pages: which events there are, and how one is read."""

from __future__ import annotations

import json
from typing import Any

SERVER_EVENTS = frozenset(
    {
        "report_status_update",
        "queue_task_complete",
        "processor_status",
        "sync_complete",
        "sync_error",
        "video_update",
    }
)


class MalformedMessageError(Exception):
    """This notification is none of our events."""


def decode(message: str) -> tuple[str, dict[str, Any]]:
    """The event and its payload; the reverse of `core.events.encode`."""
    try:
        content = json.loads(message)
    except ValueError:
        raise MalformedMessageError("it is no JSON") from None
    match content:
        case [str(event), dict(payload)] if event in SERVER_EVENTS:
            return event, payload
        case [str(event), _] if event not in SERVER_EVENTS:
            raise MalformedMessageError(f"there is no event named {event[:60]!r}")
    raise MalformedMessageError("it is not a pair of a name and an object")
