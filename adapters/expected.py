"""What is expected to go wrong on the command line, in words and with its exit code; everything else is a bug."""

from sqlalchemy.exc import DBAPIError

from adapters.app import Unfit
from adapters.chat import BackInTime
from adapters.commands.whom import Nobody
from adapters.rows import BadFile
from bot.ports import Conflict
from bot.turn import Refusal
from bot.words import Words
from storage.backup import Unusable
from storage.engine import DatabaseInUse
from storage.migrate import NewerDatabase
from storage.objections import explained

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
        case Conflict():
            return "somebody else is writing in the database: try again", FAILED
        case DBAPIError() | ConnectionError():
            reason, remedy = explained(error)
            return f"the database can't be used ({reason}): {remedy}; `lotse doctor` looks at everything", FAILED
        case OSError():
            where = f"{error.filename}: " if error.filename else ""
            reason = error.strerror or type(error).__name__
            return f"it can't be done ({where}{reason}): give a path that can be read and written", FAILED
        case _:
            return None
