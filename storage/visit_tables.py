"""The part of the schema that is about visits."""

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, Table, Text, Time

from bot.lessons import Approval, Level
from bot.visit_states import VisitState
from storage.columns import Erase, Holds, Instant, Keep, OneOf, Tags, Words, column, metadata

_t = Tags("planning a visit of two people", Keep.CLOSED_12_MONTHS)
visits = Table(
    "visits",
    metadata,
    column("serial", Integer, _t.inner(), primary_key=True),  # the order among those of the same instant
    column("key", Text, _t.inner(), unique=True),
    column("guest", Text, _t.subject(), ForeignKey("people.key")),
    column("host", Text, _t.other(Erase.MARK, holds=Holds.PERSON)),
    column("body", Text, _t.own(), null=True),
    column("topic", Text, _t.own(), null=True),
    column("guests", Integer, _t.own()),
    column("questions", Words, _t.own()),
    column("place", Text, _t.other(Erase.BLANK, "guest", "host"), null=True),
    column("state", OneOf(VisitState), _t.own()),
    column("first", Date, _t.own()),
    column("last", Date, _t.own()),
    column("starts", Time, _t.own(), null=True),
    column("ends", Time, _t.own(), null=True),
    column("new_first", Date, _t.own(), null=True),
    column("new_last", Date, _t.own(), null=True),
    column("new_starts", Time, _t.own(), null=True),
    column("new_ends", Time, _t.own(), null=True),
    column("proposed_by", Text, _t.inner(), null=True),
    column("sequence", Integer, _t.inner()),
    column("created_at", Instant, _t.own()),
    column("closed_at", Instant, _t.own(), null=True),
    Index("ix_visits_guest", "guest"),
    Index("ix_visits_host", "host"),
)

visit_steps = Table(
    "visit_steps",
    metadata,
    column("id", Integer, _t.inner(), primary_key=True),
    column("visit", Text, _t.inner(), ForeignKey("visits.key", ondelete="CASCADE"), index=True),
    column("at", Instant, _t.inner()),
    column("event", Text, _t.inner()),
    column("by", Text, _t.inner()),
    column("first", Date, _t.inner()),
    column("starts", Time, _t.inner(), null=True),
    column("ends", Time, _t.inner(), null=True),
)

_t = Tags("what somebody took along from a visit", Keep.PROFILE)
lessons = Table(
    "lessons",
    metadata,
    column("serial", Integer, _t.inner(), primary_key=True),
    column("key", Text, _t.inner(), unique=True),
    column("author", Text, _t.subject(), ForeignKey("people.key"), index=True),
    column("visit", Text, _t.inner(), null=True),
    column("topic", Text, _t.own("author"), null=True),
    column("text", Text, _t.own("author"), null=True),
    column("at", Instant, _t.own("author")),
    column("place", Text, _t.own("author", "approver"), null=True),
    column("visited_on", Date, _t.own("author"), null=True),
    column("level", OneOf(Level), _t.own("author", "approver")),
    column("shown", Text, _t.own("author", "approver"), null=True),
    column("released_at", Instant, _t.own("author", "approver"), null=True),
    column("wanted", OneOf(Level), _t.own("author"), null=True),
    column("approval", OneOf(Approval), _t.inner()),
    column("approver", Text, _t.other(Erase.MARK, holds=Holds.PERSON), null=True, index=True),
)

_t = Tags("topics somebody wants to hear of", Keep.PROFILE)
subscriptions = Table(
    "subscriptions",
    metadata,
    column("key", Text, _t.inner(), primary_key=True),
    column("person", Text, _t.subject(), ForeignKey("people.key"), index=True),
    column("topic", Text, _t.own(), null=True),
    column("text", Text, _t.own()),
    column("at_once", Boolean, _t.own()),
    column("since", Instant, _t.own()),
    column("told_at", Instant, _t.inner()),
)
