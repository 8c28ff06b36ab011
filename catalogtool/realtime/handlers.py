"""What a page may ask over its socket; who answers is wired by the application.

The packages that answer stand beside this one and may not be imported here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from flask_login import current_user

from catalogtool.auth.policy import Need, require
from catalogtool.core.errors import AppException, ValidationError
from catalogtool.core.log import get_logger
from catalogtool.realtime.pace import Message

log = get_logger(__name__)

CLIENT_EVENTS = ("request_processor_status", "cancel_report")

Answer = Callable[[dict[str, Any]], dict[str, Any]]


class _Wired(NamedTuple):
    function: Answer
    need: Need


_answers: dict[str, _Wired] = {}
_resumes: list[Callable[[], Iterable[Message]]] = []


def on_client_event(name: str, function: Answer, need: Need = "login") -> None:
    """Let `function(payload)` answer this event; what it returns is the acknowledgement.

    It runs in a request context of the client, whose `current_user` has the right `need`. It opens
    its own `unit_of_work`; an AppException becomes `{"status": "error", "error_code", …}`.
    """
    if name not in CLIENT_EVENTS:
        raise ValueError(f"pages send no event named {name}")
    _answers[name] = _Wired(function, need)


def on_resume(function: Callable[[], Iterable[Message]]) -> None:
    """Let `function()` give the events that bring pages up to date after a loss of the database."""
    _resumes.append(function)


def resume() -> list[Message]:
    """All that pages must hear after a gap: whatever they show may be old."""
    messages: list[Message] = [("video_update", {"video_ids": [], "source": "resume"})]
    for function in _resumes:
        messages.extend(function())
    return messages


def answer(name: str, payload: object) -> dict[str, Any]:
    """Answer a client's event; every failure is an answer too."""
    try:
        wired = _answers[name]
        require(wired.need, current_user)
        return _plain(wired.function(_checked(payload)))
    except AppException as error:
        return _failure(error)
    except Exception:
        log.exception("client_event_failed", client_event=name)
        return _failure(AppException())


def _checked(payload: object) -> dict[str, Any]:
    if payload is None:
        return {}
    if not isinstance(payload, dict):
        raise ValidationError("The payload must be an object.")
    return payload


def _failure(error: AppException) -> dict[str, Any]:
    return {
        "status": "error",
        "error_code": error.code,
        "message": error.message,
        "details": error.details,
    }


def _plain(result: dict[str, Any]) -> dict[str, Any]:
    """The answer in JSON's own types; times as everywhere in the API."""
    plain: dict[str, Any] = json.loads(json.dumps(result, default=_text))
    return plain


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)
