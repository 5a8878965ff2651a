"""The schema: what is stored, and by each column's tag why, how long, for whose export, and what an erasure does.

Columns are named like the fields of `bot/model.py`. Foreign keys to people don't cascade: a table that an erasure
forgot makes it fail instead of leaving something behind. Rows that are part of another row go with it.
"""

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from bot.model import IntroductionState, Role, Source
from storage.columns import Erase, Holds, Instant, Json, Keep, OneOf, Tags, Words, column, metadata
from storage.conversation_tables import agenda, dialogs, inbox, notes, outbox, questions
from storage.network_tables import bodies, marks, meta, ties, topics, totals
from storage.nudge_tables import nudge_runs, nudge_sends, nudges
from storage.visit_tables import lessons, subscriptions, visit_steps, visits

__all__ = [
    "accounts", "affiliations", "agenda", "audit", "blocks", "bodies", "changes", "consents", "desk_requests",
    "dialogs", "enquiries", "handovers", "inbox", "introductions", "lessons", "link_codes", "marks", "meta", "notes", "nudge_runs", "nudge_sends", "nudges", "offers", "outbox",
    "people", "questions", "roles", "searches", "steps", "subscriptions", "ties", "tombstones", "topics", "totals", "visit_steps", "visits",
]  # fmt: skip


# ---------------------------------------------------------------- people

_t = Tags("the profile", Keep.PROFILE)
people = Table(
    "people",
    metadata,
    column("key", Text, _t.subject(export=("*",)), primary_key=True),
    column("name", Text, _t.own()),
    column("folded_name", Text, _t.inner(), index=True),
    column("language", Text, _t.own()),
    column("timezone", Text, _t.own()),
    column("role", OneOf(Role), _t.own()),
    column("function", Text, _t.own(), null=True),
    column("email", Text, _t.own(), null=True),
    column("phone", Text, _t.own(), null=True),
    column("listing", Text, _t.own(), null=True),
    column("open_cap", Integer, _t.own()),
    column("month_cap", Integer, _t.own()),
    column("paused_until", Date, _t.own(), null=True),
    column("paused_since", Date, _t.own(), null=True),
    column("pause_visible", Boolean, _t.own()),
    column("stand_in", Text, _t.own(), null=True),
    column("prompts_off", Boolean, _t.own()),
    column("silences", Integer, _t.own()),
    column("home", Text, _t.own(), null=True),
    column("created_at", Instant, _t.own()),
    column("active_at", Instant, _t.own()),
    column("confirmed_at", Instant, _t.own()),
    column("invited_until", Instant, _t.own(), null=True),
)

_t = Tags("who writes from which account, and where to reach them", Keep.PROFILE)
accounts = Table(
    "accounts",
    metadata,
    column("account", Text, _t.subject(Holds.ACCOUNT, export=("*",)), primary_key=True),
    column("platform", Text, _t.own()),
    column("address", Text, _t.inner()),
    column("name", Text, _t.own()),
    column("domain", Text, _t.own(), null=True),
    column("language", Text, _t.own(), null=True),
    column("person", Text, _t.subject(), ForeignKey("people.key"), null=True, index=True),
    column("seen_at", Instant, _t.own()),
    column("reachable", Boolean, _t.own()),
    column("noticed_at", Instant, _t.own(), null=True),
    column("notice_version", Text, _t.own(), null=True),
    column("refused_at", Instant, _t.own(), null=True),
    column("kept_question", Text, Tags("answered after the consent", Keep.DRAFT_24_HOURS).own(), null=True),
)

_t = Tags("proof of consent", Keep.PROFILE)
consents = Table(
    "consents",
    metadata,
    column("id", Integer, _t.inner(), primary_key=True),
    column("person", Text, _t.subject(), ForeignKey("people.key"), index=True),
    column("purpose", Text, _t.own()),
    column("version", Text, _t.own()),
    column("given_at", Instant, _t.own()),
    column("source", Text, _t.own()),
    column("withdrawn_at", Instant, _t.own(), null=True),
)

_t = Tags("where the person works", Keep.PROFILE)
affiliations = Table(
    "affiliations",
    metadata,
    column("id", Integer, _t.inner(), primary_key=True),
    column("person", Text, _t.subject(), ForeignKey("people.key"), index=True),
    column("body", Text, _t.own(), ForeignKey("bodies.key"), index=True),
    column("source", OneOf(Source), _t.own()),
    column("since", Date, _t.own()),
    column("until", Date, _t.own(), null=True),
)

