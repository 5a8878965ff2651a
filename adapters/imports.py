"""Municipalities and people from a file: all of it, or nothing; a bad row is named with its line and the reason."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from adapters.app import Lotse
from adapters.console import PLATFORM, account_of
from adapters.demo_people import START
from adapters.rows import BadFile, BadRow, Row, rows
from bot.events import Account, Address
from bot.flows import upkeep
from bot.flows.leaving import INVITATION
from bot.forms import MAX_TEXT, Field, Invalid, read
from bot.knowledge import Knowledge
from bot.matching.places import Ambiguous, Exact, Municipality, Near, label
from bot.model import AccountRow, Affiliation, Consent, Offer, Person, Role, Source, new_key
from bot.ports import ERASED
from bot.public_holidays import STATES
from bot.turn import Scene
from storage.members import NewMember, add_members
from storage.unit_of_work import Unit

T = TypeVar("T")

MUNICIPALITY = frozenset(
    {
        "ags", "key", "name", "official_name", "state", "district", "population", "lat", "lon", "postcode", "kind",
        "coord_source",
    }
)  # fmt: skip
PERSON = frozenset(
    {
        "id", "name", "municipality", "topics", "text", "function", "email", "phone", "account", "role", "listing",
        "language", "consented_on",
    }
)  # fmt: skip
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_BERLIN = ZoneInfo("Europe/Berlin")


# ---------------------------------------------------------------- municipalities


async def import_municipalities(lotse: Lotse, path: Path) -> int:
    """Also districts, joint authorities and providers, by `kind`. What has a known key is brought up to date."""
    bodies = _checked(rows(path, MUNICIPALITY), _municipality)
    async with lotse.storage.unit() as uow:
        await uow.bodies.put(*bodies)
        await uow.audit.note(lotse.now(), "operator", "import.municipalities", rows=len(bodies))
        await uow.commit()
    return len(bodies)


def _municipality(row: Row) -> Municipality:
    key = row.text("key") or row.needed("ags")
    if not _KEY.fullmatch(key):
        raise BadRow("the key has letters, digits, '.', '_' and '-' only")
    state = row.needed("state")
    if state not in STATES:
        raise BadRow(f"unknown state {state!r}: write one of {', '.join(STATES)}")
    name = row.needed("name")
    return Municipality(
        key=key,
        name=name,
        official_name=row.text("official_name") or name,
        state=state,
        district=row.text("district") or "",
        population=int(row.number("population", 0, 10_000_000)),
        lat=row.number("lat", 47, 56),
        lon=row.number("lon", 5, 16),
        postcode=row.text("postcode") or "",
        kind=row.text("kind") or "municipality",
    )


# ---------------------------------------------------------------- people


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What a row says of a person."""

    person: Person
    account: Account | None
    body: str | None
    offers: tuple[Offer, ...]
    consented_on: date | None


async def import_people(lotse: Lotse, path: Path) -> tuple[int, int]:
    """How many are members now, and how many are only invited: invisible, and deleted in time unless they agree."""
    found = rows(path, PERSON)
    async with lotse.storage.unit() as uow:
        await lotse.core.knowledge.refresh(uow)
        members = _checked(found, lambda row: _member(row, lotse, lotse.core.knowledge))
        await _unknown_so_far(uow, list(zip(found, members, strict=True)))
        await add_members(uow, [await _new(uow, lotse, member) for member in members], lotse.now())
        invited = sum(1 for member in members if member.consented_on is None)
        await uow.audit.note(lotse.now(), "operator", "import.people", members=len(members) - invited, invited=invited)
        await uow.commit()
    return len(members) - invited, invited


def _member(row: Row, lotse: Lotse, knowledge: Knowledge) -> Member:
    now = lotse.now()
    key = row.text("id") or new_key("p")
    if not _KEY.fullmatch(key) or key == ERASED:
        raise BadRow("id has up to 64 letters, digits, '.', '_' and '-'")
    name = row.needed("name") if "id" not in row.values else row.text("name")
    consented_on = _day(row, now)
    person = Person(
        key=key,
        name=name or key,
        language="en" if _one_of(row, "language", ("de", "en")) == "en" else "de",
        role=Role(_one_of(row, "role", [role.value for role in Role]) or Role.STAFF),
        function=row.text("function"),
        email=_typed(row, "email"),
        phone=_typed(row, "phone"),
        listing=_listing(row, name) if consented_on else None,
        created_at=now,
        active_at=now,
        confirmed_at=now,
        invited_until=None if consented_on else now + lotse.core.rules.invitation,
    )
    if person.role is Role.COORDINATOR and not row.text("municipality"):
        raise BadRow("a coordinator needs a municipality")
    account = row.text("account")
    if account is not None and not re.fullmatch(r"[a-z]+:.+", account):
        raise BadRow("account needs its platform in front, such as console:jens kalthoff")
    return Member(
        person=person,
        account=None if account is None else _account(account),
        body=_body(row, knowledge),
        offers=_offers(row, key, knowledge, now),
        consented_on=consented_on,
    )


def _account(text: str) -> Account:
    platform, _, name = text.partition(":")
    return account_of(name) if platform == PLATFORM else Account(text)


def _day(row: Row, now: datetime) -> date | None:
    text = row.text("consented_on")
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadRow("consented_on is no day: write it like 2026-11-23") from None
    # Nobody may have started on this database yet; if it becomes a terminal's, its clock begins at START.
    if day > max(now, START).astimezone(_BERLIN).date():
        raise BadRow("consented_on lies in the future")
    return day


