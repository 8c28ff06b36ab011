"""One run of the intake as a process of its own: the sandbox's URL, the database's, the store."""

from __future__ import annotations

import sys

from catalogtool.core.db import connect
from catalogtool.core.settings import Settings
from catalogtool.core.storage import open_store
from catalogtool.reports.intake import take_in
from catalogtool.youtube.client import YouTube
from catalogtool.youtube.quota import RateLimiter
from tests.youtube.conftest import access_to

if __name__ == "__main__":
    sandbox, database, folder = sys.argv[1:]
    connect(database)
    take_in(
        YouTube(access_to(sandbox), RateLimiter(9500, 0.0)),
        open_store(folder, Settings(_env_file=None)),
    )
