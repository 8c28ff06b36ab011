"""What follows from an error of a batch: who is to blame, and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from catalogtool.core.errors import TokenFetchError
from catalogtool.sync.running.patience import will_pass
from catalogtool.youtube import errors

# Refusals that are about us and not about any video: nothing is gained by asking one by one.
ABOUT_OUR_ACCESS = frozenset(
    {
        "accessNotConfigured",
        "accountClosed",
        "accountSuspended",
        "authenticatedUserAccountClosed",
        "authenticatedUserAccountSuspended",
        "insufficientPermissions",
        "ipRefererBlocked",
        "youtubeSignupRequired",
    }
)


class Consequence(Enum):
    """What is done with the batch."""

    GIVE_BACK = auto()  # It waits again, and nothing counts against it.
    QUOTA = auto()  # It waits until the quota allows it.
    NO_ACCESS = auto()  # Everything waits until we are let in again.
    RETRY = auto()  # It is tried again later, and that counts.
    REFUSED = auto()  # Some video in it is the reason.
    UNEXPECTED = auto()  # A mistake of ours, perhaps about one video.


@dataclass(frozen=True)
class Verdict:
    """`error`: the reason in a person's words. `until`, `back_off` (seconds): where known."""

    consequence: Consequence
    error: str
    until: datetime | None = None
    back_off: float | None = None


_Kinds = type[BaseException] | tuple[type[BaseException], ...]
_CONSEQUENCES: tuple[tuple[_Kinds, Consequence], ...] = (
    (errors.Stopped, Consequence.GIVE_BACK),
    (errors.QuotaExhausted, Consequence.QUOTA),
    ((TokenFetchError, errors.Unauthorized), Consequence.NO_ACCESS),
    ((errors.Busy, errors.BrokenAnswer), Consequence.RETRY),
    ((errors.Refused, errors.BadRequest, errors.NotFound), Consequence.REFUSED),
    (errors.YouTubeError, Consequence.RETRY),
)


def judge(error: BaseException) -> Verdict:
    """What follows from this error."""
    message = getattr(error, "message", "") or type(error).__name__
    consequence = next((found for kinds, found in _CONSEQUENCES if isinstance(error, kinds)), None)
    if consequence is None:
        passing = will_pass(error)
        consequence = Consequence.GIVE_BACK if passing else Consequence.UNEXPECTED
        message = f"An unexpected error ({type(error).__name__})."
    if consequence is Consequence.REFUSED and error.reason in ABOUT_OUR_ACCESS:  # type: ignore[attr-defined]
        consequence = Consequence.NO_ACCESS
    return Verdict(
        consequence,
        message,
        until=getattr(error, "until", None),
        back_off=getattr(error, "retry_after", None),
    )