_t = Tags("what the person helps with or wants to learn", Keep.PROFILE)
offers = Table(
    "offers",
    metadata,
    column("key", Text, _t.inner(), primary_key=True),
    column("person", Text, _t.subject(), ForeignKey("people.key"), index=True),
    column("kind", Text, _t.own()),
    column("topic", Text, _t.own(), null=True, index=True),
    column("text", Text, _t.own()),
    column("since", Integer, _t.own(), null=True),
    column("level", Text, _t.own(), null=True),
    column("visitable", Boolean, _t.own()),
    column("declared_at", Instant, _t.own()),
)

_t = Tags("what the person may do beyond staff", Keep.PROFILE)
roles = Table(
    "roles",
    metadata,
    column("id", Integer, _t.inner(), primary_key=True),
    column("person", Text, _t.subject(), ForeignKey("people.key")),
    column("role", OneOf(Role), _t.own()),
    column("body", Text, _t.own()),  # empty: for no body in particular
    column("granted_at", Instant, _t.own()),
    UniqueConstraint("person", "role", "body"),
)

_t = Tags("whom the person doesn't want to be asked by", Keep.PROFILE)
blocks = Table(
    "blocks",
    metadata,
    column("person", Text, _t.subject(), ForeignKey("people.key"), primary_key=True),
    column("other", Text, _t.subject(), primary_key=True, index=True),
    column("at", Instant, _t.own("person")),
)

_t = Tags("what the index has to take in again", Keep.ALWAYS)
changes = Table(
    "changes",
    metadata,
    column("person", Text, _t.other(Erase.PSEUDONYM), primary_key=True),
    column("mark", Integer, _t.plain(), index=True),
)

_t = Tags("erasures to repeat after a restore", Keep.ALWAYS)
tombstones = Table(
    "tombstones",
    metadata,
    column("person", Text, _t.other(Erase.PSEUDONYM), primary_key=True),
    column("at", Instant, _t.plain(), null=True),  # None: repeated after a restore
)

# ---------------------------------------------------------------- enquiries and introductions

_t = Tags("what the person is looking for", Keep.ENQUIRY_12_MONTHS)
enquiries = Table(
    "enquiries",
    metadata,
    column("serial", Integer, _t.inner(), primary_key=True),  # the order among those of the same instant
    column("key", Text, _t.inner(), unique=True),
    column("asker", Text, _t.subject(), ForeignKey("people.key")),
    column("topic", Text, _t.own(), null=True),
    column("text", Text, _t.own()),
    column("sentence", Text, _t.own(), null=True),
    column("filters", Json, _t.own()),
    column("shown", Words, _t.other(Erase.REPLACE)),
    column("page", Words, _t.other(Erase.REPLACE)),
    column("next_by_itself", Boolean, _t.own()),
    column("at_once", Integer, _t.own()),
    column("demand_noted_at", Instant, _t.own(), null=True),
    column("demand_met_at", Instant, _t.own(), null=True),
    column("at", Instant, _t.own()),
    Index("ix_enquiries_asker_at", "asker", "at"),
    Index(
        "ix_enquiries_demand",
        "topic",
        postgresql_where=text("demand_noted_at IS NOT NULL AND demand_met_at IS NULL"),
        sqlite_where=text("demand_noted_at IS NOT NULL AND demand_met_at IS NULL"),
    ),
)

_t = Tags("the limit of searches per hour", Keep.SEARCH_1_DAY)
searches = Table(
    "searches",
    metadata,
    column("id", Integer, _t.inner(), primary_key=True),
    column("asker", Text, _t.subject(), ForeignKey("people.key")),
    column("at", Instant, _t.own()),
    Index("ix_searches_asker_at", "asker", "at"),
)

