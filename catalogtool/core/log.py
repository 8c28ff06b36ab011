"""Structured logs: one line an event, secrets never in it."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

NOISY = ("alembic", "boto3", "botocore", "procrastinate", "s3transfer", "urllib3", "werkzeug")
SECRET_NAME = re.compile(
    r"password|secret|token|authorization|cookie|api_?key|salt|refresh", re.IGNORECASE
)
SECRET_TEXT = re.compile(
    r"(?P<scheme>\bBearer\s+|\bya29\.|://[^:/@\s]*:)(?P<value>[^\s@,;'\"]+)", re.IGNORECASE
)


def redact(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Replace what may be a secret, by the name of its field or by its shape in a text."""
    for name, value in event.items():
        if name != "event" and SECRET_NAME.search(name):
            event[name] = "***"
        elif isinstance(value, str):
            event[name] = SECRET_TEXT.sub(r"\g<scheme>***", value)
    return event


def configure_logging(level: str = "INFO", style: str | None = "console") -> None:
    """Send our own and all libraries' records through one chain to standard error."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; bind ids once with `structlog.contextvars.bound_contextvars`."""
    return cast("structlog.stdlib.BoundLogger", structlog.get_logger(name))


def bound(**values: Any) -> Any:
    """A context in which every record carries these values (a request id, a report id)."""
    return structlog.contextvars.bound_contextvars(**values)