def _one_of(row: Row, name: str, allowed: Sequence[str]) -> str | None:
    found = row.text(name)
    if found is not None and found not in allowed:
        raise BadRow(f"unknown {name} {found!r}: write one of {', '.join(allowed)}")
    return found


def _listing(row: Row, name: str | None) -> Literal["name", "function"]:
    chosen = _one_of(row, "listing", ("name", "function")) or ("name" if name else "function")
    return "function" if chosen == "function" else "name"


def _typed(row: Row, name: Literal["email", "phone"]) -> str | None:
    text = row.text(name)
    if text is None:
        return None
    value = read(Field(name=name, label=name, kind=name), text)
    if isinstance(value, Invalid):
        raise BadRow(f"{name} is none")
    return value


def _body(row: Row, knowledge: Knowledge) -> str | None:
    text = row.text("municipality")
    if text is None:
        return None
    if any(one.key == text for one in knowledge.places.all):
        return text
    match knowledge.places.find(text):
        case Exact(municipality=found):
            return found.key
        case Ambiguous(candidates=several):
            which = "; ".join(f"{one.key} for {label(one)}" for one in several[:8])
            raise BadRow(f"several municipalities are called {text!r}: write the key ({which})")
        case Near(candidates=several):
            raise BadRow(f"there is no municipality {text!r}: did you mean {several[0].name}?")
        case _:
            raise BadRow(f"there is no municipality {text!r}: write it as in the register, or its key")


def _offers(row: Row, person: str, knowledge: Knowledge, now: datetime) -> tuple[Offer, ...]:
    """Topics that the table knows, however they are written; others and a text of one's own stay words."""

    def offer(text: str, topic: str | None) -> Offer:
        return Offer(key=new_key("o"), person=person, kind="offer", topic=topic, text=text, declared_at=now)

    found: dict[str, Offer] = {}
    for text in row.several("topics"):
        if len(text) > MAX_TEXT:
            raise BadRow(f"a topic has more than {MAX_TEXT} characters")
        resolved = knowledge.topics.resolve(text)
        topic = knowledge.topics.get(text) or (resolved.topic if resolved is not None else None)
        found[topic.id if topic else text] = offer(text, topic.id if topic else None)
    if described := row.text("text", longest=10_000):
        found[described] = offer(described, None)
    return tuple(found.values())


async def _unknown_so_far(uow: Unit, members: Sequence[tuple[Row, Member]]) -> None:
    """Raises BadFile for people and accounts that are there already, or twice in the file."""
    there = await uow.people.many(member.person.key for _, member in members)
    erased = frozenset(await uow.privacy.tombstones())
    problems: list[str] = []
    keys: set[str] = set()
    accounts: set[Account] = set()
    for row, member in members:
        key, account = member.person.key, member.account
        if key in there or key in keys:
            problems.append(f"line {row.line}: there is a person with the id {key!r} already")
        elif key in erased:
            problems.append(f"line {row.line}: the person with the id {key!r} was erased: leave the id out")
        if account is not None:
            known = await uow.accounts.get(account)
            if account in accounts or (known is not None and known.person is not None):
                problems.append(f"line {row.line}: the account belongs to somebody already")
            elif known is not None and known.refused_at is not None:
                problems.append(f"line {row.line}: whoever has the account has refused; only they can come back")
            accounts.add(account)
        keys.add(key)
    if problems:
        raise BadFile(problems)


async def _new(uow: Unit, lotse: Lotse, member: Member) -> NewMember:
    person, now = member.person, lotse.now()
    version = lotse.core.rules.notice.version
    consent = account = affiliation = None
    if member.consented_on is not None:
        given = datetime.combine(member.consented_on, time(), _BERLIN).astimezone(UTC)
        consent = Consent(person=person.key, version=version, given_at=given, source="import")
    if member.account is not None:
        known = await uow.accounts.get(member.account)
        account = AccountRow(
            account=member.account,
            platform=member.account.partition(":")[0],
            address=known.address if known else Address(""),
            name=person.name,
            language=person.language,
            person=person.key,
            seen_at=now,
            notice_version=version if consent else None,
        )
    if member.body is not None:
        since = member.consented_on or now.astimezone(_BERLIN).date()
        affiliation = Affiliation(person=person.key, body=member.body, source=Source.IMPORTED, since=since)
    return NewMember(
        person=person,
        account=account,
        consent=consent,
        affiliation=affiliation,
        offers=member.offers,
        roles=_roles(person.role, member.body),
        dates=dates_of(person, lotse.scene(uow)),
    )


def dates_of(person: Person, scene: Scene) -> tuple[tuple[str, datetime], ...]:
    """What `bot.flows.upkeep.plan` puts on the agenda for somebody who is new."""
    if person.invited_until is not None:
        return ((INVITATION, person.invited_until),)
    return (
        (upkeep.CONFIRM, person.confirmed_at + scene.rules.confirm_profile),
        (upkeep.WARN, upkeep.warned_at(scene, person)),
    )


def _roles(role: Role, body: str | None) -> tuple[tuple[Role, str | None], ...]:
    match role:
        case Role.ADMIN:
            return ((role, None),)
        case Role.COORDINATOR:
            return ((role, body),)
        case _:
            return ()


def _checked(found: Sequence[Row], check: Callable[[Row], T]) -> list[T]:
    taken: list[T] = []
    problems: list[str] = []
    for row in found:
        try:
            taken.append(check(row))
        except BadRow as reason:
            problems.append(f"line {row.line}: {reason}")
    if problems:
        raise BadFile(problems)
    return taken
