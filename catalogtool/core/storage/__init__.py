"""Files outside the database: one small interface over a local folder and over S3.

`open_store("var/reports", settings)` and `open_store("s3://bucket/reports", settings)` give stores
whose keys look alike (`reports/NAME.csv`), so that a key kept in the database stays valid when an
installation moves from a folder to S3. No other package of the project knows boto3.
"""

from __future__ import annotations

import re
from pathlib import Path

from catalogtool.core.errors import ValidationError
from catalogtool.core.settings import Settings
from catalogtool.core.storage.folder import FolderStore
from catalogtool.core.storage.s3 import S3Store
from catalogtool.core.storage.s3_client import connect
from catalogtool.core.storage.store import Store, StoredFile

__all__ = ["Store", "StoredFile", "open_store"]

_S3_LOCATION = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>.*))?")


def open_store(location: str, settings: Settings) -> Store:
    """The store at a path (made if missing) or at `s3://bucket/prefix` (not contacted yet).

    Keep the answer: it is safe to share between threads, and making an S3 client is slow.
    Raises ValidationError for any other kind of location.
    """
    if match := _S3_LOCATION.fullmatch(location):
        return S3Store(connect(settings), match["bucket"], match["prefix"] or "")
    if not location or "://" in location:
        raise ValidationError(
            f"{location!r} is neither a path nor of the form s3://bucket/prefix.",
            {"location": location},
        )
    return FolderStore(Path(location))
