"""What a worker has in hand: its leases, and how many parts of each are still to be ended."""

from __future__ import annotations

import threading


class Hand:
    """Counts the parts of leases; used by several threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._parts: dict[int, int] = {}

    def take(self, lease_id: int) -> None:
        """A new lease, or one part more of it."""
        with self._changed:
            self._parts[lease_id] = self._parts.get(lease_id, 0) + 1

    def put_down(self, lease_id: int) -> None:
        """One part less; without any the lease is not ours to renew."""
        with self._changed:
            left = self._parts.get(lease_id, 0) - 1
            if left > 0:
                self._parts[lease_id] = left
            else:
                self._parts.pop(lease_id, None)
            self._changed.notify_all()

    def drop(self, lease_ids: set[int]) -> None:
        """These are gone, whatever parts of them are under way."""
        with self._changed:
            for lease_id in lease_ids:
                self._parts.pop(lease_id, None)
            self._changed.notify_all()

    def leases(self) -> set[int]:
        """Those that are to be renewed."""
        with self._changed:
            return set(self._parts)

    def size(self) -> int:
        """Parts of all leases."""
        with self._changed:
            return sum(self._parts.values())

    def wait_until_empty(self, seconds: float) -> bool:
        """Whether everything has been put down within this time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._parts, seconds)
