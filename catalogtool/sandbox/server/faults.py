"""What can go wrong on purpose, how often, and when: the same seed gives the same faults."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from catalogtool.sandbox.mixing import Mixer
from catalogtool.sandbox.server import refusals
from catalogtool.sandbox.server.messages import Answer
from catalogtool.sandbox.server.refusals import Refusal
from catalogtool.sandbox.server.tokens import expired, refused

TOKEN_FAULTS: dict[str, Callable[[], Answer]] = {
    "token_invalid_grant": expired,
    "token_unauthorized": lambda: refused("invalid_client", "Unauthorized", 401),
    "token_server_error": lambda: refused("internal_failure", "Try again.", 500),
}
REFUSED: dict[str, Callable[[float | None], Refusal]] = {
    "unauthorized": lambda _: refusals.bad_token(),
    "signup_required": lambda _: refusals.no_channel(),
    "quota_exceeded": lambda _: refusals.quota_exceeded(),
    "daily_limit": lambda _: refusals.daily_limit(),
    "forbidden": lambda _: refusals.forbidden(),
    "blocked": lambda _: refusals.blocked(),
    "account_suspended": lambda _: refusals.account_suspended(),
    "too_many_per_minute": lambda after: refusals.rate_limited("minute", after),
    "too_many_per_day": lambda _: refusals.rate_limited("day"),
    "server_error": lambda _: refusals.broken(500),
    "unavailable": lambda after: refusals.broken(503, after),
}
# What the server does to the connection or to a good answer.
SPOILED = (
    "bad_gateway", "cut_before", "cut_after", "cut_middle", "time_out", "broken_json",
    "missing_items",
)  # fmt: skip
API_FAULTS = (*REFUSED, *SPOILED)
# These pass by themselves; those that say that the day's quota is gone stop all work for long.
PASSING = (
    "unauthorized", "too_many_per_minute", "server_error", "unavailable", "bad_gateway",
    "cut_before", "cut_after", "cut_middle", "time_out", "broken_json", "missing_items",
)  # fmt: skip
_WORDS = 2.0**32


@dataclass
class Faults:
    """`rates`: share of requests for each fault, together at most 1. `next`: faults of the very
    next requests. `methods`: only these calls, by name, are hit. `hang_seconds`: how long a
    request that times out is held. `retry_after`: what busy answers ask for, in seconds."""

    seed: int = 0
    latency_ms: float = 0.0
    jitter_ms: float = 0.0
    rates: dict[str, float] = field(default_factory=dict)
    next: deque[str] = field(default_factory=deque)
    methods: frozenset[str] | None = None
    hang_seconds: float = 60.0
    retry_after: float | None = None

    def __post_init__(self) -> None:
        self._mixer = Mixer(self.seed, "faults")
        self._drawn = 0

    @classmethod
    def of(cls, given: dict[str, Any]) -> Faults:
        """From a JSON object; `mix` spreads a rate evenly over PASSING. ValueError if wrong."""
        values = dict(given)
        rates = {name: values.pop(name) for name in (*API_FAULTS, *TOKEN_FAULTS) if name in values}
        rates |= values.pop("rates", {})
        if mix := values.pop("mix", 0.0):
            rates = {name: mix / len(PASSING) for name in PASSING} | rates
        if methods := values.pop("methods", None):
            values["methods"] = frozenset(methods)
        faults = deque(values.pop("next", ()))
        if unknown := set(values) - set(cls.__dataclass_fields__):
            raise ValueError(f"no such setting: {', '.join(sorted(unknown))}")
        if unknown := (set(rates) | set(faults)) - {*API_FAULTS, *TOKEN_FAULTS}:
            raise ValueError(f"no such fault: {', '.join(sorted(unknown))}")
        if any(not 0 <= rate <= 1 for rate in rates.values()):
            raise ValueError("a rate lies between 0 and 1")
        if sum(rate for name, rate in rates.items() if name in API_FAULTS) > 1.000001:
            raise ValueError("together the rates are at most 1")
        return cls(rates=rates, next=faults, **values)

    def draw(self, method: str) -> str | None:
        """The fault that hits this request, if one does."""
        known = TOKEN_FAULTS if method == "token" else API_FAULTS
        if self.methods is not None and method not in self.methods and method != "token":
            return None
        if self.next and self.next[0] in known:
            return self.next.popleft()
        chance = self._chance()
        for name in known:
            chance -= self.rates.get(name, 0.0)
            if chance < 0:
                return name
        return None

    def latency(self) -> float:
        """Seconds until the answer to the next request is begun."""
        if not self.jitter_ms:
            return self.latency_ms / 1000
        return max(0.0, self.latency_ms + (2 * self._chance() - 1) * self.jitter_ms) / 1000

    def as_json(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "latency_ms": self.latency_ms,
            "jitter_ms": self.jitter_ms,
            "rates": self.rates,
            "next": list(self.next),
            "methods": sorted(self.methods) if self.methods else None,
            "hang_seconds": self.hang_seconds,
            "retry_after": self.retry_after,
        }

    def _chance(self) -> float:
        self._drawn += 1
        return self._mixer.words(self._drawn)[0] / _WORDS
