"""How a person, their town and their topics read to others: the entry that everybody else sees, and nothing beyond it.

Shared by all flows that show somebody. What stands here never holds contact data.
"""

from collections.abc import Sequence
from datetime import date

from bot.knowledge import Knowledge
from bot.matching import places
from bot.model import Body, Offer, Person
from bot.public_holidays import STATES
from bot.words import Words


def title(person: Person, words: Words) -> str:
    """Who it is, as they chose to be listed: a name, or the function alone."""
    if person.listing == "name":
        return person.name
    return person.function or words("listing.no_function")


def full_title(person: Person, words: Words) -> str:
    """As `title`, with the function behind a name: "Jens Kalthoff, Teamleitung Organisation"."""
    if person.listing == "name" and person.function:
        return f"{person.name}, {person.function}"
    return title(person, words)


def place_name(body: Body, knowledge: Knowledge | None) -> str:
    """The name, with the district where several places are called so: "Erbach (Alb-Donau-Kreis)"."""
    if knowledge is None or len(knowledge.places.same_name(body)) < 2:
        return body.name
    return f"{body.name} ({body.district})"


def place_line(body: Body | None, words: Words, knowledge: Knowledge | None = None) -> str:
    """ "Hückelhoven, Nordrhein-Westfalen"; people of the network office may have no town, and it reads as such."""
    return words("listing.no_place") if body is None else f"{place_name(body, knowledge)}, {body.state}"


def rounded(population: int) -> int:
    """To hundreds, as people say it; below 100 as it is."""
    return population if population < 100 else (population + 50) // 100 * 100


def inhabitants(body: Body, words: Words) -> str:
    """ "14.100 Einwohner"."""
    return words("listing.inhabitants", n=body.population, number=words.number(rounded(body.population)))


def size_class(body: Body, words: Words) -> str:
    """ "kleine Kommune"."""
    return words(f"listing.size.{places.size_class(body.population)}")


def place_in_full(body: Body, words: Words, knowledge: Knowledge | None = None) -> str:
    """ "Hückelhoven, Nordrhein-Westfalen, 41.200 Einwohner, mittelgroße Kommune"."""
    return f"{place_line(body, words, knowledge)}, {inhabitants(body, words)}, {size_class(body, words)}"


def described(body: Body, words: Words) -> str:
    """ "einer Stadt mit rund 40.000 Einwohnern (NW)": without a name, and rounded so far that several fit."""
    step = 10 ** max(3, len(str(body.population)) - 1)
    about = max(step, (body.population + step // 2) // step * step)
    kind = "town" if "Stadt" in body.official_name else "village"
    return words(f"listing.nameless.{kind}", number=words.number(about), state=STATES.get(body.state, body.state))


def since(offer: Offer, today: date, words: Words) -> str | None:
    """ "seit 3 Jahren"; None if it wasn't said."""
    if offer.since is None:
        return None
    years = today.year - offer.since
    return words("listing.since_this_year") if years < 1 else words("listing.since", n=years)


def level(offer: Offer, words: Words) -> str | None:
    return None if offer.level is None else words(f"listing.level.{offer.level}")


def topic_label(topic: str | None, text: str, knowledge: Knowledge, words: Words) -> str:
    """The topic as it was declared; only the table's own label is said in the reader's language."""
    found = knowledge.topics.get(topic) if topic else None
    if found is None or text != found.label_de:
        return text
    return found.label_en if words.language == "en" else found.label_de


def offer_label(offer: Offer, knowledge: Knowledge, words: Words) -> str:
    """As it was declared; where that is the table's own name of the topic, in the reader's language."""
    return topic_label(offer.topic, offer.text, knowledge, words)


def offer_line(offer: Offer, knowledge: Knowledge, words: Words, today: date) -> str:
    """ "Online-Terminvergabe seit 3 Jahren, im Betrieb, Besuch willkommen"."""
    label = offer_label(offer, knowledge, words)
    first = " ".join(part for part in (label, since(offer, today, words)) if part)
    more = [level(offer, words), words("listing.visitable") if offer.visitable else None]
    return ", ".join([first, *(part for part in more if part)])


def entry(
    person: Person, body: Body | None, offers: Sequence[Offer], knowledge: Knowledge, words: Words, today: date
) -> str:
    """The whole entry in one line, exactly as others see it.

    "Projektleitung, Erbach (Alb-Donau-Kreis), BW, 14.100 Einw., Online-Terminvergabe seit 3 Jahren"
    """
    parts = [full_title(person, words)]
    if body is not None:
        parts += [place_name(body, knowledge), STATES.get(body.state, body.state)]
        parts.append(words("listing.inhabitants_short", number=words.number(rounded(body.population))))
    parts += [offer_line(offer, knowledge, words, today) for offer in offers if offer.kind == "offer"]
    return ", ".join(parts)
