"""What was to be sent and what came of it, between the steps of a push."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from catalogtool.sync.push.compare import Wish


@dataclass(frozen=True)
class Asked:
    """What one task is to send, where to, and what of it can't be (`not_sent`: {field: reason}).

    `artist`: what our own row of the asset says, since YouTube insists on one.
    """

    video_id: str
    on_video: tuple[Wish, ...] = ()
    on_asset: tuple[Wish, ...] = ()
    asset_id: str | None = None
    artist: tuple[str, ...] = ()
    not_sent: dict[str, str] = field(default_factory=dict)

    @property
    def wishes(self) -> dict[str, Wish]:
        """All of them by field."""
        return {wish.field: wish for wish in (*self.on_video, *self.on_asset)}


@dataclass
class Told:
    """What YouTube has by now of each field.

    `sent`: {field: [old, new]}; `confirmed`: it had the value already; `conflicts`: {field:
    YouTube's value}; `refused`: {field: reason}.
    """

    sent: dict[str, list[Any]] = field(default_factory=dict)
    confirmed: list[str] = field(default_factory=list)
    conflicts: dict[str, Any] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def refuse(self, wishes: tuple[Wish, ...] | list[Wish], reason: str) -> None:
        """None of these could be sent."""
        self.refused |= {wish.field: reason for wish in wishes}

    @property
    def settled(self) -> set[str]:
        """The fields of which YouTube has the value that was wanted."""
        return {*self.sent, *self.confirmed}
