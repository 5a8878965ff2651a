"""A server that doesn't answer is left alone for a while, so that messages to it don't take the place of others.

Per process and in memory: another process finds out by itself, and a restart asks again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.kinds import Kind
from bot.ports import Delivery, Outcome, TryLater, Uncertain

PATIENCE = 3  # messages in a row without an answer
FIRST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=15)


@dataclass(slots=True)
class _Server:
    failures: int = 0
    rest: timedelta = FIRST_REST
    until: datetime | None = None


class Servers:
    """By platform and the recipient's domain: a tenant, a homeserver."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], _Server] = {}

    def resting(self, delivery: Delivery, now: datetime) -> timedelta | None:
        """How long still; None: try it. When the rest is over one message tries, and the others wait for what it finds.

        Who has just written can be reached: their answer is always tried.
        """
        if delivery.server is None or delivery.kind is Kind.ANSWER:
            return None
        server = self._known.get(_key(delivery))
        if server is None or server.until is None:
            return None
        if now < server.until:
            return server.until - now
        server.rest = min(LONGEST_REST, server.rest * 2)
        server.until = now + server.rest
        return None

    def heard(self, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """A wait that the platform named is an answer; a time-out or a gateway's error is none."""
        if delivery.server is None:
            return
        key = _key(delivery)
        if not isinstance(outcome, Uncertain) and not (isinstance(outcome, TryLater) and outcome.seconds is None):
            self._known.pop(key, None)
            return
        server = self._known.setdefault(key, _Server())
        server.failures += 1
        if server.failures >= PATIENCE and server.until is None:
            server.until = now + server.rest


def _key(delivery: Delivery) -> tuple[str, str]:
    return delivery.platform, delivery.server or ""
