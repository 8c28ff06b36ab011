"""The schema: up, down and up again, equal to the models, and safe with two at once."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError

from catalogtool.core import migrate
from catalogtool.core.migrate import alembic_config, downgrade, upgrade
from tests.databases import new_database
from tools.lint_migrations import ARGUMENTS, SQUAWK

# Everything that a migration can make, by kind and name.
OBJECTS = """
SELECT 'relation', n.nspname, c.relname, c.relkind::text FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('public', 'staging') AND c.relname <> 'alembic_version'
      AND c.relname <> 'alembic_version_pkc'
UNION ALL SELECT 'schema', nspname, '', '' FROM pg_namespace WHERE nspname = 'staging'
UNION ALL SELECT 'function', n.nspname, p.oid::regprocedure::text, '' FROM pg_proc p
    JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname IN ('public', 'staging') AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
UNION ALL SELECT 'type', n.nspname, t.typname, '' FROM pg_type t
    JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE n.nspname IN ('public', 'staging') AND t.typname NOT LIKE '%alembic%'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e')
ORDER BY 1, 2, 3
"""
COLUMNS = """
SELECT a.attrelid::regclass::text, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       pg_get_expr(d.adbin, d.adrelid)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY 1, 2
"""


@pytest.fixture
def empty(server: str) -> Iterator[str]:
    """The URL of a database without anything."""
    with new_database(server) as url:
        yield url


def seen(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def test_up_down_and_up_again(empty: str) -> None:
    nothing = seen(empty, OBJECTS)
    upgrade(empty)
    objects, columns = seen(empty, OBJECTS), seen(empty, COLUMNS)
    assert ("relation", "public", "video", "r") in objects
    downgrade(empty)
    assert seen(empty, OBJECTS) == nothing
    upgrade(empty)
    assert seen(empty, OBJECTS) == objects
    assert seen(empty, COLUMNS) == columns


def test_each_step_can_be_taken_back_alone(empty: str) -> None:
    scripts = ScriptDirectory.from_config(alembic_config(empty))
    revisions = [script.revision for script in scripts.walk_revisions()][::-1]
    for before, revision in zip([None, *revisions], revisions, strict=False):
        known = seen(empty, OBJECTS)
        upgrade(empty, revision)
        downgrade(empty, before or "base")
        assert seen(empty, OBJECTS) == known, revision
        upgrade(empty, revision)


def test_models_and_migrations_are_equal(empty: str) -> None:
    upgrade(empty)
    command.check(alembic_config(empty))


def test_two_upgrades_at_once_take_turns(empty: str) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        # A process of its own, as in real life: Alembic's context is one for each process.
        program = "import sys; from catalogtool.core.migrate import upgrade; upgrade(sys.argv[1])"
        done = subprocess.run(
            [sys.executable, "-c", program, empty], capture_output=True, check=False
        )
        if done.returncode:
            failures.append(AssertionError(done.stderr.decode()))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    command.check(alembic_config(empty))


@pytest.fixture
def locking(empty: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection[Any]]:
    """Another one, who locks a table while the last migration is yet to be applied."""
    upgrade(empty)
    downgrade(empty, "-1")
    for name, value in {"LOCK_TIMEOUT": "50ms", "PAUSE": 0.05}.items():
        monkeypatch.setattr(migrate, name, value)
    with psycopg.connect(empty) as other:
        other.execute("LOCK TABLE alembic_version")
        yield other


def test_an_upgrade_tries_again_while_others_lock_a_table(
    empty: str, locking: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def let_go(event: str, **_: object) -> None:
        tried.append(event)
        if len(tried) == 3:
            locking.rollback()

    monkeypatch.setattr(migrate.log, "warning", let_go)
    upgrade(empty)
    assert len(tried) == 3
    command.check(alembic_config(empty))


@pytest.mark.usefixtures("locking")
def test_an_upgrade_gives_up_while_a_table_stays_locked(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "TRIES", 3)
    with pytest.raises(OperationalError, match="lock timeout"):
        upgrade(empty)


def test_the_linter_objects_to_a_lock_that_is_held_for_long() -> None:
    bad = "ALTER TABLE video ADD COLUMN x int NOT NULL; CREATE INDEX i ON video (title);"
    done = subprocess.run(
        [SQUAWK, *ARGUMENTS], input=bad, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "require-concurrent-index-creation" in done.stdout + done.stderr


def test_no_migration_holds_a_lock_for_long() -> None:
    linter = Path(__file__).parents[1] / "tools" / "lint_migrations.py"
    done = subprocess.run(
        [sys.executable, str(linter)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
