"""`lotse find`: whom the bot would suggest for a question, line by line, for evaluation and for the operator's eyes."""

import json
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Any

from adapters.app import beside
from adapters.commands.whom import person_named
from adapters.config import Settings
from bot.flows.contacts.filters import dropped, in_force, refined
from bot.flows.contacts.reasons import entry_of
from bot.flows.contacts.search import Around, Candidate, around, candidates, passes, pool
from bot.flows.listing import place_line
from bot.intents import FindContacts, FindLessons
from bot.matching.index import TAIL
from bot.matching.places import Exact
from bot.model import Body, Enquiry, Filters, Person
from bot.turn import Scene
from bot.understand import Situation, understand
from bot.words import Words
from storage.unit_of_work import Unit

SAY = Words("de")


async def find(settings: Settings, lines: Iterable[str], limit: int) -> AsyncIterator[dict[str, Any]]:
    """One answer per line that isn't empty. Reads only. Raises Nobody for an asker who isn't there."""
    async with beside(settings) as lotse, lotse.storage.unit(write=False) as uow:
        await lotse.core.knowledge.refresh(uow)
        scene = lotse.scene(uow)
        for line in lines:
            if line.strip():
                query, asker = _asked(line)
                yield await _answer(scene, uow, query, asker, limit)


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
    """A text, or an object that says who asks."""
    if line.lstrip().startswith("{"):
        try:
            data = json.loads(line)
        except ValueError:
            return line.strip(), None
        return str(data.get("query", "")).strip(), data.get("asker")
    return line.strip(), None


async def _answer(scene: Scene, uow: Unit, query: str, asker: str | None, limit: int) -> dict[str, Any]:
    me = await person_named(uow, asker) if asker else _nobody(scene.now)
    home = (await uow.people.bodies_of([me.key], scene.today(me))).get(me.key)
    topic, filters = _understood(scene, query, home)
    resolved = scene.knowledge.topic(topic)
    enquiry = Enquiry(
        key="", asker=me.key, topic=resolved.topic.id if resolved else None, text=topic, filters=filters, at=scene.now
    )
    where = await around(scene, me, filters)
    found = await candidates(scene, me, enquiry, floor=TAIL)
    understood = {
        "topic": topic,
        "topic_id": enquiry.topic,
        "because": resolved.because if resolved else None,
        **{name: getattr(filters, name) for name in in_force(filters)},
    }
    return {
        "query": query,
        "understood": understood,
        "results": [_result(scene, one, filters, where) for one in found[:limit]],
        "relaxations": [] if found else await _relaxations(scene, me, enquiry, where),
    }


def _understood(scene: Scene, query: str, home: Body | None) -> tuple[str, Filters]:
    """The topic and the filters, as the chat would read the question; what is no question is a topic as a whole."""
    situation = Situation(today=scene.today(), now=scene.now, lexicon=scene.knowledge)
    heard = understand(query, situation)
    wish = heard.intent
    if isinstance(wish, FindLessons):
        wish = FindContacts(topic=wish.topic, near=wish.near, state=wish.state, size=wish.size)
    if not isinstance(wish, FindContacts) or not wish.topic:
        return query, Filters()
    place = scene.knowledge.place(wish.near) if wish.near else None
    near = place.municipality if isinstance(place, Exact) else None
    filters = refined(Filters(), wish, near, home)
    bare = not heard.sure and not in_force(filters)  # a few words and no question: all of them are what is sought
    return query if bare else wish.topic, filters


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


async def _relaxations(scene: Scene, me: Person, enquiry: Enquiry, where: Around) -> list[dict[str, Any]]:
    """Which filter, left out, would give how many."""
    everybody = await pool(scene, me, enquiry.topic, enquiry.text, where)
    counted = (
        (name, sum(passes(one, dropped(enquiry.filters, name), where) for one in everybody))
        for name in in_force(enquiry.filters)
    )
    return [{"without": name, "found": n} for name, n in counted if n]


def _nobody(now: datetime) -> Person:
    """Somebody without a town, who is in no list."""
    return Person(key="", name="", created_at=now, active_at=now, confirmed_at=now)
