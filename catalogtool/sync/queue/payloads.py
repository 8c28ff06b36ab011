"""How two requests for the same video become one task, so that neither is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from catalogtool.sync.push import payload as push_payload

Payload = Mapping[str, Any]
Merge = Callable[[Payload, Payload], Payload]

# By task type: what the task must do that stands for an earlier and a later request. Types that
# are not named here take the later request's word.
MERGES: dict[str, Merge] = {"metadata_push": push_payload.both}


def merged(task_type: str, earlier: Payload, later: Payload) -> dict[str, Any]:
    """One payload for both requests; who waits for either is remembered."""
    together = MERGES.get(task_type, _later_wins)(earlier, later)
    kept = {name: True for name in ("single",) if earlier.get(name) or later.get(name)}
    waiting = [*earlier.get("merged", ()), *later.get("merged", ())]
    return {**together, **kept, **({"merged": waiting} if waiting else {})}


def _later_wins(earlier: Payload, later: Payload) -> Payload:
    return {**earlier, **later}
