"""`lotse find`: whom the bot would suggest for a question, line by line, for evaluation and for the operator's eyes."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, BinaryIO

from adapters.beside import beside
from adapters.commands.standard_input import BadLine, numbered
from adapters.commands.whom import Nobody, person_named
from adapters.config import Settings
from bot.flows.contacts.candidate import Around, Candidate, best_first, passes
from bot.flows.contacts.filters import dropped, in_force, refined
from bot.flows.contacts.learned import lessons_on
from bot.flows.contacts.reasons import entry_of
from bot.flows.contacts.search import loads, pool
from bot.flows.listing import place_line
from bot.intents import FindContacts, FindLessons
from bot.matching.index import TAIL
from bot.matching.places import Exact
from bot.model import Body, Filters, Person
from bot.turn import Scene
from bot.understand import Situation, understand
from bot.words import Words
from storage.unit_of_work import Unit

SAY = Words("de")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, and where they are at home."""

    person: Person
    home: Body | None


async def find(settings: Settings, stream: BinaryIO, limit: int) -> AsyncIterator[tuple[int, dict[str, Any] | BadLine]]:
    """By line the answer, or why there is none. Reads only, and all of it as it is at the beginning."""
    async with beside(settings) as lotse, lotse.storage.unit(write=False) as uow:
        await lotse.core.knowledge.refresh(uow)
        scene = lotse.scene(uow)
        askers: dict[str | None, Asker] = {None: Asker(person=_nobody(scene.now), home=None)}
        for number, line in numbered(stream):
            try:
                if isinstance(line, BadLine):
                    raise line
                query, asker = _asked(line)
                if asker not in askers:
                    askers[asker] = await _known(scene, uow, asker or "")
                yield number, await _answer(scene, query, askers[asker], limit)
            except (BadLine, Nobody) as reason:
                yield number, BadLine(str(reason))


async def _known(scene: Scene, uow: Unit, named: str) -> Asker:
    """Raises Nobody."""
    person = await person_named(uow, named)
    homes = await uow.people.bodies_of([person.key], scene.today(person))
    return Asker(person=person, home=homes.get(person.key))


def in_words(found: dict[str, Any]) -> str:
    """The same for a person."""
    understood = ", ".join(f"{name}: {value}" for name, value in found["understood"].items() if value is not None)
    lines = [f"{found['query']} ({understood})"]
    for number, one in enumerate(found["results"], start=1):
        who = one["name"] or one["id"]
        lines.append(f"  {number}. {who}, {one['municipality'] or '–'}: {'; '.join(one['reasons'])}")
    lines += [f"  without {one['without']}: {one['found']}" for one in found["relaxations"]]
    return "\n".join(lines if found["results"] or found["relaxations"] else [*lines, "  nobody"])


def _asked(line: str) -> tuple[str, str | None]:
    """A text, or an object that says who asks. Raises BadLine."""
    if not line.startswith("{"):
        return line, None
    try:
        data = json.loads(line)
    except ValueError:
        data = None
    query, asker = (data.get("query"), data.get("asker")) if isinstance(data, dict) else (None, None)
    if not isinstance(query, str) or not query.strip() or not isinstance(asker, str | None):
        raise BadLine('no question; write a text, or {"query": "…", "asker": "PERSON"}')
    return query.strip(), asker


async def _answer(scene: Scene, query: str, asker: Asker, limit: int) -> dict[str, Any]:
    read = _read(scene, query, asker.home)
    topic, filters = read.topic, read.filters
    resolved = scene.knowledge.topic(topic)
    topic_id = resolved.topic.id if resolved else None
    where = Around(home=asker.home, near=read.near)
    lessons = await lessons_on(scene, asker.person, topic_id, topic)
    everybody = await pool(scene, asker.person, topic_id, topic, where, lessons=lessons, floor=TAIL)
    fitting = [one for one in everybody if passes(one, filters)]
    found = list(best_first(fitting, filters, await loads(scene, fitting)))
    understood = {
        "topic": topic,
        "topic_id": topic_id,
        "because": resolved.because if resolved else None,
        **{name: getattr(filters, name) for name in in_force(filters)},
        **({"left_out": list(read.left_out)} if read.left_out else {}),
    }
    return {
        "query": query,
        "understood": understood,
        "results": [_result(scene, one, filters, where) for one in found[:limit]],
        "relaxations": [] if found else await _relaxations(scene, asker.person, (topic_id, topic), filters, where),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A question as the chat would read it. `left_out` are filters that say nothing without the asker's town."""

    topic: str
    filters: Filters = field(default_factory=Filters)
    near: Body | None = None
    left_out: tuple[str, ...] = ()


def _read(scene: Scene, query: str, home: Body | None) -> Read:
    """What is no question is a topic as a whole."""
    situation = Situation(today=scene.today(), now=scene.now, lexicon=scene.knowledge)
    heard = understand(query, situation)
    wish = heard.intent
    if isinstance(wish, FindLessons):
        wish = FindContacts(topic=wish.topic, near=wish.near, state=wish.state, size=wish.size)
    if not isinstance(wish, FindContacts) or not wish.topic:
        return Read(topic=query)
    topic = wish.topic
    place = scene.knowledge.place(wish.near) if wish.near else None
    near = place.municipality if isinstance(place, Exact) else None
    left_out: list[str] = []
    if home is None and wish.size == "similar":
        wish, left_out = replace(wish, size=None), [*left_out, "size"]
    if home is None and wish.outside_state:
        wish, left_out = replace(wish, outside_state=None), [*left_out, "state"]
    if home is None and near is None and wish.within_km is not None:
        wish, left_out = replace(wish, within_km=None), [*left_out, "near"]
    filters = refined(Filters(), wish, near, home)
    if not (heard.sure or in_force(filters) or left_out):
        return Read(topic=query)  # a few words and no question: all of them are what is sought
    return Read(topic=topic, filters=filters, near=near or home if filters.near else None, left_out=tuple(left_out))


def _result(scene: Scene, one: Candidate, filters: Filters, where: Around) -> dict[str, Any]:
    entry = entry_of(scene, one, filters, where, SAY)
    return {
        "id": one.person.key,
        "name": one.person.name if one.person.listing == "name" else None,
        "municipality": place_line(one.body, SAY, scene.knowledge) if one.body else None,
        "distance_km": None if one.km is None else round(one.km, 1),
        "reasons": list(entry.reasons),
        "score": round(one.relevance, 4),
    }


async def _relaxations(
    scene: Scene, asker: Person, topic: tuple[str | None, str], filters: Filters, where: Around
) -> list[dict[str, Any]]:
    """Which filter, left out, would give how many, of those whom the chat would show."""
    if not in_force(filters):
        return []
    everybody = await pool(scene, asker, *topic, where)
    counted = ((name, sum(passes(one, dropped(filters, name)) for one in everybody)) for name in in_force(filters))
    return [{"without": name, "found": n} for name, n in counted if n]


def _nobody(now: datetime) -> Person:
    """Somebody without a town, who is in no list."""
    return Person(key="", name="", created_at=now, active_at=now, confirmed_at=now)
