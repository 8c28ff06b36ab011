"""The database goes away and comes back while pages are open."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from catalogtool.core import db, postgres
from catalogtool.core.migrate import upgrade
from tests.databases import CARELESS, open_folder
from tests.realtime.conftest import Page, add_users, eventually, login, served, tell

Open = Callable[..., Page]


def test_events_go_on_after_a_crash_of_postgresql(pages: Open, tmp_path: Path) -> None:
    with open_folder() as home:
        url = postgres.start(home, CARELESS)
        try:
            upgrade(url)
            engine = db.connect(url)
            add_users()
            with served(url, tmp_path) as address:
                page = pages(address, login(address))
                postgres.stop(home, "immediate")
                time.sleep(0.5)
                assert postgres.start(home, CARELESS) == url
                eventually(lambda: page.of("report_status_update") != [])
                assert page.of("report_status_update")[0]["status"] == "from resume"
                assert page.of("video_update") == [{"video_ids": [], "source": "resume"}]
                tell("sync_complete", video_id="after")
                eventually(lambda: page.of("sync_complete") == [{"video_id": "after"}])
            engine.dispose()
        finally:
            postgres.stop(home, "immediate")
