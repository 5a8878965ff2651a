"""How somebody reads in a result list: as they chose to be listed, and why they fit, in words. Never contact data."""

from bot.flows.contacts.candidate import Around, Candidate, Fit
from bot.flows.listing import described, full_title, inhabitants, level, offer_label, place_line, since
from bot.messages import Contact
from bot.model import Filters
from bot.turn import Scene
from bot.words import Words


def topic_named(scene: Scene, topic: str | None, text: str, words: Words) -> str:
    """A topic asked for: by the table's name in the reader's language, else in the asker's words."""
    known = scene.knowledge.topics.get(topic) if topic else None
    return scene.knowledge.topics.label(known.id, words.language) if known else text


def entry_of(scene: Scene, one: Candidate, filters: Filters, where: Around, words: Words) -> Contact:
    facts: list[str] = []
    body, person = one.profile.body, one.profile.person
    if body is not None:
        facts.append(inhabitants(body, words))
    if (from_home := one.km) is not None:
        facts.append(words("contacts.distance", km=words.number(round(from_home))))
    return Contact(
        title=full_title(person, words),
        place=place_line(body, words, scene.knowledge),
        facts=tuple(facts),
        reasons=tuple(reasons(scene, one, filters, where, words)),
    )


def reasons(scene: Scene, one: Candidate, filters: Filters, where: Around, words: Words) -> list[str]:
    """The topic as declared and since when, the size compared, whether visitors are welcome."""
    offer = one.offer
    topic = offer_label(offer, scene.knowledge, words)
    if offer.since is not None:
        topic = f"{topic} {since(offer, scene.today(), words)}"
    if how := level(offer, words):
        topic = f"{topic}, {how}"
    key = "contacts.reason.perhaps" if one.fit is Fit.PERHAPS else "contacts.reason.topic"
    found = [words(key, topic=topic)]
    if one.by_function and one.person.function:
        found.insert(0, words("contacts.reason.function", function=one.person.function))
    if (visited := one.visited) is not None:
        place = visited.body.name if visited.named else described(visited.body, words)
        found.append(words("contacts.reason.visited", month=words.month(visited.on), place=place))
    own_place = where.home is not None and where.near is not None and where.home.key == where.near.key
    if filters.near and (away := one.km_near) is not None and where.near is not None and not own_place:
        found.append(words("contacts.reason.near", km=words.number(round(away)), place=where.near.name))
    if one.similar:
        found.append(words("contacts.reason.similar"))
    if offer.visitable:
        found.append(words("contacts.reason.visitable"))
    if one.paused:
        assert one.person.paused_until is not None
        found.append(words("contacts.reason.paused", day=words.day(one.person.paused_until)))
        if one.person.stand_in:
            found.append(words("contacts.reason.stand_in", who=one.person.stand_in))
    return found
