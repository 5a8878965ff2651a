"""The log: one line of JSON per event on standard error, with ids and numbers, never with words of people or secrets.

An error is told by its type and the places it passed, not by its message: messages quote what was being worked on.
Of what libraries log only the template is kept, for the same reason.
"""

import logging
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

LONGEST = 200  # characters of a value: ids and names of actions are short


def set_up(level: str = "info", stream: TextIO | None = None) -> None:
    """For the whole process; the last call counts."""
    numeric = logging.getLevelNamesMapping()[level.upper()]
    out = stream or sys.stderr
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            places_of_errors,
            short_values,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for handler in root.handlers[:]:
        if isinstance(handler, FromLibraries):
            root.removeHandler(handler)
    root.addHandler(FromLibraries())
    root.setLevel(max(numeric, logging.WARNING))


class FromLibraries(logging.Handler):
    """What libraries log through the standard library, in our form."""

    def emit(self, record: logging.LogRecord) -> None:
        template = str(record.msg).partition("\n")[0]
        facts: dict[str, Any] = {"action": "library", "library": record.name}
        if record.exc_info and record.exc_info[1] is not None:
            facts["exc_info"] = record.exc_info
        structlog.get_logger().log(record.levelno, template, **facts)


def places_of_errors(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """`exc_info` as the type of the error, of what caused it, and the places it passed; and whatever is being dealt
    with, the database's code for it.
    """
    given = event.pop("exc_info", None)
    error = _error(given) if given else None
    dealt_with = error or sys.exception()
    if dealt_with is not None and (code := _code(dealt_with)) is not None:
        event["code"] = code
    if error is not None:
        event["error"] = _types(error)
        event["where"] = _places(error.__traceback__)
    return event


def short_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Whatever is long is no id; a remedy is our own sentence, and it has to arrive whole."""
    for name, value in event.items():
        if isinstance(value, str) and len(value) > LONGEST and name != "remedy":
            event[name] = f"({len(value)} characters)"
    return event


def _error(given: Any) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1] if isinstance(given[1], BaseException) else None
    return sys.exception()


def _types(error: BaseException) -> list[str]:
    return [type(one).__name__ for one in _chain(error)]


def _code(error: BaseException) -> str | None:
    """Such as SQLITE_FULL or PostgreSQL's 53100: it tells an operator what the type doesn't, and no words."""
    for one in _chain(error):
        for name in ("sqlite_errorname", "sqlstate"):
            code = getattr(getattr(one, "orig", None) or one, name, None)
            if isinstance(code, str):
                return code
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """From the one that was raised to the one that began it."""
    following: BaseException | None = error
    for _ in range(5):
        if following is None:
            return
        yield following
        following = following.__cause__ or following.__context__


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-12:]
    return [f"{'/'.join(frame.filename.split('/')[-3:])}:{frame.lineno} {frame.name}" for frame in frames]
