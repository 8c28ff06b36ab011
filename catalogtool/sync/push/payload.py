"""Which edits a push was asked for: those that were there when somebody asked, and no later ones.

`all_before`: every edit that was made up to this time. `fields`: {field: time}, the edit of this
field that was made up to then. `overwrite`: {field: value}, what YouTube may be holding there.
A task may wait for days; what is edited meanwhile is sent only if somebody asks for it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

Payload = Mapping[str, Any]


def of_fields(fields: Mapping[str, str], overwrite: Mapping[str, Any]) -> dict[str, Any]:
    """The wish of a person who waits for the answer."""
    return {"single": True, "fields": dict(fields), "overwrite": dict(overwrite)}


def both(earlier: Payload, later: Payload) -> dict[str, Any]:
    """One wish for two."""
    fields = {**earlier.get("fields", {}), **later.get("fields", {})}
    overwrite = {**earlier.get("overwrite", {}), **later.get("overwrite", {})}
    before = [p["all_before"] for p in (earlier, later) if "all_before" in p]
    found: dict[str, Any] = {**earlier, **later, "fields": fields, "overwrite": overwrite}
    # Times of one form, in UTC: the later one is the greater text.
    return {**found, "all_before": max(before)} if before else found


def is_asked_for(payload: Payload, field: str, edited_at: datetime) -> bool:
    """Whether an edit of this field and time is among those that are to be sent."""
    asked = (payload.get("fields", {}).get(field), payload.get("all_before"))
    return any(time is not None and edited_at <= datetime.fromisoformat(time) for time in asked)
