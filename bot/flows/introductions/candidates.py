"""Whom to ask next for an enquiry: who fits it, was not asked yet, and may be asked."""

from bot.flows.contacts.search import candidates, reachable
from bot.flows.introductions.steps import blocks_another, same_topic
from bot.model import Enquiry, Person
from bot.turn import Scene


async def next_candidates(scene: Scene, asker: Person, enquiry: Enquiry, *, without: str | None = None) -> list[Person]:
    """Best first; those the asker has already seen in the list come first, in the order they were shown."""
    asked = {
        one.contact
        for one in await scene.uow.introductions.asked_by(asker.key)
        if same_topic(one, enquiry.topic, enquiry.text) and blocks_another(one, scene.now, scene.rules.no_repeat)
    }
    found: list[Person] = []
    for one in await candidates(scene, asker, enquiry):
        person = one.person
        if one.paused or person.key in asked or person.key == without or not await reachable(scene, person):
            continue
        found.append(person)
    shown = {key: number for number, key in enumerate(enquiry.shown)}
    full = len(shown)
    return sorted(found, key=lambda person: shown.get(person.key, full))
