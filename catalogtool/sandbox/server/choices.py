"""What can be chosen when the sandbox starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

OWNER = "SandboxContentOwner000"
"""The content owner that the sandbox plays: 22 characters, as YouTube's have."""


@dataclass(frozen=True)
class Choices:
    """`day_seconds`: how long one day of the catalogue takes. `state`: the file that keeps what
    was written, or None to forget it at the end. `content_owner`: the only one that is served;
    None takes any, and none. `token_seconds`: how long a token is good. `faults`: as in POST
    /_sandbox/faults."""

    host: str = "127.0.0.1"
    port: int = 0
    seed: int = 2026
    videos: int = 5000
    day_seconds: float = 86400.0
    state: Path | None = None
    content_owner: str | None = None
    token_seconds: int = 3599
    faults: dict[str, Any] = field(default_factory=dict)
