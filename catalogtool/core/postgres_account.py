"""Who runs the embedded server, and where: PostgreSQL refuses to run as root."""

from __future__ import annotations

import os
import pwd
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

CANDIDATES = ("postgres", "nobody")
SHELTER = Path("/var/lib/catalogtool")


@dataclass(frozen=True)
class Account:
    """A system account; `switch` tells whether we are root and must become it."""

    uid: int
    gid: int
    switch: bool

    @classmethod
    def for_data(cls, data: Path) -> Self:
        """The owner of existing data; for root's own, the machine's postgres or nobody."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), switch=False)
        owner = data.stat().st_uid
        entry = pwd.getpwuid(owner) if owner else _unprivileged()
        return cls(entry.pw_uid, entry.pw_gid, switch=True)

    def own(self, *paths: Path) -> None:
        """Hand these files over to the account."""
        if self.switch:
            for path in paths:
                os.chown(path, self.uid, self.gid)

    def reaches(self, path: Path) -> bool:
        """Whether the account may enter this folder (or execute this file) and all above it."""
        whole = path.resolve()
        return not self.switch or all(self._may_enter(p.stat()) for p in (whole, *whole.parents))

    def _may_enter(self, found: os.stat_result) -> bool:
        if found.st_uid == self.uid:
            return bool(found.st_mode & 0o100)
        return bool(found.st_mode & (0o010 if found.st_gid == self.gid else 0o001))


def place_for_data(base: Path, account: Account) -> Path:
    """The folder itself, or a new one in the shelter if the account can't reach it (/root)."""
    if account.reaches(base):
        return base
    shelter().mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="postgres-", dir=shelter()))
    place.chmod(0o755)
    return place


def shelter() -> Path:
    """Where root keeps what its unprivileged server could not reach at its proper place."""
    SHELTER.mkdir(parents=True, exist_ok=True)
    SHELTER.chmod(0o755)
    return SHELTER


def _unprivileged() -> pwd.struct_passwd:
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in CANDIDATES if name in known)
