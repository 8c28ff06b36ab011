"""All that one running sandbox holds."""

from __future__ import annotations

from catalogtool.sandbox.server.choices import Choices
from catalogtool.sandbox.server.faults import Faults
from catalogtool.sandbox.server.limits import Limit
from catalogtool.sandbox.server.tokens import Tokens
from catalogtool.sandbox.server.usage import Usage
from catalogtool.sandbox.server.world import World


class State:
    """`world` is kept on disk; the rest begins anew with each start."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.world = World(choices)
        self.tokens = Tokens(choices.token_seconds)
        self.usage = Usage()
        self.reset()

    def reset(self) -> None:
        """Counts, faults and quota as at the start."""
        given = dict(self.choices.faults)
        quota = given.pop("quota", None)
        self.limit = Limit(quota, given.pop("quota_window", None))
        self.faults = Faults.of(given)
        self.usage.reset()
