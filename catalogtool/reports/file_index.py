"""A short memory of what lies in the report store, so that a page of it costs no listing.

S3 lists by key only, a thousand at a time: "the newest 25" of 100,000 objects means a hundred
requests, far too many for each click. So every process keeps one compact, sorted snapshot, and
every request of that process reads its page from it.

How old it may be: two seconds, or ten times what the last listing took, whichever is more. A
store that is quick to list is listed again by the request that finds the snapshot old; a slow one
is listed again in the background while requests still get the old snapshot. Only one listing runs
at a time. What this process uploads is added at once, so that users always find their own upload.
"""

from __future__ import annotations

import threading
import time

from catalogtool.core.errors import AppException
from catalogtool.core.log import get_logger
from catalogtool.core.storage import Store, StoredFile
from catalogtool.reports.file_names import REPORT_SUFFIXES
from catalogtool.reports.file_snapshot import Snapshot

MIN_AGE_SECONDS = 2.0
AGE_PER_SECOND_OF_LISTING = 10.0
PATIENCE_SECONDS = 0.5

log = get_logger(__name__)
_indexes: dict[str, FileIndex] = {}


def index_of(store: Store) -> FileIndex:
    """The one index that this process keeps of the store."""
    return _indexes.get(store.location) or _indexes.setdefault(store.location, FileIndex(store))


class FileIndex:
    """The latest snapshot of one store and the rules of its renewal."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._listing = threading.Lock()
        self._change = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._read_at = self._took = 0.0
        self._uploads: list[tuple[float, StoredFile]] = []

    def snapshot(self) -> Snapshot:
        """What lies in the store, as recent as said above; S3ProcessingError if unknown."""
        known = self._snapshot
        if known and self._is_fresh():
            return known
        if known and self._took > PATIENCE_SECONDS:
            if self._listing.acquire(blocking=False):
                threading.Thread(target=self._renew_in_background, daemon=True).start()
            return known
        with self._listing:
            known = self._snapshot  # a request that waited for the lock finds it renewed
            return known if known and self._is_fresh() else self._renew()

    def add(self, file: StoredFile) -> None:
        """Show an upload at once, and also in a listing that began before it."""
        with self._change:
            self._uploads.append((time.monotonic(), file))
            if self._snapshot:
                self._snapshot = self._snapshot.with_file(file)

    def _is_fresh(self) -> bool:
        allowed = max(MIN_AGE_SECONDS, AGE_PER_SECOND_OF_LISTING * self._took)
        return time.monotonic() - self._read_at < allowed

    def _renew(self) -> Snapshot:
        began = time.monotonic()
        snapshot = Snapshot.of(self._store.list(REPORT_SUFFIXES))
        with self._change:
            self._uploads = [upload for upload in self._uploads if upload[0] >= began]
            for _, file in self._uploads:
                snapshot = snapshot.with_file(file)
            self._read_at = time.monotonic()
            self._took = self._read_at - began
            self._snapshot = snapshot
        return snapshot

    def _renew_in_background(self) -> None:
        try:
            self._renew()
        except AppException as error:
            # The next request lists the store itself and meets the error that its user must see.
            log.warning("report_store_listing_failed", reason=error.message)
            self._snapshot = None
        finally:
            self._listing.release()
