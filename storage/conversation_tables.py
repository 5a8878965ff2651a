"""The part of the schema that is about conversations: events, promises, questions, and what is looked at again."""

from sqlalchemy import Boolean, ForeignKey, Index, Integer, Table, Text, text

from bot.kinds import Kind
from storage.columns import Erase, Holds, Instant, Json, Keep, OneOf, Tags, Words, column, metadata

_t = Tags("events are acted on once", Keep.EVENT_30_DAYS)
_WAITING = text("acted_at IS NULL")
inbox = Table(
    "inbox",
    metadata,
    column("platform", Text, _t.inner(), primary_key=True),
    column("event", Text, _t.inner(), primary_key=True),
    column("account", Text, _t.subject(Holds.ACCOUNT)),
    column("at", Instant, _t.own(), index=True),
    column("body", Json, _t.own(), null=True),  # the whole event, until its turn was committed
    column("acted_at", Instant, _t.inner(), null=True),
    Index("ix_inbox_waiting_of", "account", "at", postgresql_where=_WAITING, sqlite_where=_WAITING),
)

_t = Tags("messages promised, until they have been handed over", Keep.MESSAGE_30_DAYS)
_ABOUT = text("about IS NOT NULL")  # most answers are about nothing
UNASKED = text("kind <> 'answer'")  # most are answers; a statement says it word for word, or the index is of no use
_OPEN = text("state IN ('pending', 'claimed', 'sending', 'retry', 'uncertain')")
outbox = Table(
    "outbox",
    metadata,
    column("seq", Integer, _t.inner(), primary_key=True),  # the order of promising
    column("key", Text, _t.inner(), unique=True),
    column("account", Text, _t.subject(Holds.ACCOUNT)),
    column("person", Text, _t.subject(), null=True),
    column("platform", Text, _t.inner()),
    column("address", Text, _t.inner(), null=True),  # instead of the account's: a room, or a farewell
    column("kind", OneOf(Kind), _t.own()),
    column("about", Text, _t.inner(), null=True),
    column("body", Json, _t.other(Erase.ROW_IF_NAMED, "account", "person"), null=True),  # None: handed over, or lapsed
    column("body_hash", Text, _t.inner()),
    column("holds_personal", Boolean, _t.inner()),
    column("shows", Words, _t.inner()),  # lessons, so that a withdrawal finds every message with them
    column("planned_at", Instant, _t.inner()),  # the first `due_at`: lateness is measured from it
    column("due_at", Instant, _t.own()),
    column("expires_at", Instant, _t.inner(), null=True),
    column("state", Text, _t.own()),
    column("owner", Text, _t.inner(), null=True),
    column("lease_until", Instant, _t.inner(), null=True),  # by the database's clock, all others by the caller's
    column("attempts", Integer, _t.inner()),
    column("next_try_at", Instant, _t.inner(), null=True),
    column("uncertain_since", Instant, _t.inner(), null=True),  # an attempt may have arrived; by the database's clock
    column("remote_id", Text, _t.inner(), null=True),
    column("sent_at", Instant, _t.own(), null=True),
    column("cause", Text, _t.inner(), null=True),  # a status, never a text
    Index("ix_outbox_open", "due_at", "seq", postgresql_where=_OPEN, sqlite_where=_OPEN),
    Index("ix_outbox_open_account", "account", "due_at", "seq", postgresql_where=_OPEN, sqlite_where=_OPEN),
    Index("ix_outbox_person_kind", "person", "kind", postgresql_where=UNASKED, sqlite_where=UNASKED),
    Index("ix_outbox_about", "about", postgresql_where=_ABOUT, sqlite_where=_ABOUT),
    Index(
        "ix_outbox_remote_id",
        "platform",
        "remote_id",
        postgresql_where=text("remote_id IS NOT NULL"),
        sqlite_where=text("remote_id IS NOT NULL"),
    ),
    Index(
        "ix_outbox_account_sent_at",
        "account",
        "sent_at",
        postgresql_where=text("sent_at IS NOT NULL"),
        sqlite_where=text("sent_at IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)

_t = Tags("what was asked, so that an answer finds its question", Keep.QUESTION_30_DAYS)
questions = Table(
    "questions",
    metadata,
    column("message", Text, _t.inner(), ForeignKey("outbox.key", ondelete="CASCADE"), primary_key=True),
    column("account", Text, _t.subject(Holds.ACCOUNT)),
    column("asked", Json, _t.other(Erase.ROW_IF_NAMED), null=True),  # None: forgotten with the answer
    column("about", Text, _t.inner(), null=True),
    column("at", Instant, _t.inner()),  # the message's `due_at`, also after it was put off
    column("answered", Integer, _t.inner(), null=True),
    column("answered_at", Instant, _t.inner(), null=True),
    column("closed", Boolean, _t.inner()),
    Index("ix_questions_account_at", "account", "at"),
    Index("ix_questions_about", "about", postgresql_where=_ABOUT, sqlite_where=_ABOUT),
)

_t = Tags("a half-filled form", Keep.DIALOG_24_HOURS)
dialogs = Table(
    "dialogs",
    metadata,
    column("account", Text, _t.subject(Holds.ACCOUNT), primary_key=True),
    column("form", Json, _t.other(Erase.ROW_IF_NAMED)),
    column("answers", Json, _t.other(Erase.ROW_IF_NAMED, "account")),
    column("started_at", Instant, _t.own()),
)

_t = Tags("what an adapter remembers of its platform", Keep.PLATFORM_30_DAYS)
notes = Table(
    "notes",
    metadata,
    column("platform", Text, _t.inner(), primary_key=True),
    column("kind", Text, _t.inner(), primary_key=True),
    column("key", Text, _t.inner(), primary_key=True),
    column("value", Json, _t.inner()),
    column("account", Text, _t.subject(Holds.ACCOUNT), null=True, index=True),
    column("at", Instant, _t.inner()),
)

_t = Tags("what is to be looked at again", Keep.UNTIL_DONE)
agenda = Table(
    "agenda",
    metadata,
    column("kind", Text, _t.inner(), primary_key=True),
    column("subject", Text, _t.subject(Holds.OBJECT), primary_key=True),
    column("at", Instant, _t.inner(), index=True),
)
