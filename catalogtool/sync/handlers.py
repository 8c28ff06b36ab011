"""Which handler does which type of task."""

from __future__ import annotations

from catalogtool.sync import enrich, ownership, pull
from catalogtool.sync.handler import Handler
from catalogtool.sync.push import PUSH

HANDLERS: dict[str, Handler] = {
    "metadata_sync": pull.HANDLER,
    "asset_enrichment": enrich.HANDLER,
    "ownership_update": ownership.HANDLER,
    "metadata_push": PUSH,
}
