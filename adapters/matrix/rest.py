"""After a 429 the account rests as long as the homeserver said: each further request would only be refused, too."""

from collections.abc import Callable
from typing import TypeVar

from bot.ports import Outcome, TryLater

Found = TypeVar("Found", bound=Outcome | str)


class Rest:
    """Of one kind of request: a homeserver counts messages apart from new rooms. In memory; a restart asks again."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._until = 0.0

    def left(self) -> TryLater | None:
        """What is to be said to whoever comes meanwhile; None: nothing stands in the way."""
        seconds = self._until - self._monotonic()
        return TryLater(seconds=round(seconds, 3), cause="429") if seconds > 0 else None

    def noted(self, found: Found) -> Found:
        """Rests if that is what the homeserver asked for; the longest of its answers counts."""
        if isinstance(found, TryLater) and found.seconds is not None and found.cause == "429":
            self._until = max(self._until, self._monotonic() + found.seconds)
        return found
