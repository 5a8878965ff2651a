"""Who is in the demo network: real municipalities, invented people, the same ones each time.

160 places in all 16 states, some four hundred people who help with something, and the cast of the journeys. Names are
put together from words of the landscape and belong to nobody; addresses end in .example, numbers come from the range
that the Bundesnetzagentur keeps free for films.
"""

import hashlib
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, count
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from bot.matching.places import Municipality, km, similar_size, size_class
from bot.matching.topics import Topic
from bot.model import Offer, Person, Role
from storage.register import municipalities, topics

START = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Europe/Berlin"))
"""When the terminal's clock begins."""

Level: TypeAlias = Literal["introduced", "running", "expert", "beginner"]

PLOCHINGEN, SIEGBURG = "08116056", "05382060"
ERBACH, HUECKELHOVEN, BUXTEHUDE, MARKDORF, NORDHORN = "08425039", "05370020", "03359010", "08435034", "03456015"
_NAMED = (PLOCHINGEN, SIEGBURG, ERBACH, HUECKELHOVEN, BUXTEHUDE, MARKDORF, NORDHORN)

_PLACES = {  # 160 in all
    "Baden-Württemberg": 23, "Bayern": 22, "Berlin": 1, "Brandenburg": 8, "Bremen": 2, "Hamburg": 1, "Hessen": 14,
    "Mecklenburg-Vorpommern": 5, "Niedersachsen": 16, "Nordrhein-Westfalen": 22, "Rheinland-Pfalz": 11, "Saarland": 4,
    "Sachsen": 10, "Sachsen-Anhalt": 6, "Schleswig-Holstein": 8, "Thüringen": 7,
}  # fmt: skip
_SIZES = ("small", "medium", "small", "medium", "large")
_SMALLEST = 2_500  # inhabitants: below, hardly anybody has a town hall of their own

