"""What an edit would do, and a sign by which the edit itself knows what its preview saw.

The sign holds a snapshot of the database and a signature over it, the selection and the changes:
it is good for exactly the edit that was previewed, however long ago.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import Integer, String, column, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from catalogtool.catalog.edits import changes as grammar
from catalogtool.catalog.edits.assignments import plan_edit
from catalogtool.catalog.edits.changes import Changes
from catalogtool.catalog.edits.plan import changes as pairs
from catalogtool.catalog.edits.plan import judged, passes
from catalogtool.catalog.edits.selection import Selection
from catalogtool.catalog.search.parameters import check_text, refuse

EXAMPLES = 10
SIGNATURE_BYTES = 16
LONGEST_SIGN = 20_000
LOOKING_SECONDS = 60
CHOOSING_SECONDS = 300


@dataclass(frozen=True)
class Preview:
    """How many videos were chosen, how many would change, a few of them, and the sign."""

    matched: int
    would_change: int
    examples: list[dict[str, Any]]
    preview: str


def preview_edit(session: Session, selection: Selection, changes: Changes, key: bytes) -> Preview:
    """Look without writing; must come first in its transaction, whose snapshot it takes."""
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    be_patient(session, LOOKING_SECONDS)
    snapshot = session.execute(text("SELECT pg_current_snapshot()::text")).scalar_one()
    plan = plan_edit(changes)
    chosen = (
        selection.matching(session)
        .with_only_columns(selection.matching(session).selected_columns[0].label("pk"))
        .cte("chosen")
    )
    found = judged(plan, "(SELECT pk FROM chosen)")
    counted = text(
        f"""SELECT count(*) AS matched, count(*) FILTER (WHERE {passes(plan)}) AS would_change
        FROM ({found}) AS judged"""
    ).columns(column("matched", Integer), column("would_change", Integer))
    shown = text(
        f"""SELECT video_id, title, {pairs(plan.new)} AS changes
        FROM ({found}) AS judged WHERE {passes(plan)} LIMIT {EXAMPLES}"""
    ).columns(column("video_id", String), column("title", String), column("changes", JSONB))
    matched, would_change = session.execute(counted.add_cte(chosen), plan.parameters).one()
    examples = session.execute(shown.add_cte(chosen), plan.parameters) if would_change else ()
    return Preview(
        matched + len(selection.unknown(session)),
        would_change,
        [dict(row._mapping) for row in examples],
        sign(snapshot, selection, changes, key),
    )


def be_patient(session: Session, seconds: int) -> None:
    """A selection may be the whole catalogue; give each statement longer than a search has."""
    session.execute(
        text(
            "SELECT set_config('plan_cache_mode', 'force_custom_plan', true),"
            " set_config('statement_timeout', :timeout, true)"
        ),
        {"timeout": f"{seconds}s"},
    )


def sign(snapshot: str, selection: Selection, changes: Changes, key: bytes) -> str:
    """The snapshot with a signature that binds it to this edit, as a text."""
    body = snapshot.encode()
    return urlsafe_b64encode(_signature(body, selection, changes, key) + body).decode().rstrip("=")


def read_sign(given: Any, selection: Selection, changes: Changes, key: bytes) -> str:
    """The snapshot that a sign holds; ValidationError if it is not of a preview of this edit."""
    sign_ = check_text("preview", given)
    if len(sign_) > LONGEST_SIGN:
        _refuse()
    try:
        raw = urlsafe_b64decode(sign_.encode("ascii") + b"=" * (-len(sign_) % 4))
    except ValueError:
        _refuse()
    signature, body = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(body, selection, changes, key)):
        _refuse()
    return body.decode()


def _signature(body: bytes, selection: Selection, changes: Changes, key: bytes) -> bytes:
    edit = json.dumps([type(selection).__name__, selection.canonical(), grammar.as_json(changes)])
    bound = edit.encode() + b"\n" + body
    return hmac.digest(b"edit preview " + key, bound, "sha256")[:SIGNATURE_BYTES]


def _refuse() -> NoReturn:
    refuse("preview", "must come from a dry run of the same edit of the same videos")
