"""An application with something of everything in its database, that a test may break."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from sqlalchemy import text

from catalogtool.app import create_app
from catalogtool.auth.service import create_token, create_user
from catalogtool.auth.tokens import hash_of
from catalogtool.core import db
from catalogtool.core.db import unit_of_work
from catalogtool.core.settings import Settings
from tests.browser.sample import sample_report
from tests.catalog.sample_catalogue import insert_samples, make_samples
from tests.clients import PASSWORD
from tests.databases import new_database
from tests.reports.importing import Imports

ADMIN = 1_000_000
# Stands for the one batch of edits, whose id nobody knows before.
A_BATCH = "00000000-0000-0000-0000-000000000001"
SAMPLES = make_samples(5, 40)
CHANGED = b"video_id,video_title,views\nsample00000,Another title,9\nsample00001,,12345\n"

# A task in each status, and an edit that somebody else has crossed.
TASKS = """
    INSERT INTO processing_queue (video_id, task_type, status, lease_id, completed_at, result)
    SELECT video_id, 'metadata_sync', status, lease_id, completed_at, result FROM (VALUES
        (:video_id, 'pending', NULL, NULL::timestamptz, NULL::jsonb),
        (:video_id, 'processing', 1, NULL, NULL),
        (:video_id, 'completed', NULL, now(), '{"found": true, "changes": {}}'),
        (:video_id, 'failed', NULL, now(), NULL)
    ) AS task (video_id, status, lease_id, completed_at, result)"""
CONFLICT = """
    UPDATE pending_edit SET theirs = '"Theirs"', theirs_at = now() WHERE video_id = :video_id"""

# What a test may have taken away from the one who asks.
GIVE_BACK = """
    UPDATE "user" SET active = true WHERE id = :admin;
    INSERT INTO roles_users SELECT :admin, id FROM role ON CONFLICT DO NOTHING;
    INSERT INTO api_token (id, user_id, name, prefix, token_hash)
        OVERRIDING SYSTEM VALUE VALUES (:admin, :admin, 'test', 'cat_', :token_hash)
        ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Site:
    """The application, and the headers of an administrator's program."""

    app: APIFlask
    headers: dict[str, str]
    token_hash: str
    batch_id: str

    def give_back(self) -> None:
        """Undo what an administrator can do to their own rights."""
        with unit_of_work() as session:
            for statement in GIVE_BACK.split(";"):
                values = {"admin": ADMIN, "token_hash": self.token_hash}
                bound = {name: value for name, value in values.items() if f":{name}" in statement}
                session.execute(text(statement), bound)


def make_app() -> APIFlask:
    """The application, which describes itself, but has no database yet."""
    settings = Settings(_env_file=None)
    settings.secret_key = settings.security_password_salt = "only for tests"
    return create_app(settings)


@contextmanager
def open_site(app: APIFlask, server: str, template: str, home: Path) -> Iterator[Site]:
    """Give the application a database and a report store of its own."""
    with new_database(server, template) as url:
        engine = db.connect(url)
        app.config["SETTINGS"].report_store = str(home / "reports")
        _fill(home)
        token = _administrator()
        headers = {"Authorization": f"Bearer {token}"}
        yield Site(app, headers, hash_of(token), _edit_some(app, headers))
        db.engine().dispose()
        engine.dispose()


def known_values() -> dict[str, list[Any]]:
    """By the name of a path's parameter, values of things that are there."""
    return {
        "video_id": [sample["video_id"] for sample in SAMPLES[:5]] + ["sample00000", "sample00001"],
        "report_id": [1, 2, 3, 4],
        "user_id": [1, 2],
        "token_id": [1, 2],
        "record_id": [1, 2, 3],
        "batch_id": [A_BATCH],
        "name": ["Alpha", "a/b", "50% Off", "Channel 1"],
        "task_id": [1, 2, 3, 4],
        "field": ["category", "title"],
    }


def _fill(home: Path) -> None:
    """Videos of odd scripts; imports that ended well, badly and not yet; other users."""
    with unit_of_work() as session:
        insert_samples(session, SAMPLES)
        session.execute(text("SELECT setval(pg_get_serial_sequence('video', 'id'), 1000)"))
        for number in range(2):
            user = create_user(session, f"user{number}@example.com", PASSWORD)
            create_token(session, user, "another's")
    imports = Imports(home)
    imports.run(sample_report(20, rejected=3), "first-2024-01-01.csv")
    imports.run(CHANGED, "second-2024-02-01.csv")
    imports.run(b"not a report", "third.csv")
    imports.queue("reports/first-2024-01-01.csv")
    with unit_of_work() as session:
        session.execute(text(TASKS), {"video_id": SAMPLES[0]["video_id"]})


def _administrator() -> str:
    """The token of an administrator whose ids nobody guesses, so that others are hit first."""
    with unit_of_work() as session:
        for table in ('"user"', "api_token"):
            session.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {ADMIN - 1})")
            )
        return create_token(
            session, create_user(session, "root@example.com", PASSWORD, True), "test"
        )


def _edit_some(app: APIFlask, headers: dict[str, str]) -> str:
    """A batch of edits; its id."""
    edit = {"video_ids": [s["video_id"] for s in SAMPLES[:9]], "changes": {"category": "Edited"}}
    answer = app.test_client().post("/api/videos/bulk-update", json=edit, headers=headers)
    assert answer.status_code == 200, answer.text
    with unit_of_work() as session:
        session.execute(text(CONFLICT), {"video_id": SAMPLES[0]["video_id"]})
    return str((answer.json or {})["batch"]["batch_id"])
