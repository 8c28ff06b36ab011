"""The embedded server: made once, reused, found again after any kind of end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from catalogtool.core import postgres
from catalogtool.core.postgres_account import Account
from catalogtool.core.postgres_programs import Programs
from catalogtool.core.postgres_tuning import settings_for_machine
from tests.databases import CARELESS, open_folder

MODES: tuple[postgres.StopMode, ...] = ("fast", "immediate")
PAGES_IN_MEMORY = """SELECT count(*) FROM pg_buffercache
    WHERE relfilenode = pg_relation_filenode('kept') AND relforknumber = 0"""


@pytest.fixture
def home() -> Iterator[Path]:
    with open_folder() as folder:
        home = folder / "a home with spaces"
        home.mkdir()
        home.chmod(0o755)
        yield home
        postgres.stop(home, "immediate")


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
        return row[0] if row else None


def postmaster(home: Path) -> int:
    return int((home / "postgres/data/postmaster.pid").read_text().split()[0])


def as_superuser(url: str) -> str:
    return make_url(url).set(username=postgres.SUPERUSER).render_as_string(hide_password=False)


def wait_for_pages(url: str, pages: object, seconds: float = 20) -> None:
    """Wait until so many pages of the table `kept` are in the server's memory."""
    end = time.monotonic() + seconds
    while (found := ask(as_superuser(url), PAGES_IN_MEMORY)) != pages:
        assert time.monotonic() < end, f"{found} of {pages} pages"
        time.sleep(0.05)


def test_letters_of_every_script_are_searched_and_ordered_by_bytes(home: Path) -> None:
    url = postgres.start(home, CARELESS)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
    for title in ("漢字カナ", "Привет", "สวัสดี", "مرحبا"):
        assert ask(url, f"SELECT show_trgm('{title}') <> '{{}}'"), title
    assert ask(url, "SELECT lower('ПРИВЕТ ÀÉ')") == "привет àé"
    assert ask(url, "SELECT 'Z' < 'a' AND 'a' < 'é'")
    assert ask(url, "SHOW data_checksums") == "on"


def test_a_running_server_is_reused_and_a_stopped_one_keeps_its_data_and_port(home: Path) -> None:
    url = postgres.start(home, CARELESS)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (value integer)")
    first = postmaster(home)
    assert postgres.start(home) == url
    assert postmaster(home) == first
    postgres.stop(home)
    postgres.stop(home)
    assert postgres.start(home, CARELESS) == url
    assert ask(url, "SELECT count(*) FROM kept") == 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGQUIT])
def test_a_killed_server_is_started_again(home: Path, number: signal.Signals) -> None:
    url = postgres.start(home, CARELESS)
    killed = postmaster(home)
    os.kill(killed, number)
    while Path(f"/proc/{killed}").exists():
        time.sleep(0.01)
    assert ask(postgres.start(home, CARELESS), "SELECT 1") == 1
    assert ask(url, "SELECT 1") == 1


def test_a_process_id_taken_by_another_program_is_no_server(home: Path) -> None:
    postgres.start(home, CARELESS)
    pid_file = home / "postgres/data/postmaster.pid"
    lines = pid_file.read_text().splitlines()
    postgres.stop(home)
    pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
    owner = pid_file.parent.stat()
    os.chown(pid_file, owner.st_uid, owner.st_gid)
    assert ask(postgres.start(home, CARELESS), "SELECT 1") == 1


def test_a_half_made_data_directory_is_made_anew(home: Path) -> None:
    rest = home / "postgres/data.new"
    rest.mkdir(parents=True)
    (rest / "PG_VERSION").write_text("18")
    assert ask(postgres.start(home, CARELESS), "SELECT 1") == 1


def test_two_servers_run_at_once(home: Path) -> None:
    other = home.parent / "other"
    urls = {postgres.start(home, CARELESS), postgres.start(other, CARELESS)}
    try:
        assert len(urls) == 2
        assert [ask(url, "SELECT 1") for url in urls] == [1, 1]
    finally:
        postgres.stop(other, "immediate")


def test_what_was_in_memory_is_there_again_after_a_start(home: Path) -> None:
    warmed = {**CARELESS, "pg_prewarm.autoprewarm": "on"}
    url = postgres.start(home, warmed)
    with psycopg.connect(as_superuser(url)) as connection:
        connection.execute("CREATE EXTENSION pg_buffercache")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 5000) AS value")
    pages = ask(url, "SELECT pg_relation_size('kept') / 8192")
    # After a crash, what the stop before it had noted.
    for mode in MODES:
        postgres.stop(home, mode)
        assert postgres.start(home, warmed) == url
        wait_for_pages(url, pages)


def test_a_build_without_the_library_that_warms_is_not_told_to_load_it(tmp_path: Path) -> None:
    programs = Programs(tmp_path / "bin", Account.for_data(tmp_path))
    assert "shared_preload_libraries" not in settings_for_machine(tmp_path, programs)


def test_the_last_user_stops_the_server(home: Path) -> None:
    with postgres.running(home):
        with postgres.running(home) as url:
            pass
        assert ask(url, "SELECT 1") == 1
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_secrets_are_readable_by_the_owner_only(home: Path) -> None:
    postgres.start(home, CARELESS)
    assert (home / "postgres/password").stat().st_mode & 0o077 == 0
    assert (home / "postgres/data").stat().st_mode & 0o077 == 0


def test_a_server_that_cannot_start_says_why(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "START_ATTEMPTS", 1)
    with pytest.raises(postgres.EmbeddedPostgresError, match="shared_buffers"):
        postgres.start(home, {**CARELESS, "shared_buffers": "plenty"})
