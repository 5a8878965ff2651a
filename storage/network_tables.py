"""The part of the schema that isn't about persons: bodies, topics, totals, and the installation itself."""

from sqlalchemy import Date, Float, ForeignKey, Integer, Table, Text

from storage.columns import Keep, Tags, Words, column, metadata

_t = Tags("the register of bodies", Keep.ALWAYS)
bodies = Table(
    "bodies",
    metadata,
    column("key", Text, _t.plain(), primary_key=True),
    column("name", Text, _t.plain()),
    column("official_name", Text, _t.plain()),
    column("state", Text, _t.plain()),
    column("district", Text, _t.plain()),
    column("population", Integer, _t.plain()),
    column("lat", Float, _t.plain()),
    column("lon", Float, _t.plain()),
    column("postcode", Text, _t.plain()),
    column("kind", Text, _t.plain()),
)

_t = Tags("which body an allowed tenant or homeserver stands for", Keep.ALWAYS)
ties = Table(
    "ties",
    metadata,
    column("domain", Text, _t.plain(), primary_key=True),
    column("body", Text, _t.plain(), ForeignKey("bodies.key"), primary_key=True),
)

_t = Tags("the vocabulary of topics", Keep.ALWAYS)
topics = Table(
    "topics",
    metadata,
    column("id", Text, _t.plain(), primary_key=True),
    column("label_de", Text, _t.plain()),
    column("label_en", Text, _t.plain()),
    column("synonyms", Words, _t.plain()),
    column("broader", Text, _t.plain(), null=True),
    column("merged_into", Text, _t.plain(), null=True),  # kept so that the shipped table doesn't bring it back
)

_t = Tags("counters: totals without person keys", Keep.ALWAYS)
totals = Table(
    "totals",
    metadata,
    column("name", Text, _t.plain(), primary_key=True),
    column("day", Date, _t.plain(), primary_key=True),
    column("n", Integer, _t.plain()),
)

_t = Tags("the state of this installation", Keep.ALWAYS)
meta = Table(
    "meta",
    metadata,
    column("key", Text, _t.plain(), primary_key=True),
    column("value", Text, _t.plain()),
)
marks = Table(
    "marks",
    metadata,
    column("name", Text, _t.plain(), primary_key=True),
    column("value", Integer, _t.plain()),
)
