"""The pace of one report's updates, by a clock of our own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from catalogtool.realtime.pace import PACED_EVENT, Pace

UPDATES = st.lists(
    st.tuples(
        st.floats(0, 0.5),
        st.integers(1, 3),
        st.sampled_from(["pending", "processing", "completed"]),
    )
)


def test_other_events_are_never_held_back() -> None:
    pace = Pace()
    assert pace.offer("sync_error", {"report_id": 1}, 0.0) == [("sync_error", {"report_id": 1})]
    assert pace.offer("sync_error", {"report_id": 1}, 0.0) == [("sync_error", {"report_id": 1})]
    assert pace.seconds_to_next(0.0) is None


@given(UPDATES)
def test_the_pace_is_kept_each_status_is_told_and_the_last_word_arrives(
    updates: list[tuple[float, int, str]],
) -> None:
    pace, now = Pace(), 0.0
    offered: dict[int, list[str]] = {}
    told: list[tuple[float, dict[str, object]]] = []
    for number, (pause, report, status) in enumerate(updates):
        now += pause
        payload = {"report_id": report, "status": status, "number": number}
        told += [(now, dict(p)) for _, p in pace.offer(PACED_EVENT, payload, now)]
        offered.setdefault(report, []).append(status)
    while (wait := pace.seconds_to_next(now)) is not None:
        now += wait + 1e-9
        told += [(now, dict(p)) for _, p in pace.due(now)]
    for report, statuses in offered.items():
        mine = [(at, p) for at, p in told if p["report_id"] == report]
        assert changes([p["status"] for _, p in mine]) == changes(statuses)
        last = max(n for n, (_, r, _s) in enumerate(updates) if r == report)
        assert mine[-1][1]["number"] == last
        for index in range(4, len(mine)):
            assert mine[index][0] - mine[index - 4][0] >= 1


def changes(statuses: list[object] | list[str]) -> list[object]:
    """The sequence without repetitions."""
    return [s for i, s in enumerate(statuses) if i == 0 or s != statuses[i - 1]]