_FIRST = (
    "Ada", "Amir", "Anke", "Arne", "Aylin", "Beate", "Bernd", "Carla", "Cem", "Dagmar", "David", "Elif", "Emil", "Enno",
    "Fatma", "Frauke", "Gerd", "Greta", "Hanna", "Hauke", "Ida", "Imke", "Ingo", "Jana", "Jelena", "Jörg", "Karin", "Kofi",
    "Lars", "Leila", "Lena", "Malte", "Marek", "Marta", "Mehmet", "Mila", "Nils", "Nora", "Olaf", "Ole", "Paula", "Pavel",
    "Rana", "Regina", "Rolf", "Samira", "Silke", "Sören", "Tarek", "Thea", "Tomke", "Ulrike", "Uwe", "Vera", "Volker",
    "Wiebke", "Yasmin", "Zoé",
)  # fmt: skip
_LANDSCAPE = (
    "Ahorn", "Birken", "Distel", "Erlen", "Farn", "Ginster", "Hasel", "Holunder", "Kiesel", "Klee", "Linden", "Moos",
    "Nebel", "Quellen", "Schilf", "Sommer", "Tannen", "Ulmen", "Wacholder", "Weiden", "Wiesen",
)  # fmt: skip
_ENDINGS = ("born", "grund", "hain", "quell", "ried", "steg", "stern")
_FUNCTIONS = (
    "Projektleitung Digitalisierung", "Leitung Hauptamt", "Teamleitung IT", "Sachbearbeitung Organisation",
    "Digitalisierungsbeauftragte Stelle", "Leitung Bürgerservice", "IT-Koordination", "Stabsstelle Digitalisierung",
    "Sachbearbeitung E-Government", "Leitung Personal und Organisation", "Projektleitung Onlinedienste",
    "Informationssicherheit", "Leitung Bauverwaltung", "Geodatenmanagement",
)  # fmt: skip
_POPULAR = ("eakte", "onlinedienste", "chatbot", "ozg", "dms", "scannen", "projektmanagement", "it-sicherheit", "genki")
_UNCOVERED = ("drucken", "lizenzen", "kultur", "bevoelkerungsschutz", "gesundheit")  # for the report on gaps
_LEVELS: tuple[Level | None, ...] = (
    "running", None, "introduced", "expert", None, "running", "beginner",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody of the network, before they are rows."""

    person: Person
    body: Municipality | None
    offers: tuple[Offer, ...] = ()
    roles: tuple[tuple[Role, str | None], ...] = ()


SPEAKER = "Clara Haselsteg"  # who speaks in the terminal first
HOST = "Henrik Erlenquell"


# ---------------------------------------------------------------- places


def places() -> Sequence[Municipality]:
    """The named ones first, then those of each state by turns of size; which ones depends on their keys alone."""
    register = {one.key: one for one in municipalities()}
    chosen = {key: register[key] for key in _NAMED}
    for state, wanted in _PLACES.items():
        missing = wanted - sum(1 for one in chosen.values() if one.state == state)
        pools: dict[str, list[Municipality]] = {size: [] for size in _SIZES}
        for one in sorted(register.values(), key=lambda one: _number(one.key)):
            if one.state == state and one.key not in chosen and one.population >= _SMALLEST:
                pools[size_class(one.population)].append(one)
        turn = 0
        while missing and any(pools.values()):
            pool = pools[_SIZES[turn % len(_SIZES)]]
            turn += 1
            if pool:
                found = pool.pop()
                chosen[found.key] = found
                missing -= 1
    return tuple(chosen.values())


# ---------------------------------------------------------------- people


def network(start: datetime, without: Container[str] = ()) -> Iterator[Member]:
    """Everybody, in a fixed order; `start` is the demo's clock, before which they have joined.

    `without` are keys of people who were erased: whoever would have one of them gets another.
    """
    maker = _Maker(
        start=start, without=without, towns={one.key: one for one in places()}, known={one.id: one for one in topics()}
    )
    yield from maker.cast()
    names = _names()
    serial = 0
    for town in maker.towns.values():
        for _ in range(1 + _number(town.key, "people") % 4):
            yield maker.member(serial, next(names), town)
            serial += 1
    for number in range(6):
        yield maker.vendor(number, next(names))


def _names() -> Iterator[str]:
    surnames = [f"{first}{last}" for last in _ENDINGS for first in _LANDSCAPE]
    for number in range(len(_FIRST) * len(surnames)):
        name = f"{_FIRST[(number * 23) % len(_FIRST)]} {surnames[(number * 41) % len(surnames)]}"
        if name not in (SPEAKER, HOST):
            yield name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    """`towns` by key, `known` topics by id."""

    start: datetime
    without: Container[str]
    towns: dict[str, Municipality]
    known: dict[str, Topic]

    def member(self, serial: int, name: str, town: Municipality) -> Member:
        paused = self.start + timedelta(days=10 + serial % 40)
        person = self.person(
            name,
            town,
            _FUNCTIONS[_number(name, "function") % len(_FUNCTIONS)],
            20 + serial * 7 % 300,
            listing="function" if serial % 4 == 3 else "name",
            language="en" if serial % 53 == 17 else "de",
            role=Role.COORDINATOR if serial % 29 == 5 else Role.STAFF,
            paused=paused if serial % 19 == 11 else None,
            pause_visible=serial % 38 == 11,
            phone=f"+49 69 90009{serial:03}" if serial % 3 == 0 else None,
        )
        choice = [topic for topic in self.known if topic not in _UNCOVERED]
        mine = [_POPULAR[_number(name, "first") % len(_POPULAR)]] if serial % 2 == 0 else []
        mine += [choice[_number(name, which) % len(choice)] for which in ("one", "two")[: 1 + serial % 2]]
        if self.before_jens(town):
            mine = ["dms" if topic == "eakte" else topic for topic in mine]
        offers = [
            self.offer(
                person,
                topic,
                since=2015 + _number(name, topic) % 11,
                level=_LEVELS[_number(name, topic, "level") % len(_LEVELS)],
                visitable=_number(name, topic, "visit") % 5 == 0,
            )
            for topic in dict.fromkeys(mine)
        ]
        wanted = choice[_number(name, "want") % len(choice)]
        if serial % 3 == 1 and wanted not in mine:
            offers.append(self.offer(person, wanted, kind="want"))
        roles = ((Role.COORDINATOR, town.key),) if person.role is Role.COORDINATOR else ()
        return Member(person=person, body=town, offers=tuple(offers), roles=roles)

    def before_jens(self, town: Municipality) -> bool:
        """Journey J3: when Miriam Vogt asks for the E-Akte, Jens Kalthoff is number 2 of her list; nobody else of her
        size or nearer to her offers it but Robert Seidl.
        """
        erbach, jens = self.towns[ERBACH], self.towns[HUECKELHOVEN]
        return similar_size(erbach.population, town.population) or km(erbach, town) <= km(erbach, jens)

    def vendor(self, number: int, name: str) -> Member:
        """May answer when asked; never turns up in a search."""
        person = self.person(name, None, "Beratung, Musterwerk Software", 90 + number, role=Role.VENDOR)
        return Member(person=person, body=None, offers=(self.offer(person, _POPULAR[number], since=2020),))

    def cast(self) -> Iterator[Member]:
        """The two of the story that Lotse began with, and those the journeys name."""
        yield self.known_by_name(
            SPEAKER,
            PLOCHINGEN,
            "Projektleitung Digitalisierung",
            40,
            ("projektmanagement", 2021),
            wants="kommunikation-sicher",
        )
        yield self.known_by_name(
            HOST, SIEGBURG, "Teamleitung Digitales", 200, ("digitalstrategie", 2019), ("chatbot", 2023), visitable=True
        )
        miriam = self.person(
            "Miriam Vogt", self.towns[ERBACH], "Projektleitung Digitalisierung", 30, listing="function"
        )
        online = self.offer(miriam, "onlinedienste", since=2023, text="Online-Terminvergabe")
        yield Member(person=miriam, body=self.towns[ERBACH], offers=(online,))
        yield self.known_by_name(
            "Jens Kalthoff",
            HUECKELHOVEN,
            "Teamleitung Organisation und IT",
            60,
            ("eakte", 2021),
            phone="+49 69 90009999",
        )
        yield self.known_by_name(
            "Svenja Harms", BUXTEHUDE, "Sachbearbeitung E-Akte", 50, ("eakte", 2022), ("scannen", 2022)
        )
        yield self.known_by_name("Robert Seidl", MARKDORF, "Leitung Hauptamt", 70, ("eakte", 2023), ("dms", 2020))
        yield self.known_by_name(
            "Daan de Wit", NORDHORN, "IT-Architektur", 80, ("it-architektur", 2019), ("opensource", 2020), language="en"
        )
        admin = self.person("Ayşe Brandt", None, "Netzwerkbüro", 300, role=Role.ADMIN, listing=None)
        yield Member(person=admin, body=None, roles=((Role.ADMIN, None),))

    def known_by_name(
        self,
        name: str,
        town: str,
        function: str,
        joined: int,
        *declared: tuple[str, int],
        wants: str | None = None,
        visitable: bool = False,
        language: Literal["de", "en"] = "de",
        phone: str | None = None,
    ) -> Member:
        body = self.towns[town]
        person = self.person(name, body, function, joined, language=language, phone=phone)
        offers = [
            self.offer(person, topic, since=since, level="running", visitable=visitable) for topic, since in declared
        ]
        if wants is not None:
            offers.append(self.offer(person, wants, kind="want"))
        return Member(person=person, body=body, offers=tuple(offers))

    def person(
        self,
        name: str,
        town: Municipality | None,
        function: str,
        joined: int,
        *,
        listing: Literal["name", "function"] | None = "name",
        language: Literal["de", "en"] = "de",
        role: Role = Role.STAFF,
        paused: datetime | None = None,
        pause_visible: bool = False,
        phone: str | None = None,
    ) -> Person:
        """`joined` is in days before the start."""
        host = _ascii(town.name) if town else ("netzwerk" if role is Role.ADMIN else "musterwerk")
        since = (self.start - timedelta(days=joined)).astimezone(UTC)
        return Person(
            key=self.key(name),
            name=name,
            language=language,
            role=role,
            function=function,
            email=f"{_ascii(name, '.')}@{host}.example",
            phone=phone,
            listing=listing,
            paused_until=paused.date() if paused else None,
            paused_since=since.date() if paused else None,
            pause_visible=pause_visible,
            created_at=since,
            active_at=since,
            confirmed_at=self.start.astimezone(UTC),
        )

    def key(self, name: str) -> str:
        keys = chain([_digest(name)], (_digest(name, str(number)) for number in count(1)))
        return next(key for digest in keys if (key := f"p_{digest[:20]}") not in self.without)

    def offer(
        self,
        person: Person,
        topic: str,
        *,
        kind: Literal["offer", "want"] = "offer",
        text: str | None = None,
        since: int | None = None,
        level: Level | None = None,
        visitable: bool = False,
    ) -> Offer:
        return Offer(
            key=f"o_{_digest(person.key, kind, topic)[:20]}",
            person=person.key,
            kind=kind,
            topic=topic,
            text=text or self.known[topic].label_de,
            since=since,
            level=level,
            visitable=visitable,
            declared_at=person.created_at,
        )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _number(*parts: str) -> int:
    """The same for the same words, on every machine and with every release of Python."""
    return int(_digest(*parts)[:12], 16)


_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "ş": "s", "ı": "i"})


def _ascii(text: str, blank: str = "-") -> str:
    """ "Ayşe Brandt" → "ayse.brandt"."""
    return blank.join(re.findall(r"[a-z0-9]+", text.casefold().translate(_PLAIN)))
