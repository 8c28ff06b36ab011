"""The ledger of quota against a model in plain Python, and with many processes at its edge."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from catalogtool.core.db import unit_of_work
from catalogtool.core.settings import Settings
from catalogtool.youtube.errors import QuotaExhausted
from catalogtool.youtube.quota import (
    Kind,
    RateLimiter,
    Reservation,
    estimate,
    quota_status,
    usage_by_hour,
)

START = datetime(2026, 3, 1, 12, 0, 3, tzinfo=UTC)
DAY = timedelta(hours=24)
SECOND = timedelta(seconds=1)
HELD = DAY + 40 * SECOND


def empty() -> None:
    with unit_of_work() as session:
        session.execute(text("TRUNCATE quota_usage, quota_state"))


def counted() -> int:
    with unit_of_work() as session:
        query = "SELECT coalesce(sum(read_units + write_units), 0) FROM quota_usage"
        return int(session.scalar(text(query)) or 0)


@dataclass
class Model:
    """What was granted, each with the begin of its ten seconds; nothing is ever thrown away."""

    limit: int
    share: float
    delay: float
    granted: list[tuple[datetime, Kind, int]] = field(default_factory=list)
    free_from: datetime = START

    def counts(self, now: datetime, *kinds: str) -> int:
        return sum(u for at, kind, u in self.granted if at + HELD > now and kind in kinds)

    def allows(self, units: int, kind: Kind, now: datetime) -> bool:
        writes = self.counts(now, "write") + units <= int(self.limit * self.share)
        return self.counts(now, "read", "write") + units <= self.limit and (
            kind == "read" or writes
        )

    def grant(self, units: int, kind: Kind, now: datetime) -> datetime:
        start = max(now, self.free_from)
        self.free_from = start + timedelta(seconds=self.delay)
        second = start.second - start.second % 10
        self.granted.append((start.replace(second=second, microsecond=0), kind, units))
        return start


STEPS = st.one_of(
    st.tuples(st.just("read"), st.integers(1, 4)),
    st.tuples(st.just("write"), st.sampled_from([1, 5])),
    st.tuples(st.just("refund"), st.integers(0, 3)),
    st.tuples(
        st.just("wait"),
        st.sampled_from([0.05, 3.0, 9.99, 10.0, 35.0, 3600.0, 43200.0, 86395.0, 86439.0, 86440.0]),
    ),
)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.integers(0, 25),
    st.sampled_from([0.5, 0.8, 1.0]),
    st.sampled_from([0.0, 0.1, 7.0]),
    st.lists(STEPS, min_size=5, max_size=30),
)
def test_the_window_does_what_a_plain_model_does(
    database: str, limit: int, share: float, delay: float, steps: list[tuple[str, float]]
) -> None:
    empty()
    limiter, model = RateLimiter(limit, delay, share), Model(limit, share, delay)
    now = START
    reservations: list[Reservation] = []
    for step, amount in steps:
        if step == "wait":
            now += timedelta(seconds=amount)
        elif step == "refund":
            if reservations:
                _refund(limiter, model, reservations.pop(int(amount) % len(reservations)))
        else:
            kind: Kind = "write" if step == "write" else "read"
            granted = _reserve(limiter, model, int(amount), kind, now)
            reservations += [granted] if granted else []
    for moment in [at for at, _, _ in model.granted]:
        spent = sum(u for at, _, u in model.granted if moment <= at < moment + DAY)
        assert spent <= limit


def _reserve(
    limiter: RateLimiter, model: Model, units: int, kind: Kind, now: datetime
) -> Reservation | None:
    if model.allows(units, kind, now):
        reservation = limiter.reserve(units, kind, now=now)
        assert reservation.start_at == model.grant(units, kind, now)
        return reservation
    with pytest.raises(QuotaExhausted) as caught:
        limiter.reserve(units, kind, now=now)
    assert caught.value.by == "ledger"
    until = caught.value.until
    assert not model.allows(units, kind, until - timedelta(microseconds=1))
    most = int(model.limit * model.share) if kind == "write" else model.limit
    assert model.allows(units, kind, until) or units > most
    return None


def _refund(limiter: RateLimiter, model: Model, reservation: Reservation) -> None:
    limiter.settle(reservation, 0)
    model.granted.remove((reservation.bucket, reservation.kind, reservation.units))


def spend(limiter: RateLimiter, units: int, now: datetime, kind: Kind = "read") -> None:
    for _ in range(units):
        limiter.reserve(1, kind, now=now)


def test_reading_goes_on_when_writing_has_used_up_its_share(database: str) -> None:
    limiter = RateLimiter(100, 0.0, 0.5)
    limiter.reserve(50, "write", now=START)
    with pytest.raises(QuotaExhausted) as caught:
        limiter.reserve(50, "write", now=START)
    assert caught.value.until == datetime(2026, 3, 2, 12, 0, 40, tzinfo=UTC)
    spend(limiter, 50, START + SECOND)
    with pytest.raises(QuotaExhausted):
        limiter.reserve(now=START + 2 * SECOND)
    assert counted() == 100


def test_old_buckets_leave(database: str) -> None:
    limiter = RateLimiter(100, 0.0)
    spend(limiter, 3, START)
    limiter.reserve(now=START + timedelta(hours=27))
    assert counted() == 1


def test_what_was_partly_spent_is_partly_given_back(database: str) -> None:
    limiter = RateLimiter(100, 0.0)
    reservation = limiter.reserve(50, "write", now=START)
    limiter.settle(reservation, 1)
    limiter.settle(limiter.reserve(1, now=START), 1)
    with unit_of_work() as session:
        row = session.execute(text("SELECT read_units, write_units, requests FROM quota_usage"))
        assert tuple(row.one()) == (1, 1, 2)
    with pytest.raises(ValueError, match="51 of 50"):
        limiter.settle(reservation, 51)


def test_youtubes_own_stop_is_probed_ever_more_rarely(database: str) -> None:
    limiter = RateLimiter(1000, 0.0)
    now = START
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        reservation = limiter.reserve(now=now)
        until = limiter.stop("quotaExceeded", reservation, now=now)
        assert until == now + timedelta(minutes=minutes)
        # Requests that were under way together are refused together: that is one refusal.
        assert limiter.stop("quotaExceeded", None, now=now + SECOND) == until
        with pytest.raises(QuotaExhausted) as caught:
            limiter.reserve(now=until - SECOND)
        assert (caught.value.by, caught.value.until) == ("youtube", until)
        assert caught.value.reason == "quotaExceeded"
        now = until
    probe = limiter.reserve(now=now)
    assert probe.probe
    with pytest.raises(QuotaExhausted):
        limiter.reserve(now=now + SECOND)
    assert limiter.reserve(now=now + 61 * SECOND).probe  # The first one was never heard of again.
    limiter.going_on()
    assert not limiter.reserve(now=now + 62 * SECOND).probe


def test_a_stop_ends_at_midnight_in_california(database: str) -> None:
    limiter = RateLimiter(1000, 0.0)
    late = datetime(2026, 7, 1, 6, 59, 50, tzinfo=UTC)
    assert limiter.stop("quotaExceeded", now=late) == datetime(2026, 7, 1, 7, tzinfo=UTC)


def test_a_clock_that_is_put_back_stops_nobody(database: str) -> None:
    limiter = RateLimiter(1000, 0.1)
    limiter.reserve(now=START)
    earlier = START - timedelta(hours=3)
    assert limiter.reserve(now=earlier).start_at == earlier


def test_two_requests_never_leave_closer_than_the_delay(database: str) -> None:
    limiter = RateLimiter(1000, 0.02)
    left: list[float] = []

    def ask(_: int) -> datetime:
        reservation = limiter.reserve()
        assert limiter.wait(reservation)
        left.append(time.monotonic())
        return reservation.start_at

    with ThreadPoolExecutor(8) as pool:
        starts = sorted(pool.map(ask, range(40)))
    gaps = [b - a for a, b in pairwise(starts)]
    assert min(gaps) >= timedelta(seconds=0.02)
    assert max(left) - min(left) >= 0.02 * 38


def test_whoever_waits_can_be_stopped(database: str) -> None:
    limiter = RateLimiter(1000, 30.0)
    limiter.reserve()
    stop = threading.Event()
    stop.set()
    assert limiter.wait(limiter.reserve(), stop) is False


def figures_of(settings: Settings, limit: int, delay: float = 0.0) -> Settings:
    return settings.model_copy(
        update={
            "youtube_daily_quota": limit,
            "youtube_min_delay": delay,
            "youtube_write_share": 0.5,
        }
    )


def test_the_figures_say_what_is_left_and_when_more_comes(
    database: str, settings: Settings
) -> None:
    chosen = figures_of(settings, 10)
    limiter = RateLimiter.of(chosen)
    with unit_of_work() as session:
        status = quota_status(session, chosen, now=START)
        assert (status["used"], status["left"], status["resets_at"]) == (0, 10, None)
        assert status["next_free_at"] is None
    spend(limiter, 6, START)
    spend(limiter, 4, START + timedelta(minutes=1), "write")
    now = START + timedelta(minutes=2)
    with unit_of_work() as session:
        status = quota_status(session, chosen, now=now)
    first = datetime(2026, 3, 2, 12, 0, 40, tzinfo=UTC)
    assert (status["used"], status["left"]) == (10, 0)
    assert (status["write_used"], status["write_limit"]) == (4, 5)
    assert status["resets_at"] == status["next_free_at"] == first
    assert status["stopped_until"] is None
    limiter.stop("dailyLimitExceeded", now=now)
    with unit_of_work() as session:
        status = quota_status(session, chosen, now=now)
        hours = usage_by_hour(session, 3, now=now)
    assert (status["stop_reason"], status["stopped_until"]) == (
        "dailyLimitExceeded",
        now + 60 * SECOND,
    )
    assert [hour["requests"] for hour in hours] == [0, 0, 10]
    assert (hours[-1]["hour"], hours[-1]["read_units"]) == (START.replace(second=0), 6)


@pytest.mark.parametrize(
    ("calls", "seconds"),
    [
        (0, 0),
        (1, 1),
        (4, 4),
        (5, HELD.total_seconds() + 1),
        (14, HELD.total_seconds() + 10),
        (15, 2 * HELD.total_seconds()),
    ],
)
def test_when_the_last_call_can_have_been_made(
    database: str, settings: Settings, calls: int, seconds: float
) -> None:
    chosen = figures_of(settings, 10, delay=1.0)
    now = START.replace(second=0)
    spend(RateLimiter(10, 0.0), 6, now)
    with unit_of_work() as session:
        last = estimate(session, chosen, calls, now=now)
    assert last is not None
    assert abs((last - now).total_seconds() - seconds) <= 5


def test_estimates_of_writing_and_of_very_many_calls(database: str, settings: Settings) -> None:
    chosen = figures_of(settings, 100)
    with unit_of_work() as session:
        assert estimate(session, chosen, 2, units=50, now=START) == START
        assert estimate(session, chosen, 2, kind="write", units=50, now=START) == START + HELD
        assert estimate(session, chosen, 1, units=101, now=START) is None
        far = estimate(session, chosen, 1_000_000, now=START)
    assert far is not None
    assert abs(far - (START + 9999 * HELD)) <= 2 * HELD


PROCESSES, LIMIT, HELD_UNITS = 8, 700, 100
ROOT = Path(__file__).parents[2]


def test_many_processes_race_for_the_last_units(database: str) -> None:
    """Never one unit over, and none unused, while units of yesterday come free one by one."""
    command = [sys.executable, "-m", "tests.youtube.spender", str(PROCESSES), database, str(LIMIT)]
    racers = subprocess.Popen(
        [*command, "0.0005"], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with racers:
        assert racers.stdout is not None
        assert racers.stdout.readline() == "ready\n"
        old = _spend_yesterday()
        answers = json.loads(racers.communicate("go\n", timeout=60)[0])
    granted = sorted(at for answer in answers for at in answer)
    assert min(b - a for a, b in pairwise(granted)) > 0.000_49
    for number, at in enumerate(granted, 1):
        assert number + sum(units for free, units in old if free > at) <= LIMIT
    assert len(granted) == LIMIT - HELD_UNITS, "a unit was left over"
    assert sum(bool(answer) for answer in answers) > 1


def _spend_yesterday() -> list[tuple[float, int]]:
    """Units that come free within the race: when, and how many."""
    with unit_of_work() as session:
        now = session.scalar(text("SELECT clock_timestamp()"))
        assert isinstance(now, datetime)
        old = [(now + timedelta(seconds=0.05 * number), 5 + number % 9) for number in range(1, 31)]
        old.append((now + timedelta(hours=1), HELD_UNITS))
        for free, units in old:
            session.execute(
                text("INSERT INTO quota_usage (bucket, read_units) VALUES (:bucket, :units)"),
                {"bucket": free - HELD, "units": units},
            )
    return [(free.timestamp(), units) for free, units in old]
