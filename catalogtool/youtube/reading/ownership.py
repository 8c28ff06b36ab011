"""Who owns an asset where, and who contests it, in the compact texts that the catalogue keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from catalogtool.youtube.reading.scalars import items_of, word_of
from catalogtool.youtube.reading.territories import covered, in_short

# Compositions have three rights with owners of their own, everything else has one.
RIGHTS = ("general", "mechanical", "performance", "synchronization")


def ownership_text(ownership: Mapping[str, Any]) -> str | None:
    """`100% WW`; several shares divided by `; `, then with their owners. None if it says nothing.

    Rights of compositions are named: `mechanical 50% US (Owner)`.
    """
    shares = [share for right in RIGHTS for share in _shares(ownership, right)]
    if not shares:
        return "" if any(right in ownership for right in RIGHTS) else None
    owners = {owner for _, owner in shares}
    named = len(owners) > 1
    return "; ".join(f"{text} ({owner})" if named and owner else text for text, owner in shares)


def _shares(ownership: Mapping[str, Any], right: str) -> Iterator[tuple[str, str | None]]:
    for owner in items_of(ownership, right):
        ratio = owner.get("ratio")
        known = isinstance(ratio, int | float) and not isinstance(ratio, bool)
        prefix = "" if right == "general" else f"{right} "
        share = f"{ratio:.6g}%" if known else "?"
        yield f"{prefix}{share} {in_short(covered(owner))}".rstrip(), word_of(owner, "owner")


def conflicts_of(conflicts: Mapping[str, Any]) -> tuple[str, str]:
    """The owners who contest each other and the territories where, both divided by `|`."""
    owners: dict[str, None] = {}
    territories: dict[str, None] = {}
    for right in RIGHTS:
        for conflict in items_of(conflicts, right):
            if code := word_of(conflict, "territory"):
                territories[code.upper()] = None
            for owner in items_of(conflict, "conflictingOwnership"):
                if name := word_of(owner, "owner"):
                    owners[name] = None
    return "|".join(sorted(owners)), "|".join(sorted(territories))
