"""What a policy does and where: of its rules, the first that fits a territory decides there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalogtool.youtube.facts import PolicyFacts
from catalogtool.youtube.reading.scalars import items_of, part, text_of, word_of
from catalogtool.youtube.reading.territories import covered, in_short, missing_of

ACTIONS = ("monetize", "track", "block")
# The conditions besides the territories: a rule that has one of them decides nothing for certain.
_OTHER_CONDITIONS = (
    "contentMatchType",
    "matchDuration",
    "matchPercent",
    "referenceDuration",
    "referencePercent",
)
_SPELLINGS = {"takedown": "block"}
FEW = 5

Reach = dict[str, list[str]]


def reach_of(policy: Mapping[str, Any]) -> Reach | None:
    """Action → territories where it applies, for `ACTIONS`; None if the policy has no rules."""
    rules = items_of(policy, "rules")
    if not rules:
        return None
    reach: Reach = {action: [] for action in ACTIONS}
    taken: set[str] = set()
    for rule in rules:
        conditions = part(rule, "conditions")
        if any(conditions.get(name) for name in _OTHER_CONDITIONS):
            continue
        territories = covered(part(conditions, "requiredTerritories"))
        fits = [code for code in territories if code not in taken]
        taken.update(fits)
        action = (word_of(rule, "action") or "").lower()
        action = _SPELLINGS.get(action, action)
        if action in reach:
            reach[action] += fits
    return reach


def policy_text(policy: Mapping[str, Any]) -> str | None:
    """The name of the policy, or what it does in words; None if it says neither."""
    return word_of(policy, "name") or _in_words(reach_of(policy))


def _in_words(reach: Reach | None) -> str | None:
    actions = _by_reach(reach)
    if reach is None or not actions:
        return None
    first, rest = actions[0], actions[1:]
    words = f"{first.capitalize()} in {_countries(reach[first])}"
    return ", ".join([words, *(f"{action} in {_countries(reach[action])}" for action in rest)])


def _countries(territories: list[str]) -> str:
    missing = missing_of(territories)
    if not missing:
        return "all countries"
    if len(missing) <= FEW:
        return f"all countries except {', '.join(missing)}"
    if len(territories) <= FEW:
        return ", ".join(territories)
    return f"{len(territories)} countries"


def _by_reach(reach: Reach | None) -> list[str]:
    """The actions that apply anywhere, the widest first."""
    applied = [action for action in ACTIONS if reach and reach[action]]
    return sorted(applied, key=lambda action: -len((reach or {})[action]))


def match_policy_text(policy: Mapping[str, Any]) -> str | None:
    """What an asset's match policy does; it has no name of its own."""
    reach = reach_of(policy)
    if reach is None:
        return None
    return "; ".join(f"{action} {in_short(reach[action])}" for action in _by_reach(reach))


def policy_facts(item: Mapping[str, Any]) -> PolicyFacts | None:
    """What the item says; None if it does not say of which policy."""
    policy_id = word_of(item, "id")
    if policy_id is None:
        return None
    actions = _by_reach(reach_of(item))
    return PolicyFacts(
        policy_id=policy_id,
        name=word_of(item, "name"),
        description=text_of(item, "description"),
        action=actions[0] if actions else "other",
    )
