"""Claims of YouTube's answers as the catalogue stores them, in the words of the reports."""

from __future__ import annotations

from catalogtool.sync.looks.enrich_values import LONGEST_TEXT, upper
from catalogtool.sync.looks.pull_values import Stored, clean, moment
from catalogtool.youtube.facts import ClaimFacts

# YouTube's states: the report's status, and what the report says in its detail, if anything. Who
# disputes a claim, or appeals, has not ended it.
_STATES: dict[str, tuple[str, str | None]] = {
    "active": ("ACTIVE", None),
    "disputed": ("ACTIVE", "DISPUTED"),
    "appealed": ("ACTIVE", "APPEALED"),
    "takedown": ("ACTIVE", "TAKEDOWN"),
    "pending": ("PENDING", None),
    "potential": ("PENDING", "POTENTIAL"),
    "routedforreview": ("PENDING", "ROUTED_FOR_REVIEW"),
    "inactive": ("INACTIVE", None),
}


def stored_claim(facts: ClaimFacts) -> Stored:
    """A row for `look_at_claims`; a state that nobody has heard of is unknown."""
    word = (facts.status or "").replace("_", "").lower()
    status, detail = _STATES.get(word, (None, None))
    created = moment(facts.created)
    return {
        "video_id": facts.video_id,
        "claim_id": facts.claim_id,
        "asset_id": clean(facts.asset_id, 50),
        "claim_status": status,
        "claim_status_detail": detail,
        "claim_origin": clean(facts.origin, 50),
        "claim_type": upper(facts.type, 50),
        "claim_created": created and created.date(),
        "claim_policy_monetize": _territories(facts.policy_monetize),
        "claim_policy_track": _territories(facts.policy_track),
        "claim_policy_block": _territories(facts.policy_block),
        "effective_policy": clean(facts.policy, LONGEST_TEXT),
        "third_party": facts.third_party,
    }


def _territories(text: str | None) -> str | None:
    """The territories; an empty text says that there are none."""
    return None if text is None else clean(text, LONGEST_TEXT) or ""
