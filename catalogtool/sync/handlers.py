"""Which handler does which type of task."""

from __future__ import annotations

from catalogtool.sync.looks import enrich, ownership, pull
from catalogtool.sync.push.push import PUSH
from catalogtool.sync.queue.handler import Handler

HANDLERS: dict[str, Handler] = {
    "metadata_sync": pull.HANDLER,
    "asset_enrichment": enrich.HANDLER,
    "ownership_update": ownership.HANDLER,
    "metadata_push": PUSH,
}
