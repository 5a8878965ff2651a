"""The table of topics in the network office's hands: what is missing, new topics, other names, two that are one."""

import re
from dataclasses import replace

from bot import access
from bot.flows.contacts import look_again
from bot.flows.listing import topic_label
from bot.forms import Field, Form
from bot.intents import GapReport, Intent, TopicAdd, TopicMerge, TopicSynonym
from bot.matching.text import fold
from bot.matching.topics import Topic, same_name
from bot.messages import Ask, Block, Choice, Choices, Facts, Text
from bot.turn import Handlers, Refusal, Replies, Reply, Scene, Turn

MAX_NAME = 60  # characters
FEW = 5  # people; below it no number is shown to the network office
SHOWN = 15  # gaps at once
OFFERED = 3  # of them with a button


async def gap_report(turn: Turn, wish: GapReport) -> Replies:
    """Totals only: what was noted or declared, never by whom. Free text is shown as its first author wrote it."""
    del wish
    access.require_admin(turn)
    found = await turn.uow.topics.gaps()
    wanted = [gap for gap in found if gap.asked][:SHOWN]
    unknown = [gap for gap in found if gap.topic is None and len(gap.text) <= MAX_NAME][:SHOWN]
    if not found:
        return [turn.tell("topics.no_gaps")]
    blocks: list[Block] = []
    if wanted:
        rows = [
            (topic_label(gap.topic, gap.text, turn.knowledge, turn.say), _people(turn, gap.asked)) for gap in wanted
        ]
        blocks += [Text(text=turn.say("topics.wanted"), style="title"), Facts(rows=tuple(rows))]
    if unknown:
        rows = [(gap.text, _people(turn, gap.asked + gap.offered)) for gap in unknown]
        blocks += [Text(text=turn.say("topics.unknown"), style="title"), Facts(rows=tuple(rows))]
    blocks.append(Text(text=turn.say("topics.hint"), style="hint"))
    options = tuple(
        Choice(label=turn.say("topics.choice.add", topic=gap.text), intent=TopicAdd(label=gap.text))
        for gap in unknown[:OFFERED]
    )
    if options:
        blocks.append(Choices(options=options, once=False, forget=True))
    return [turn.reply(*blocks)]


async def add(turn: Turn, wish: TopicAdd) -> Replies:
    """Those who named it in their own words have it from now on, and noted demand is looked at again."""
    access.require_admin(turn)
    if not wish.label:
        return [_ask(turn, wish, "label")]
    label = _name(wish.label)
    _free(turn, label)
    if wish.english is None:
        fields = (_field(turn, "english", required=False), _field(turn, "synonyms", required=False))
        return [turn.reply(Ask(form=Form(intent=TopicAdd(label=label), fields=fields), field=fields[0]))]
    english = _name(wish.english) if wish.english else label
    names = [_name(one) for one in (wish.synonyms or "").split(",") if one.strip()]
    for name in (english, *names):
        if same_name(name) != same_name(label):
            _free(turn, name)
    topic = Topic(id=_new_id(turn, label), label_de=label, label_en=english, synonyms=tuple(names))
    await turn.uow.topics.put(topic)
    await turn.uow.audit.note(turn.now, turn.me.key, "topic.put", topic.id)
    await look_again(turn, topic.id)
    return [turn.tell("topics.added", topic=label)]


async def add_synonym(turn: Turn, wish: TopicSynonym) -> Replies:
    access.require_admin(turn)
    if not wish.synonym:
        return [_ask(turn, wish, "synonym")]
    if not wish.topic:
        return [_ask(turn, wish, "topic")]
    topic, name = _known(turn, wish.topic), _name(wish.synonym)
    there = turn.knowledge.topic(name)
    if there is not None and there.exact and there.topic.id == topic.id and there.because != "stem":
        return [turn.tell("topics.known_synonym", name=name, topic=topic.label_de)]
    _free(turn, name)
    await turn.uow.topics.put(replace(topic, synonyms=(*topic.synonyms, name)))
    await turn.uow.audit.note(turn.now, turn.me.key, "topic.put", topic.id)
    await look_again(turn, topic.id)
    return [turn.tell("topics.synonym", name=name, topic=topic.label_de)]


async def merge(turn: Turn, wish: TopicMerge) -> Replies:
    """Only after one more yes: it can't be undone."""
    access.require_admin(turn)
    if not wish.topic:
        return [_ask(turn, wish, "topic")]
    if not wish.into:
        return [_ask(turn, wish, "into")]
    topic, into = _known(turn, wish.topic), _known(turn, wish.into)
    if topic.id == into.id:
        raise Refusal("topics.same", topic=topic.label_de)
    if not wish.confirmed:
        yes = TopicMerge(topic=topic.label_de, into=into.label_de, confirmed=True)
        other = TopicMerge(topic=into.label_de, into=topic.label_de, confirmed=True)
        text = Text(text=turn.say("topics.merge_sure", topic=topic.label_de, into=into.label_de))
        options = (
            Choice(label=turn.say("topics.choice.merge", into=into.label_de), intent=yes, says="yes"),
            Choice(label=turn.say("topics.choice.merge", into=topic.label_de), intent=other),
        )
        return [turn.reply(text, Choices(options=options))]
    await turn.uow.topics.merge(topic, into)
    await turn.uow.audit.note(turn.now, turn.me.key, "topic.merged", topic.id, into=into.id)
    await look_again(turn, into.id)
    return [turn.tell("topics.merged", topic=topic.label_de, into=into.label_de)]


# ---------------------------------------------------------------- what they share


def _people(turn: Turn, n: int) -> str:
    return turn.say("topics.few", n=FEW) if n < FEW else turn.say("topics.people", n=n)


def _known(turn: Turn, said: str) -> Topic:
    found = turn.knowledge.topic(said)
    if found is None or not found.exact:
        raise Refusal("topics.not_known", topic=said)
    return found.topic


def _free(scene: Scene, name: str) -> None:
    """Raises Refusal where the name already leads to a topic."""
    found = scene.knowledge.topic(name)
    if found is not None and found.because in ("exact", "synonym"):
        raise Refusal("topics.taken", name=name, topic=found.topic.label_de)


def _name(said: str) -> str:
    name = " ".join(said.split()).strip("„“\"'.,;:!? ")
    if len(same_name(name)) < 2 or len(name) > MAX_NAME:
        raise Refusal("topics.bad_name", max=MAX_NAME)
    return name


def _new_id(scene: Scene, label: str) -> str:
    """Small letters, digits and hyphens, as in the shipped table."""
    slug = re.sub(r"[^a-z0-9]+", "-", fold(label)).strip("-")[:36] or "thema"
    taken = scene.knowledge.topics.all
    return next(one for n in range(1, 1000) if (one := slug if n == 1 else f"{slug}-{n}") not in taken)


def _ask(turn: Turn, wish: Intent, name: str) -> Reply:
    field = _field(turn, name)
    return turn.reply(Ask(form=Form(intent=wish, fields=(field,)), field=field))


def _field(turn: Turn, name: str, *, required: bool = True) -> Field:
    longest = MAX_NAME if required or name == "english" else 300
    return Field(name=name, label=turn.say(f"topics.field.{name}"), required=required, max_length=longest)


HANDLERS: Handlers = {GapReport: gap_report, TopicAdd: add, TopicSynonym: add_synonym, TopicMerge: merge}
