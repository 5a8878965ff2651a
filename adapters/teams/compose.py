"""The search in the compose box: whoever has agreed finds contacts and lessons while writing elsewhere; only they see
the result.

It reads and changes nothing. What is inserted is read by whoever is in that chat, and nobody can say who that is: of a
contact the listing as its owner released it, without reasons that speak of the asker; of a lesson, which is released to
the network at most, only that there is one and how members read it. Contact data is in neither.
"""

import html
from collections import defaultdict, deque
from datetime import datetime, timedelta
from typing import Any

from botbuilder.schema import Activity

from adapters.inside import Inside
from adapters.teams.cards import CARD, card
from adapters.teams.elements import Element
from adapters.teams.inbound import Sender
from bot.dispatch import Core
from bot.flows.contacts.filters import refined
from bot.flows.contacts.find import first_page
from bot.flows.contacts.learned import lessons_on
from bot.flows.contacts.reasons import entry_of, topic_named
from bot.flows.contacts.search import around, candidates
from bot.flows.lessons.reading import entry_of as lesson_entry
from bot.intents import FindContacts, FindLessons, Intent
from bot.lessons import Level
from bot.matching.places import Exact
from bot.messages import Contact, Contacts, Message, Text
from bot.model import Enquiry, Filters, Person
from bot.turn import Refusal, Scene
from bot.understand import Situation, understand
from bot.words import Words
from storage.unit_of_work import Unit

CONTACTS, LESSONS = "contacts", "lessons"
SHORTEST, LONGEST = 3, 200  # characters of a query
HOUR = timedelta(hours=1)
PER_SEARCH = 4  # Teams asks while somebody types: so many queries count like one search in the chat


class Compose:
    """Remembers, in memory, how often each person has asked within the hour: nobody reads out the network here."""

    def __init__(self) -> None:
        self._asked: defaultdict[str, deque[datetime]] = defaultdict(deque)

    async def answer(self, inside: Inside, core: Core, activity: Activity, who: Sender) -> dict[str, Any]:
        """The body of the invoke's answer."""
        async with inside.storage.unit(write=False) as uow:
            me = await _consented(uow, who, core)
            if me is None:
                return _told(Words(_language(activity))("teams.search.consent"))
            say = Words(me.language, me.timezone)
            command, query = _query(activity)
            if len(query) < SHORTEST:
                return _told(say("teams.search.short"))
            if self._too_many(me.key, inside.now(), core.rules.searches_per_hour * PER_SEARCH):
                return _told(say("teams.search.many"))
            await core.knowledge.refresh(uow)
            scene = Scene(now=inside.now(), rules=core.rules, knowledge=core.knowledge, uow=uow)
            if command == LESSONS:
                return await _lessons(scene, me, query[:LONGEST], say)
            entries = await _found(scene, me, query[:LONGEST], say)
        return _listed([_result(entry, say) for entry in entries]) if entries else _told(say("teams.search.nobody"))

    def _too_many(self, person: str, now: datetime, limit: int) -> bool:
        asked = self._asked[person]
        while asked and now - asked[0] > HOUR:
            asked.popleft()
        if len(asked) >= limit:
            return True
        asked.append(now)
        return False


async def _consented(uow: Unit, who: Sender, core: Core) -> Person | None:
    """Who has agreed to the notice in force, from an allowed tenant."""
    if core.rules.domains and who.tenant not in core.rules.domains:
        return None
    account = await uow.accounts.get(who.account)
    person = await uow.people.get(account.person) if account is not None and account.person else None
    if person is None or person.invited_until is not None:
        return None
    given = await uow.people.consent(person.key)
    return person if given is not None and given.version == core.rules.notice.version else None


async def _found(scene: Scene, me: Person, query: str, say: Words) -> list[Contact]:
    """As the chat would find them; a few words that are no question are a topic as a whole."""
    home = (await scene.uow.people.bodies_of([me.key], scene.today(me))).get(me.key)
    heard = _heard(scene, me, query)
    wish = heard if isinstance(heard, FindContacts) and heard.topic else FindContacts(topic=query)
    place = scene.knowledge.place(wish.near) if wish.near else None
    try:
        filters = refined(Filters(), wish, place.municipality if isinstance(place, Exact) else None, home)
    except Refusal:
        filters = Filters()
    text = wish.topic or query
    topic = scene.knowledge.topic(text)
    enquiry = Enquiry(
        key="", asker=me.key, topic=topic.topic.id if topic else None, text=text, filters=filters, at=scene.now
    )
    where = await around(scene, me, filters)
    page = await first_page(scene, await candidates(scene, me, enquiry))
    return [entry_of(scene, one, filters, where, say) for one in page]


def _heard(scene: Scene, me: Person, query: str) -> Intent:
    return understand(query, Situation(today=scene.today(me), now=scene.now, lexicon=scene.knowledge)).intent


async def _lessons(scene: Scene, me: Person, query: str, say: Words) -> dict[str, Any]:
    """Those that all of the network may read. What stays in one's own town is told in the chat, where it can't be
    inserted anywhere.
    """
    heard = _heard(scene, me, query)
    text = heard.topic if isinstance(heard, FindContacts | FindLessons) and heard.topic else query
    topic = scene.knowledge.topic(text)
    found = await lessons_on(scene, me, topic.topic.id if topic else None, text)
    released = [one for one in found if one.level is Level.NETWORK][: scene.rules.results]
    if not released:
        return _told(say("teams.search.own_lessons" if found else "teams.search.no_lessons"))
    label = topic_named(scene, topic.topic.id if topic else None, text, say)
    inserted = Message(
        blocks=(
            Text(text=say("teams.search.lesson", topic=label), style="title"),
            Text(text=say("teams.search.lesson_inserted", topic=label)),
        ),
        language=say.language,
    )
    return _listed([_attachment(await lesson_entry(scene, one, say), inserted) for one in released])


def _result(entry: Contact, say: Words) -> Element:
    released = Contact(title=entry.title, place=entry.place, facts=(), reasons=())
    inserted = Message(
        blocks=(Contacts(entries=(released,)), Text(text=say("teams.search.inserted"))), language=say.language
    )
    return _attachment(entry, inserted)


def _attachment(entry: Contact, inserted: Message) -> Element:
    """`entry` is what the asker alone sees."""
    lines = [entry.place, " · ".join(entry.facts), *entry.reasons]
    preview = {"title": html.escape(entry.title), "text": html.escape("; ".join(line for line in lines if line))}
    return {
        "contentType": CARD,
        "content": card(inserted, ""),
        "preview": {"contentType": "application/vnd.microsoft.card.thumbnail", "content": preview},
    }


def _query(activity: Activity) -> tuple[str, str]:
    """The command and what was typed; nothing where it isn't one of ours."""
    value = activity.value if isinstance(activity.value, dict) else {}
    command, parameters = value.get("commandId"), value.get("parameters")
    if command not in (CONTACTS, LESSONS) or not isinstance(parameters, list):
        return "", ""
    for one in parameters:
        text = one.get("value") if isinstance(one, dict) and one.get("name") == "topic" else None
        if isinstance(text, str):
            return command, " ".join(text.split())
    return command, ""


def _language(activity: Activity) -> Any:
    """What the client shows, for somebody we don't know."""
    return "en" if isinstance(activity.locale, str) and not activity.locale.casefold().startswith("de") else "de"


def _listed(results: list[Element]) -> dict[str, Any]:
    return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": results}}


def _told(text: str) -> dict[str, Any]:
    return {"composeExtension": {"type": "message", "text": text}}
