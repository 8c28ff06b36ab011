"""The summary: how many rounds of each kind, where the blows hit, and what went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from torture.rounds import Outcome


def line(number: int, of: int, outcome: Outcome) -> str:
    """One round, as it ends."""
    moments = ", ".join(outcome.moments) or "not hit"
    verdict = "DIFFERENT" if outcome.difference else "equal"
    return f"{outcome.kind} {number}/{of}: {verdict} after {outcome.seconds:.1f} s ({moments})" + (
        f"\n{outcome.difference}" if outcome.difference else ""
    )


def table(outcomes: Iterable[Outcome]) -> str:
    """A row for each kind of round."""
    head = (
        f"{'kind':<16}{'rounds':>7}{'hit':>6}{'blows':>7}{'equal':>7}{'different':>11}  phases hit"
    )
    rows = [head, "-" * len(head)]
    by_kind: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_kind.setdefault(outcome.kind, []).append(outcome)
    for kind, group in by_kind.items():
        wrong = sum(bool(outcome.difference) for outcome in group)
        hit = sum(bool(outcome.moments) for outcome in group)
        phases = Counter(moment.split()[0] for o in group for moment in o.moments)
        shown = ", ".join(f"{phase} {times}" for phase, times in sorted(phases.items()))
        equal = len(group) - wrong
        figures = f"{len(group):>7}{hit:>6}{phases.total():>7}{equal:>7}{wrong:>11}"
        rows.append(f"{kind:<16}{figures}  {shown}")
    return "\n".join(rows)
