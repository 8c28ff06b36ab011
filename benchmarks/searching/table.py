"""The figures for people."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator, Sequence
from statistics import median

import psycopg

from searching.crowd import BAR as CROWD_BAR
from searching.crowd import CLIENTS, Crowd, Tally
from searching.edit import BAR as EDIT_BAR
from searching.edit import Edits
from searching.mix import Asked, Mix
from searching.naive import ByHand
from searching.sizes import shown
from searching.walk import BAR as WALK_BAR
from searching.walk import Walk

# Share of the requests, and the bar as a multiple of the floor up to a million and up to ten.
SHARES = {"p50": 0.50, "p95": 0.95, "p99": 0.99, "worst": 1.0}
UP_TO_A_MILLION = {"p95": 4.0, "p99": 10.0, "worst": 60.0}
ABOVE = {"p95": 8.0, "p99": 25.0, "worst": 150.0}
GROWTH_BAR = 2.0
WIDTH = 26
LONGEST_URL = 140


def machine(url: str) -> str:
    """What the milliseconds depend on, in a line."""
    with psycopg.connect(url) as connection:
        version = connection.execute("SHOW server_version").fetchone()
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"PostgreSQL {version[0] if version else ''}, load {load}"
    )


def bars_of(videos: int) -> dict[str, float]:
    return UP_TO_A_MILLION if videos <= 1_000_000 else ABOVE


def verdict(value: float, bar: float) -> str:
    return f"{bar:>8.2f}{'' if value <= bar else '  missed'}"


def mix_lines(mix: Mix) -> Iterator[str]:
    """The whole mix beside its bars, which count floors of the size that was asked for."""
    yield f"{'floor':<{WIDTH}}{'number':>10}{'p50 ms':>10}{'p95 ms':>10}{'bytes':>10}"
    for size, floor in mix.floors.items():
        yield (
            f"  {shown(size):<{WIDTH - 2}}{len(floor.times):>10,}{floor.median:>10.2f}"
            f"{_quantile(floor.times, 0.95):>10.2f}{floor.bytes:>10,}"
        )
    failed = len(mix.failed)
    yield f"{failed} of {len(mix.asked):,} answers failed{'  missed' if failed else ''}"
    yield f"{'random mix':<{WIDTH}}{'ms':>10}{'× 20 rows':>10}{'× floor':>10}{'bar':>8}"
    bars = bars_of(mix.videos)
    for name, share in SHARES.items():
        end = verdict(mix.ratio(share), bars[name]) if name in bars else ""
        yield (
            f"{name:<{WIDTH}}{mix.quantile(share):>10.1f}{mix.usual_ratio(share):>10.2f}"
            f"{mix.ratio(share):>10.2f}{end}"
        )


def parts(mix: Mix) -> Iterator[str]:
    """The same by what was asked, with each part's share of the time of all."""
    groups: dict[str, Callable[[Asked], str]] = {
        "filters": lambda asked: asked.question.kind,
        "asked before": lambda asked: "the same filters" if asked.seen else "new filters",
        "place": lambda asked: f"{asked.question.place} by {asked.question.way}",
        "sort": lambda asked: asked.question.sort,
        "size": lambda asked: shown(asked.size),
    }
    whole = sum(asked.milliseconds for asked in mix.asked)
    for title, key in groups.items():
        yield (
            f"{title:<{WIDTH}}{'number':>10}{'time %':>10}{'p50 ×':>10}{'p95 ×':>10}{'p99 ×':>10}"
            f"{'worst ×':>10}"
        )
        found: dict[str, list[Asked]] = {}
        for asked in mix.asked:
            found.setdefault(key(asked), []).append(asked)
        for name, some in sorted(found.items()):
            time = 100 * sum(asked.milliseconds for asked in some) / whole
            figures = "".join(f"{mix.ratio(share, some):>10.2f}" for share in SHARES.values())
            yield f"  {name:<{WIDTH - 2}}{len(some):>10,}{time:>10.1f}{figures}"


def worst_line(mix: Mix, asked: Asked, again: Asked) -> str:
    """One of the worst; `again` is the quickest of its repetitions."""
    return (
        f"{asked.milliseconds:>9.1f} ms {mix.ratio_of(asked):>7.1f} ×  "
        f"(again {mix.ratio_of(again):.1f} ×)  {asked.status}  {asked.url[:LONGEST_URL]}"
    )


