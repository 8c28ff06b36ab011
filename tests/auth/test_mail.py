"""Mails: sent by SMTP where there is a server; a broken server costs the mail, not the page."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from apiflask import APIFlask

from catalogtool.app import create_app
from catalogtool.auth.service import create_user
from catalogtool.core.db import unit_of_work
from catalogtool.core.settings import Settings
from tests.clients import PASSWORD, new_client


@contextmanager
def smtp_server() -> Iterator[tuple[int, list[str]]]:
    """The least of a mail server: takes one message and keeps its lines."""
    lines: list[str] = []

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb") as file:
            in_data = False

            def say(text: bytes) -> None:
                file.write(text + b"\r\n")
                file.flush()

            say(b"220 ready")
            for raw in file:
                line = raw.decode().rstrip("\r\n")
                if in_data:
                    lines.append(line)
                    if line == ".":
                        in_data = False
                        say(b"250 kept")
                elif line == "data":
                    in_data = True
                    say(b"354 go on")
                elif line == "quit":
                    say(b"221 bye")
                    return
                else:
                    say(b"250 fine")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], lines
        thread.join(5)


def with_mail(settings: Settings, database: str, port: int) -> APIFlask:
    settings.database_url = database
    settings.mail_server = "127.0.0.1"
    settings.mail_port = port
    return create_app(settings)


def test_the_reset_link_is_mailed_and_not_logged(
    database: str, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with smtp_server() as (port, lines):
        app = with_mail(settings, database, port)
        with unit_of_work() as session:
            create_user(session, "ann@example.com", PASSWORD)
        answer = new_client(app).post("/reset", json={"email": "ann@example.com"})
    assert answer.status_code == 200
    text = "\n".join(lines)
    assert "To: ann@example.com" in text
    assert "/reset/" in text
    logged = capsys.readouterr()
    assert "/reset/" not in logged.out + logged.err


def test_a_mail_server_that_is_gone_does_not_break_the_page(
    database: str, settings: Settings
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    app = with_mail(settings, database, port)
    with unit_of_work() as session:
        create_user(session, "ann@example.com", PASSWORD)
    answer = new_client(app).post("/reset", json={"email": "ann@example.com"})
    assert answer.status_code == 200
