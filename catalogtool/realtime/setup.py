"""Socket.IO on the Flask application: who may connect, what they hear, what they may ask."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Flask, request
from flask_login import current_user
from flask_socketio import ConnectionRefusedError as Refusal
from flask_socketio import SocketIO, join_room
from sqlalchemy.exc import SQLAlchemyError

from catalogtool.auth.policy import require
from catalogtool.core.db import engine, unit_of_work
from catalogtool.core.errors import AuthenticationError
from catalogtool.core.log import get_logger
from catalogtool.realtime.audience import Audience
from catalogtool.realtime.forwarder import Forwarder
from catalogtool.realtime.handlers import CLIENT_EVENTS, answer, resume

log = get_logger(__name__)

LISTENERS = "listeners"
LISTEN_WAIT_SECONDS = 2.0
LARGEST_CLIENT_MESSAGE = 16_384


def init_realtime(app: Flask, *, check_seconds: float = 10.0) -> SocketIO:
    """Serve `/socket.io` with this application; call it after `init_auth`.

    Starts nothing by itself: the first client of each process starts its listening thread.
    Every `check_seconds`, clients whose login has ended are disconnected. Only pages of our own
    origin may connect, as Engine.IO checks by default.
    """
    socketio = SocketIO(
        app,
        async_mode="threading",
        transports=["websocket"],
        max_http_buffer_size=LARGEST_CLIENT_MESSAGE,
    )
    audience = Audience()
    forwarder = Forwarder(
        url=_database_url,
        emit=partial(socketio.emit, to=LISTENERS),
        resume=resume,
        idle=partial(_drop_expired, socketio, audience),
        idle_seconds=check_seconds,
    )
    app.extensions["event_forwarder"] = forwarder
    socketio.on_event("connect", partial(_connect, audience, forwarder))
    socketio.on_event("disconnect", partial(_disconnect, audience))
    for name in CLIENT_EVENTS:
        socketio.on_event(name, partial(_client_event, name))
    return socketio


def _connect(audience: Audience, forwarder: Forwarder, _auth: object = None) -> None:
    """Let a logged-in page in; once it is, it misses no event."""
    try:
        require("login", current_user)
        login = current_user.fs_uniquifier
    except AuthenticationError as error:
        raise Refusal(error.message) from None
    except SQLAlchemyError:
        raise Refusal("The database does not answer.") from None
    forwarder.ensure_listening(LISTEN_WAIT_SECONDS)
    audience.join(_socket(), login)
    join_room(LISTENERS)


def _disconnect(audience: Audience, _reason: object = None) -> None:
    audience.leave(_socket())


def _client_event(name: str, payload: object = None, *_more: object) -> dict[str, Any]:
    return answer(name, payload)


def _drop_expired(socketio: SocketIO, audience: Audience) -> None:
    with unit_of_work() as session:
        expired = audience.expired(session)
    for socket in expired:
        log.info("socket_of_ended_login_closed")
        socketio.server.disconnect(socket)
        audience.leave(socket)


def _socket() -> str:
    return str(request.sid)  # type: ignore[attr-defined]


def _database_url() -> str:
    url = engine().url.set(drivername="postgresql")
    return url.render_as_string(hide_password=False)