def naive_lines(mix: Mix, by_hand: Sequence[ByHand], ours: Sequence[Asked]) -> Iterator[str]:
    """The naive way, with the floor as its cost of HTTP, beside ours for the same questions."""
    if not by_hand:
        return
    floors = [mix.floor_of(asked) for asked in ours]
    hand = [answer.milliseconds + floor for answer, floor in zip(by_hand, floors, strict=True)]
    naive = [took / floor for took, floor in zip(hand, floors, strict=True)]
    own = [mix.ratio_of(asked) for asked in ours]
    cut = sum(answer.cut for answer in by_hand)
    yield (
        f"the naive way, {len(hand)} of these questions ({cut} given up): no index but the keys, "
        "OFFSET, exact count"
    )
    yield f"{'':<{WIDTH}}{'naive ×':>10}{'ours ×':>10}{'naive ms':>12}"
    for name, share in SHARES.items():
        figures = [_quantile(naive, share), _quantile(own, share), _quantile(hand, share)]
        yield f"{name:<{WIDTH}}{figures[0]:>10.1f}{figures[1]:>10.2f}{figures[2]:>12.0f}"


def growth_line(small: Mix, large: Mix) -> str:
    """How the median grows with the catalogue, in floors."""
    factor = large.usual_ratio(0.5) / small.usual_ratio(0.5)
    return (
        f"the median grows by × {factor:.2f} from {small.videos:,} to {large.videos:,} videos"
        f" (bar {GROWTH_BAR}){'' if factor <= GROWTH_BAR else '  missed'}"
    )


def crowd_lines(crowd: Crowd) -> Iterator[str]:
    """Both speeds, and where the time of the clients went."""
    mix, floor = (median(slice_.speed for slice_ in some) for some in (crowd.mix, crowd.floor))
    missed = "  missed" if crowd.ratio < CROWD_BAR or crowd.failed else ""
    yield (
        f"{CLIENTS} clients at once: {mix:.0f} answers a second of the mix, {floor:.0f} of the "
        f"floors of the same sizes; ratio {crowd.ratio:.2f} (bar {CROWD_BAR}); {crowd.failed} "
        f"failed; each address asked {crowd.rounds:.2f} times{missed}"
    )
    of_mix, of_floor = _sum(crowd.mix), _sum(crowd.floor)
    whole = sum(of_mix.seconds.values())
    yield f"{'  filters':<{WIDTH}}{'number':>10}{'time %':>10}{'mean ms':>10}{'floor ms':>10}"
    for kind, answers in sorted(of_mix.answers.items()):
        yield (
            f"    {kind:<{WIDTH - 4}}{answers:>10,}{100 * of_mix.seconds[kind] / whole:>10.1f}"
            f"{1000 * of_mix.seconds[kind] / answers:>10.1f}"
            f"{1000 * of_floor.seconds[kind] / max(1, of_floor.answers[kind]):>10.1f}"
        )


def _sum(slices: Sequence[Tally]) -> Tally:
    found = Tally()
    for slice_ in slices:
        found.add(slice_)
    return found


def _quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def walk_line(walk: Walk, how: str) -> str:
    wrong = walk.missed + walk.repeated
    missed = "  missed" if wrong or abs(walk.ratio - 1) > WALK_BAR else ""
    return (
        f"walk {how}: {walk.pages:,} pages, first thousand {walk.first:.1f} ms, last "
        f"{walk.last:.1f} ms, ratio {walk.ratio:.2f} (bar 1 ± {WALK_BAR}); videos missed "
        f"{walk.missed}, repeated {walk.repeated}; {walk.others} others of {walk.imports} "
        f"imports{missed}"
    )


def edit_line(edits: Edits | None) -> str:
    if edits is None:
        return "one edit: this server has no route for it"
    missed = "" if edits.ratio <= EDIT_BAR else "  missed"
    return (
        f"one edit: answered in {median(edits.answered):.1f} ms, seen after "
        f"{median(edits.seen):.1f} ms (slowest {max(edits.seen):.1f}), × {edits.ratio:.1f} of the "
        f"floor {edits.floor:.2f} ms (bar {EDIT_BAR:.0f}){missed}"
    )
