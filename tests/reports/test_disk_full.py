"""A disk that fills up under PostgreSQL: a real one, small and mounted for the test."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from catalogtool.core import db
from catalogtool.core.db import unit_of_work
from catalogtool.reports.service import retry
from tests.databases import new_database, open_folder
from tests.reports.importing import Imports, catalogue, fingerprint, leftovers
from tests.reports.reading import table, video_id

MEGABYTES = 2
COLUMNS = ["video_id", "video_title", "channel_display_name"]


def superuser(server: str) -> psycopg.Connection[tuple[str]]:
    """The embedded server has one, with the same password."""
    url = make_url(server).set(username="postgres", database="postgres")
    try:
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)
    except psycopg.OperationalError:
        pytest.skip("only a superuser may use another disk")


@pytest.fixture
def small_disk(server: str) -> Iterator[str]:
    """The name of a tablespace with little room."""
    with open_folder() as folder, superuser(server) as connection:
        data = connection.execute("SHOW data_directory").fetchone()
        if os.geteuid() or data is None or not Path(data[0]).is_dir():
            pytest.skip("only root may mount a small disk, and only beside the server")
        mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder)]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("this machine lets nobody mount a small disk")
        name = f"small_{secrets.token_hex(4)}"
        try:
            place = folder / "tablespace"
            place.mkdir()
            owner = Path(data[0]).stat()
            os.chown(place, owner.st_uid, owner.st_gid)
            connection.execute(f"CREATE TABLESPACE {name} LOCATION '{place}'")
            connection.execute(f"GRANT CREATE ON TABLESPACE {name} TO PUBLIC")
            yield name
            connection.execute(f"DROP TABLESPACE {name}")
        finally:
            subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def cramped(server: str, template: str, small_disk: str, tmp_path: Path) -> Iterator[Imports]:
    """A catalogue whose new tables, those of the staging, come onto the small disk."""
    with new_database(server, template) as url:
        name = make_url(url).database
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} SET default_tablespace = {small_disk}")
        engine = db.connect(url)
        yield Imports(tmp_path)
        engine.dispose()


def titles(count: int) -> str:
    rows = [[video_id(n), f"{n:05}" * 30, "A channel"] for n in range(count)]
    return table([COLUMNS, *rows])


# The file alone is too large; or the file just fits, and what is compared with it does not.
@pytest.mark.parametrize("rows", [20_000, 9_000], ids=["staging", "comparing"])
def test_a_full_disk_is_told_and_harms_nothing(cramped: Imports, rows: int) -> None:
    assert cramped.run(titles(100), "base.csv").status == "completed"
    before = fingerprint()
    report = cramped.run(titles(rows), "large.csv")
    assert report.status == "error"
    assert "no room left" in (report.error_message or "")
    assert fingerprint() == before
    assert leftovers() == []


def test_with_room_again_the_same_report_goes_in(cramped: Imports, server: str) -> None:
    report = cramped.run(titles(20_000), "large.csv")
    assert report.status == "error"
    url = db.engine().url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {make_url(url).database} RESET default_tablespace")
    db.engine().dispose()
    with unit_of_work() as session:
        retry(session, report.id)
    assert cramped.go_on(report.id).status == "completed"
    assert len(catalogue()["video"]) == 20_000