_t = Tags("introducing two people to each other", Keep.CLOSED_12_MONTHS)
introductions = Table(
    "introductions",
    metadata,
    column("serial", Integer, _t.inner(), primary_key=True),  # the order among those of the same instant
    column("key", Text, _t.inner(), unique=True),
    column("enquiry", Text, _t.inner(), ForeignKey("enquiries.key"), index=True),
    column("asker", Text, _t.subject(), ForeignKey("people.key")),
    column("contact", Text, _t.other(Erase.MARK, holds=Holds.PERSON)),
    column("topic", Text, _t.own(), null=True),
    column("topic_text", Text, _t.own()),
    column("state", OneOf(IntroductionState), _t.own("contact")),  # tells an asker a no from silence
    column("reason", Text, _t.own("asker")),
    column("asker_gives", Words, _t.own("asker")),
    column("contact_gives", Words, _t.other(Erase.BLANK, "contact")),
    column("asker_email", Text, _t.own("asker"), null=True),  # only until it is handed over
    column("asker_phone", Text, _t.own("asker"), null=True),
    column("contact_email", Text, _t.other(Erase.BLANK, "contact"), null=True),
    column("contact_phone", Text, _t.other(Erase.BLANK, "contact"), null=True),
    column("created_at", Instant, _t.own("asker")),
    column("asked_at", Instant, _t.own(), null=True),
    column("answer_by", Instant, _t.own(), null=True),
    column("later_on", Date, _t.other(Erase.BLANK, "contact"), null=True),
    column("answered_at", Instant, _t.other(Erase.BLANK, "contact"), null=True),
    column("told_at", Instant, _t.inner(), null=True),
    column("check_ins", Integer, _t.inner()),
    column("closed_at", Instant, _t.own("contact"), null=True),
    Index("ix_introductions_asker_created_at", "asker", "created_at"),
    Index("ix_introductions_contact_created_at", "contact", "created_at"),
)

steps = Table(
    "steps",
    metadata,
    column("id", Integer, _t.inner(), primary_key=True),
    column("introduction", Text, _t.inner(), ForeignKey("introductions.key", ondelete="CASCADE"), index=True),
    column("at", Instant, _t.inner()),
    column("event", Text, _t.inner()),
    column("by", Text, _t.inner()),
)

_t = Tags("what one side was given of the other", Keep.CLOSED_12_MONTHS)
handovers = Table(
    "handovers",
    metadata,
    column("id", Integer, _t.inner(), primary_key=True),
    column("introduction", Text, _t.inner(), ForeignKey("introductions.key", ondelete="CASCADE"), index=True),
    column("to", Text, _t.subject(), index=True),
    column("of", Text, _t.subject(), index=True),
    column("name", Text, _t.own()),
    column("function", Text, _t.own(), null=True),
    column("body", Text, _t.own(), null=True),
    column("email", Text, _t.own(), null=True),
    column("phone", Text, _t.own(), null=True),
    column("account", Text, _t.own(), null=True),
    column("at", Instant, _t.own()),
)

_t = Tags("requests to the network office", Keep.ANSWERED_12_MONTHS)
desk_requests = Table(
    "desk_requests",
    metadata,
    column("key", Text, _t.inner(), primary_key=True),
    column("kind", Text, _t.own()),
    column("asker", Text, _t.subject(), ForeignKey("people.key"), index=True),
    column("enquiry", Text, _t.inner(), ForeignKey("enquiries.key"), null=True),
    column("about", Text, _t.inner(), null=True),
    column("topic", Text, _t.own(), null=True),
    column("text", Text, _t.own(), null=True),
    column("at", Instant, _t.own()),
    column("taken_by", Text, _t.other(Erase.MARK, holds=Holds.PERSON), null=True),
    column("answered_at", Instant, _t.own(), null=True),
    column("answer", Text, _t.own(), null=True),
)

_t = Tags("linking a second account", Keep.CODE_1_DAY)
link_codes = Table(
    "link_codes",
    metadata,
    column("key", Text, _t.inner(), primary_key=True),
    column("digest", Text, _t.inner(), unique=True),
    column("account", Text, _t.subject(Holds.ACCOUNT)),
    column("expires_at", Instant, _t.inner()),
    column("used_by", Text, _t.subject(Holds.ACCOUNT), null=True),
)

# ---------------------------------------------------------------- the log

_t = Tags("what was done with whose rights", Keep.AUDIT_24_MONTHS)
audit = Table(
    "audit",
    metadata,
    column("seq", Integer, _t.plain(), primary_key=True, autoincrement=False),
    column("at", Instant, _t.plain(), index=True),
    column("actor", Text, _t.other(Erase.PSEUDONYM)),
    column("action", Text, _t.plain()),
    column("subject", Text, _t.other(Erase.PSEUDONYM), null=True),
    column("facts", Json, _t.other(Erase.PSEUDONYM)),
    column("previous", Text, _t.plain()),
    column("hash", Text, _t.plain()),
)
