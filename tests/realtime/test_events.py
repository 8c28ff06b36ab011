"""Real web servers, real sockets: who hears what, and what survives the database."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import socketio
from socketio.exceptions import ConnectionError as SocketRefused
from sqlalchemy import text

from catalogtool.core import db
from catalogtool.core.db import unit_of_work
from catalogtool.core.events import CHANNEL, publish
from tests.realtime.conftest import Page, eventually, login, tell

Open = Callable[..., Page]


def test_every_client_of_every_process_hears_every_committed_event(web: str, pages: Open) -> None:
    cookies = login(web)
    listening: list[Page] = []
    processes: set[int] = set()
    while len(listening) < 6 or len(processes) < 2:
        listening.append(pages(web, cookies))
        processes.add(listening[-1].client.call("request_processor_status")["process"])
        assert len(listening) < 20
    with db.new_session() as session:
        publish(session, "sync_complete", {"video_id": "rolled back"})
        session.rollback()
    for number in range(5):
        tell("sync_complete", video_id=str(number))
    for page in listening:
        eventually(lambda page=page: len(page.of("sync_complete")) == 5)  # type: ignore[misc]
        assert [p["video_id"] for p in page.of("sync_complete")] == list("01234")


def test_pages_hear_from_a_worker_what_the_queue_does(
    web: str, pages: Open, start_worker: Callable[..., object]
) -> None:
    page = pages(web, login(web))
    start_worker(db.engine().url.set(drivername="postgresql").render_as_string(False))
    eventually(lambda: any(status["running"] for status in page.of("processor_status")))
    assert set(page.of("processor_status")[-1]) == {
        "running",
        "tasks_processed",
        "last_activity",
        "queue_length",
    }


def test_nobody_connects_without_a_login(web: str) -> None:
    for headers in ({}, {"Cookie": "session=forged"}):
        reasons: list[object] = []
        client = socketio.Client(reconnection=False)
        client.on("connect_error", reasons.append)
        with pytest.raises(SocketRefused):
            client.connect(web, headers=headers, transports=["websocket"], wait_timeout=10)
        assert reasons == [{"message": "Please log in."}]


def test_no_page_of_another_origin_connects(web: str, pages: Open) -> None:
    with pytest.raises(SocketRefused):
        pages(web, login(web), origin="https://elsewhere.example")
    assert pages(web, login(web), origin=web).client.connected


def test_a_client_gets_answers_and_errors_with_their_code(web: str, pages: Open) -> None:
    user = pages(web, login(web)).client
    admin = pages(web, login(web, "admin@example.com")).client
    assert user.call("request_processor_status")["asked_by"] == "user@example.com"
    assert user.call("cancel_report", {"report_id": 7})["error_code"] == "AUTHORIZATION_ERROR"
    assert admin.call("cancel_report", {"report_id": 7}) == {"status": "success"}
    missing = admin.call("cancel_report", {"report_id": 8})
    assert missing["error_code"] == "REPORT_NOT_FOUND"
    assert missing["details"] == {"report_id": 8}
    assert admin.call("cancel_report", "7")["error_code"] == "VALIDATION_ERROR"


def test_a_deactivated_user_is_refused_and_thrown_out(web: str, pages: Open) -> None:
    asking = pages(web, login(web, "leaver@example.com")).client
    listening = pages(web, login(web, "listener@example.com")).client
    other = pages(web, login(web)).client
    with unit_of_work() as session:
        session.execute(text("""UPDATE "user" SET active = false WHERE email ~ '^l'"""))
    answer = asking.call("request_processor_status")
    assert answer["error_code"] == "AUTHENTICATION_ERROR"
    eventually(lambda: not asking.connected and not listening.connected)
    assert other.connected


def test_malformed_messages_are_dropped_and_the_next_one_arrives(web: str, pages: Open) -> None:
    page = pages(web, login(web))
    for message in ("", "{", "[1]", '["connect", {}]', '["video_update", 1]', "null"):
        with unit_of_work() as session:
            session.execute(text("SELECT pg_notify(:c, :m)"), {"c": CHANNEL, "m": message})
    tell("video_update", video_ids=["x"], source="test")
    eventually(lambda: page.of("video_update") != [])
    assert [event for event, _, _ in page.heard] == ["video_update"]


def test_a_burst_of_progress_is_thinned_and_its_last_word_is_told(web: str, pages: Open) -> None:
    page = pages(web, login(web))
    began = time.monotonic()
    number = 0
    while time.monotonic() - began < 1:
        number += 1
        tell("report_status_update", report_id=1, status="processing", number=number)
    tell("report_status_update", report_id=1, status="completed", number=number)
    eventually(lambda: page.of("report_status_update")[-1:] != [])
    eventually(lambda: page.of("report_status_update")[-1]["status"] == "completed")
    told = page.of("report_status_update")
    assert told[-2]["number"] == number
    assert 5 <= len(told) <= 7
    assert [p["number"] for p in told] == sorted(p["number"] for p in told)
