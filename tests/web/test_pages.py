"""What a page offers depends on who looks, and it always says who plays YouTube."""

from __future__ import annotations

from apiflask import APIFlask

from catalogtool.core.settings import Settings
from tests.clients import session_of

FOR_ADMINISTRATORS = ("data-pause", "data-sync-everything", "data-retry-failed")
LABEL = "YouTube is played by this machine"


def test_only_administrators_are_offered_what_only_they_may_do(app: APIFlask) -> None:
    seen = session_of(app, "ann@example.com").get("/sync")
    assert seen.status_code == 200
    assert not [mark for mark in FOR_ADMINISTRATORS if mark in seen.text]
    seen = session_of(app, "admin@example.com", admin=True).get("/sync")
    assert not [mark for mark in FOR_ADMINISTRATORS if mark not in seen.text]


def test_a_sandbox_is_called_one_on_every_page(app: APIFlask, settings: Settings) -> None:
    client = session_of(app, "admin@example.com", admin=True)
    pages = ("/", "/reports", "/changes", "/sync", "/channels", "/admin", "/change", "/api/docs")
    for path in pages:
        assert LABEL in client.get(path).text, path
    settings.client_id = "a real one"
    for path in pages:
        assert LABEL not in client.get(path).text, path
