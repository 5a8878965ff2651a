"""The search in the compose box: whoever has agreed finds contacts while writing elsewhere; only they see the result.

It reads and changes nothing. What is inserted is read by whoever is in that chat: the listing as its owner released
it, without reasons that speak of the asker. Contact data is in neither.
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
from bot.flows.contacts.reasons import entry_of
from bot.flows.contacts.search import around, candidates
from bot.intents import FindContacts
from bot.matching.places import Exact
from bot.messages import Contact, Contacts, Message, Text
from bot.model import Enquiry, Filters, Person
from bot.turn import Refusal, Scene
from bot.understand import Situation, understand
from bot.words import Words
from storage.unit_of_work import Unit

COMMAND = "contacts"
SHORTEST, LONGEST = 3, 200  # characters of a query
HOUR = timedelta(hours=1)
PER_SEARCH = 4  # Teams asks while somebody types: so many queries count like one search in the chat


class Compose:
    """Remembers, in memory, how often each person has asked within the hour: nobody reads out the network here."""

    def __init__(self) -> None:
        self._asked: defaultdict[str, deque[datetime]] = defaultdict(deque)

    async def answer(self, inside: Inside, core: Core, activity: Activity, who: Sender) -> dict[str, Any]:
        """The body of the invoke's answer."""
        query = _query(activity)
        async with inside.storage.unit(write=False) as uow:
            me = await _consented(uow, who, core)
            if me is None:
                return _told(Words(_language(activity))("teams.search.consent"))
            say = Words(me.language, me.timezone)
            if query is None or len(query) < SHORTEST:
                return _told(say("teams.search.short"))
            if self._too_many(me.key, inside.now(), core.rules.searches_per_hour * PER_SEARCH):
                return _told(say("teams.search.many"))
            await core.knowledge.refresh(uow)
            scene = Scene(now=inside.now(), rules=core.rules, knowledge=core.knowledge, uow=uow)
            entries = await _found(scene, me, query[:LONGEST], say)
        if not entries:
            return _told(say("teams.search.nobody"))
        results = [_result(entry, say) for entry in entries]
        return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": results}}

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
    heard = understand(query, Situation(today=scene.today(me), now=scene.now, lexicon=scene.knowledge))
    wish = heard.intent if isinstance(heard.intent, FindContacts) and heard.intent.topic else FindContacts(topic=query)
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


def _result(entry: Contact, say: Words) -> Element:
    released = Contact(title=entry.title, place=entry.place, facts=(), reasons=())
    inserted = Message(
        blocks=(Contacts(entries=(released,)), Text(text=say("teams.search.inserted"))), language=say.language
    )
    lines = [entry.place, " · ".join(entry.facts), *entry.reasons]
    preview = {"title": html.escape(entry.title), "text": html.escape("; ".join(line for line in lines if line))}
    return {
        "contentType": CARD,
        "content": card(inserted, ""),
        "preview": {"contentType": "application/vnd.microsoft.card.thumbnail", "content": preview},
    }


def _query(activity: Activity) -> str | None:
    value = activity.value if isinstance(activity.value, dict) else {}
    parameters = value.get("parameters")
    if value.get("commandId") != COMMAND or not isinstance(parameters, list):
        return None
    for one in parameters:
        text = one.get("value") if isinstance(one, dict) and one.get("name") == "topic" else None
        if isinstance(text, str):
            return " ".join(text.split())
    return None


def _language(activity: Activity) -> Any:
    """What the client shows, for somebody we don't know."""
    return "en" if isinstance(activity.locale, str) and not activity.locale.casefold().startswith("de") else "de"


def _told(text: str) -> dict[str, Any]:
    return {"composeExtension": {"type": "message", "text": text}}
