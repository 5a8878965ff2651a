"""Everything the core asks of the outside: stores, the unit of work, transports and their outcomes.

All stores seen through one `UnitOfWork` share one transaction. Reads return frozen values; a write is visible to
later reads of the same unit of work. Every instant is aware; stores keep UTC.
"""

from bot.ports.conversation import OVER, Dialogs, Inbox, Question, Questions
from bot.ports.matters import Desk, Enquiries, Introductions, Lessons, Links, Load, Subscriptions, Visits
from bot.ports.people import Accounts, Bodies, Changes, People, Topics
from bot.ports.promises import Agenda, Delivery, DeliveryState, Outbox, Outgoing, Showing
from bot.ports.transports import (
    Capabilities,
    Delivered,
    Drop,
    Outcome,
    Pace,
    StillTrue,
    Transport,
    TryLater,
    Uncertain,
    Undeliverable,
    Verdict,
    Worker,
)
from bot.ports.unit import ERASED, Audit, Conflict, Database, Privacy, Totals, UnitOfWork

__all__ = [
    "ERASED",
    "OVER",
    "Accounts",
    "Agenda",
    "Audit",
    "Bodies",
    "Capabilities",
    "Changes",
    "Conflict",
    "Database",
    "Delivered",
    "Delivery",
    "DeliveryState",
    "Desk",
    "Dialogs",
    "Drop",
    "Enquiries",
    "Inbox",
    "Introductions",
    "Lessons",
    "Links",
    "Load",
    "Outbox",
    "Outcome",
    "Outgoing",
    "Pace",
    "People",
    "Privacy",
    "Question",
    "Questions",
    "Showing",
    "StillTrue",
    "Subscriptions",
    "Topics",
    "Totals",
    "Transport",
    "TryLater",
    "Uncertain",
    "Undeliverable",
    "UnitOfWork",
    "Verdict",
    "Visits",
    "Worker",
]
