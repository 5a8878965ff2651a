"""Nobody there: said plainly, with near topics, what relaxing one filter would give, and two ways to go on."""

from collections.abc import Sequence

from bot.flows.contacts.candidate import Around, Candidate, passes
from bot.flows.contacts.filters import dropped, in_force, in_words, one_in_words
from bot.flows.contacts.reasons import topic_named
from bot.flows.contacts.search import pool_of
from bot.intents import AskTeam, FindContacts, FindLessons, NoteDemand
from bot.messages import Choice, Choices, Text
from bot.model import Enquiry, Filters
from bot.turn import Reply, Turn

NEAR_TOPICS = 3


async def nobody(turn: Turn, enquiry: Enquiry, where: Around, *, everybody: Sequence[Candidate], learned: int) -> Reply:
    """`everybody` on the topic, whatever the filters; `learned`: how many lessons there are on it."""
    topic = topic_named(turn, enquiry.topic, enquiry.text, turn.say)
    what = ", ".join([turn.say("contacts.topic", topic=topic), *in_words(enquiry.filters, where, turn.say)])
    options = [*_relaxed(turn, enquiry, where, everybody), *await _near_topics(turn, enquiry, where)]
    if learned:
        label = turn.say("contacts.choice.learned", n=learned)
        options.append(Choice(label=label, intent=FindLessons(topic=enquiry.text)))
    options += [
        Choice(label=turn.say("contacts.choice.note"), intent=NoteDemand(enquiry=enquiry.key)),
        Choice(label=turn.say("contacts.choice.team"), intent=AskTeam(enquiry=enquiry.key)),
    ]
    return turn.reply(
        Text(text=turn.say("contacts.nobody", what=what), style="title"),
        Text(text=turn.say("contacts.nobody_hint")),
        Choices(options=tuple(options), asked="after_results"),
    )


def _relaxed(turn: Turn, enquiry: Enquiry, where: Around, everybody: Sequence[Candidate]) -> list[Choice]:
    """How many there would be without one of the filters."""
    choices: list[Choice] = []
    for name in in_force(enquiry.filters):
        filters = dropped(enquiry.filters, name)
        n = sum(passes(one, filters) for one in everybody)
        if n:
            said = one_in_words(enquiry.filters, name, where, turn.say)
            label = turn.say("contacts.choice.without", n=n, filter=said)
            choices.append(Choice(label=label, intent=FindContacts(without=(name,))))
    if not choices and len(in_force(enquiry.filters)) > 1 and everybody:
        label = turn.say("contacts.choice.without_all", n=len(everybody))
        choices.append(Choice(label=label, intent=FindContacts(without=("all",))))
    return choices


async def _near_topics(turn: Turn, enquiry: Enquiry, where: Around) -> list[Choice]:
    known = turn.knowledge.topics.get(enquiry.topic) if enquiry.topic else None
    choices: list[Choice] = []
    for near in turn.knowledge.topics.near(known) if known else ():
        n = sum(passes(one, enquiry.filters) for one in await pool_of(turn, turn.me, near, where))
        if n:
            label = topic_named(turn, near.id, near.label_de, turn.say)
            intent = _search(label, enquiry.filters)
            choices.append(Choice(label=turn.say("contacts.choice.near_topic", n=n, topic=label), intent=intent))
        if len(choices) == NEAR_TOPICS:
            break
    return choices


def _search(topic: str, filters: Filters) -> FindContacts:
    """A search for another topic with the same filters."""
    return FindContacts(
        topic=topic,
        near=filters.near,
        within_km=filters.within_km,
        state=filters.state,
        not_state=filters.not_state,
        outside_state=filters.outside_state or None,
        size=filters.size,
        level=filters.level,
    )
