"""Who listens in this process, and whether they still may."""

from __future__ import annotations

import threading

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogtool.auth.models import User


class Audience:
    """The sockets of this process and the login (`fs_uniquifier`) behind each."""

    def __init__(self) -> None:
        self._logins: dict[str, str] = {}
        self._lock = threading.Lock()

    def join(self, socket: str, login: str) -> None:
        """A page has connected."""
        with self._lock:
            self._logins[socket] = login

    def leave(self, socket: str) -> None:
        """A page has gone."""
        with self._lock:
            self._logins.pop(socket, None)

    def expired(self, session: Session) -> list[str]:
        """Sockets whose user was deactivated, removed, or logged out everywhere."""
        with self._lock:
            logins = dict(self._logins)
        if not logins:
            return []
        asked = select(User.fs_uniquifier).where(
            User.active, User.fs_uniquifier.in_(set(logins.values()))
        )
        valid = set(session.scalars(asked))
        return [socket for socket, login in logins.items() if login not in valid]
