"""What is expected to go wrong on the command line, in words and with its exit code; everything else is a bug."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from adapters.app import Unfit
from adapters.chat import BackInTime
from adapters.commands.whom import Nobody
from adapters.rows import BadFile
from bot.turn import Refusal
from bot.words import Words
from storage.backup import Unusable
from storage.engine import DatabaseInUse
from storage.migrate import NewerDatabase

FAILED, MISUSED = 1, 2


def in_words(error: BaseException) -> tuple[str, int] | None:
    """None for what nobody expected."""
    match error:
        case BaseExceptionGroup(exceptions=(single,)):
            return in_words(single)
        case BackInTime():
            return str(error), MISUSED
        case Refusal(key=key, values=values):
            return Words("en")(key, **values), FAILED
        case BadFile():
            return f"nothing was taken from the file:\n{error}", FAILED
        case Unfit() | Nobody() | Unusable() | DatabaseInUse() | NewerDatabase():
            return str(error), FAILED
        case OperationalError() | InterfaceError() | DBAPIError() | ConnectionError():
            return (
                f"the database can't be used ({_cause(error)}): check LOTSE_DATABASE_URL, then run `lotse doctor`",
                FAILED,
            )
        case OSError():
            where = f" {error.filename}" if error.filename else ""
            return f"it can't be done{where}: {error.strerror or type(error).__name__}", FAILED
        case _:
            return None


def _cause(error: BaseException) -> str:
    """The kind alone: the words may hold a password."""
    return type(getattr(error, "orig", None) or error).__name__
