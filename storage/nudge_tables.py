"""The part of the schema that is about nudges."""

from sqlalchemy import Date, ForeignKey, Integer, Table, Text, UniqueConstraint

from bot.nudges.model import NudgeState
from storage.columns import Erase, Instant, Json, Keep, OneOf, Tags, Words, column, metadata

_t = Tags("what the network office reminds of", Keep.ALWAYS)
nudges = Table(
    "nudges",
    metadata,
    column("key", Text, _t.plain(), primary_key=True),
    column("name", Text, _t.plain()),
    column("folded_name", Text, _t.plain(), unique=True),
    column("body", Text, _t.plain(), null=True),
    column("by", Text, _t.other(Erase.PSEUDONYM)),
    column("schedule", Text, _t.plain()),
    column("zone", Text, _t.plain()),
    column("audience", Text, _t.plain()),
    column("text_de", Text, _t.plain()),
    column("text_en", Text, _t.plain()),
    column("button", Text, _t.plain(), null=True),
    column("breaks", Words, _t.plain()),
    column("state", OneOf(NudgeState), _t.plain()),
    column("paused_until", Date, _t.plain(), null=True),
    column("planned_until", Instant, _t.plain(), null=True),
    column("created_at", Instant, _t.plain()),
    column("changed_at", Instant, _t.plain()),
)

nudge_runs = Table(
    "nudge_runs",
    metadata,
    column("key", Text, _t.plain(), primary_key=True),
    column("nudge", Text, _t.plain()),  # no reference: sums stay when the nudge is deleted
    column("name", Text, _t.plain()),
    column("folded_name", Text, _t.plain(), index=True),
    column("at", Instant, _t.plain()),
    column("began_at", Instant, _t.plain()),
    column("due", Integer, _t.plain()),
    column("skipped", Text, _t.plain(), null=True),
    column("sums", Json, _t.plain(), null=True),
    UniqueConstraint("nudge", "at"),
)

_t = Tags("that nobody gets a nudge twice, and what became of it", Keep.RUN_30_DAYS)
nudge_sends = Table(
    "nudge_sends",
    metadata,
    column("run", Text, _t.inner(), ForeignKey("nudge_runs.key"), primary_key=True),
    column("person", Text, _t.subject(), ForeignKey("people.key"), primary_key=True, index=True),
    column("name", Text, _t.own()),
    column("at", Instant, _t.own()),
    column("message", Text, _t.inner(), null=True, index=True),  # the key of the outbox; None: left out
    column("platform", Text, _t.inner(), null=True),
    column("left_out", Text, _t.own(), null=True),
    column("put_off", Text, _t.inner(), null=True),
)
