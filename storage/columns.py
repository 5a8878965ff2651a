# ruff: noqa: ARG002 (SQLAlchemy passes the dialect; our types are the same on both)
"""How a column is declared: its type, and the tag that says why it is kept, how long, and whose it is.

A tag is read by machines: `storage/privacy.py` exports and erases by it, `storage/cleaning.py` deletes by it, and a
test fails on a column without one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, StrEnum
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Column, DateTime, Dialect, MetaData, Text, TypeDecorator
from sqlalchemy.sql.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware point in time; kept as UTC, read back as UTC. A naive one is refused.

    SQLite keeps it as SQLAlchemy writes it there, to the microsecond; a turn reads and writes some forty.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        return _instant_to_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        return _instant_from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant needs a time zone; give an aware datetime")
    return value.astimezone(UTC)


def _instant_to_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is not UTC:
        value = _in_utc(value)
    return value.isoformat(" ", "microseconds")[:-6]  # without "+00:00"


def _instant_from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")  # six times as quick as `replace`


class Written(str):
    """JSON as text already, for a `Json` column: what was hashed needn't be written a second time."""

    __slots__ = ()


class Json(TypeDecorator[Any]):
    """JSON as text on both databases, umlauts as they are: so that an erasure finds what it looks for."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return value if value is None or isinstance(value, Written) else dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else from_json(value)


class Words(TypeDecorator[tuple[str, ...]]):
    """A short list of words or keys, in order."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        return None if value is None else dumps(list(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else tuple(from_json(value))


class OneOf(TypeDecorator[Any]):
    """A member of a string enum, kept as its value."""

    impl = Text
    cache_ok = True

    def __init__(self, members: type[StrEnum]) -> None:
        super().__init__()
        self.members = members

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else str(self.members(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.members(value)


def dumps(value: Any) -> str:
    """By pydantic, which writes three times and reads twice as quickly as the standard library; a turn asks some ten times."""
    return to_json(value).decode()


class Keep(Enum):
    """How long a value stays at most. `storage/cleaning.py` has a rule for each pair of table and term it names."""

    ALWAYS = "as long as the network exists; not about persons"
    PROFILE = "until the person is erased: on their word, or after 24 months without activity"
    CLOSED_12_MONTHS = "12 months after it was closed"
    ENQUIRY_12_MONTHS = "12 months after it was asked, and not longer than its introductions need it"
    ANSWERED_12_MONTHS = "12 months after the network office answered"
    DRAFT_24_HOURS = "24 hours, then the draft is gone"
    MESSAGE_30_DAYS = "30 days; the text only until the message was acknowledged or has lapsed"
    QUESTION_30_DAYS = "30 days, so that its choices can be picked; what people typed only until it is answered"
    EVENT_30_DAYS = "30 days; the text only until the turn was committed"
    DIALOG_24_HOURS = "24 hours"
    CODE_1_DAY = "15 minutes of use, deleted within a day"
    SEARCH_1_DAY = "a day: the limit counts the last hour"
    AUDIT_24_MONTHS = "24 months"
    UNTIL_DONE = "until its time has come"
    RUN_30_DAYS = "until 30 days after the run; then only sums are left"
    PLATFORM_30_DAYS = "30 days where it is about a person, else as long as the platform is used"


class Erase(Enum):
    """What an erasure of a person does with a value."""

    NOTHING = "says nothing of a person"
    WITH_ROW = "goes with its row"
    ROW = "names the person the row belongs to: the row goes"
    MARK = "names the person in somebody else's row: becomes the mark of an erased person"
    BLANK = "speaks of the person that MARK names in the same row: emptied"
    ROW_IF_NAMED = "somebody else's text or keys: the row goes if the person is in it"
    REPLACE = "somebody else's list of keys: the person's key becomes the mark"
    PSEUDONYM = "a random key that leads nowhere once the rest is erased; stays"


class Holds(Enum):
    """What kind of key a column holds, for those that tell whose a row is."""

    PERSON = "the key of a person"
    ACCOUNT = "an account"
    OBJECT = "the key of something that may belong to a person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """Why a value is kept, how long, who gets it in an export, and what an erasure does.

    `export` names the columns through which a person must be tied to the row to get the value; "*" is any of them.
    """

    purpose: str
    retention: Keep
    export: frozenset[str] = frozenset()
    erase: Erase = Erase.NOTHING
    holds: Holds | None = None


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags of one table, which share purpose and term."""

    purpose: str
    retention: Keep

    def plain(self) -> Tag:
        """Nothing personal."""
        return Tag(purpose=self.purpose, retention=self.retention)

    def subject(self, holds: Holds = Holds.PERSON, *, export: tuple[str, ...] = ()) -> Tag:
        """Whose row it is."""
        return self._tag(Erase.ROW, export, holds)

    def own(self, *by: str) -> Tag:
        """The person's own data: exported (to those tied by the columns `by`, else to all), gone with the row."""
        return self._tag(Erase.WITH_ROW, by or ("*",))

    def inner(self) -> Tag:
        """Goes with the row, and isn't exported: technical, or it would tell what another person did."""
        return self._tag(Erase.WITH_ROW)

    def other(self, erase: Erase, *by: str, holds: Holds | None = None) -> Tag:
        """Something of another person's in the row."""
        return self._tag(erase, by, holds)

    def _tag(self, erase: Erase, export: tuple[str, ...] = (), holds: Holds | None = None) -> Tag:
        return Tag(purpose=self.purpose, retention=self.retention, export=frozenset(export), erase=erase, holds=holds)


def column(name: str, type_: Any, tag: Tag, *items: SchemaItem, null: bool = False, **options: Any) -> Column[Any]:
    return Column(name, type_, *items, nullable=null, info={"tag": tag}, **options)


def tag_of(declared: Column[Any]) -> Tag:
    """Raises KeyError for a column nobody has tagged."""
    found: Tag = declared.info["tag"]
    return found
