"""What is new on topics somebody asked to hear of: in one message a week, or as soon as their hours allow.

Nothing is written down in advance: what a message says is looked up when its time has come.
"""

from datetime import datetime, time, timedelta

from bot.flows.contacts.candidate import Around, Fit
from bot.flows.contacts.learned import lessons_on
from bot.flows.contacts.reasons import topic_named
from bot.flows.contacts.search import pool
from bot.flows.lessons.reading import entry_of
from bot.forms import Field, Form
from bot.hours import Kind
from bot.intents import AskAuthor, FindContacts, Subscribe, Unsubscribe
from bot.lessons import Lesson, Subscription
from bot.messages import Ask, Block, Choice, Choices, Contacts, Text
from bot.model import Person, new_key
from bot.posting import earliest
from bot.turn import Refusal, Replies, Scene, Turn
from bot.words import Words

DIGEST, AT_ONCE = "news.digest", "news.at_once"  # subject: the person
HALF_PAST_NINE = time(9, 30)
SHOWN = 5


async def subscribe(turn: Turn, wish: Subscribe) -> Replies:
    if not wish.topic:
        field = Field(name="topic", label=turn.say("lessons.field.subscribe"), max_length=100)
        return [turn.reply(Ask(form=Form(intent=wish, fields=(field,)), field=field))]
    resolved = turn.knowledge.topic(wish.topic)
    topic = resolved.topic.id if resolved else None
    at_once = bool(wish.at_once)
    one = Subscription(
        key=new_key("s"),
        person=turn.me.key,
        topic=topic,
        text=wish.topic.strip(),
        at_once=at_once,
        since=turn.now,
        told_at=turn.now,
    )
    await turn.uow.subscriptions.add(one)
    say = turn.say
    other = Subscribe(topic=wish.topic, at_once=not at_once)
    options = (
        Choice(label=say("lessons.choice.weekly" if at_once else "lessons.choice.at_once"), intent=other),
        Choice(label=say("lessons.choice.unsubscribe"), intent=Unsubscribe(subscription=one.key)),
    )
    key = "lessons.subscribed.at_once" if at_once else "lessons.subscribed.weekly"
    return [turn.reply(Text(text=say(key, topic=_label(turn, one, say))), Choices(options=options))]


async def unsubscribe(turn: Turn, wish: Unsubscribe) -> Replies:
    """One topic, or the list to choose from."""
    mine = await turn.uow.subscriptions.of(turn.me.key)
    if not mine:
        raise Refusal("lessons.subscriptions.none")
    resolved = turn.knowledge.topic(wish.topic) if wish.topic else None
    meant = [
        one
        for one in mine
        if one.key == wish.subscription
        or (resolved is not None and one.topic == resolved.topic.id)
        or (wish.topic is not None and one.text.casefold() == wish.topic.casefold())
    ]
    if not meant and len(mine) == 1 and wish.subscription is None and wish.topic is None:
        meant = list(mine)
    if not meant:
        options = tuple(
            Choice(
                label=turn.say("lessons.choice.end", topic=_label(turn, one, turn.say)),
                intent=Unsubscribe(subscription=one.key),
            )
            for one in mine
        )
        return [turn.reply(Text(text=turn.say("lessons.subscriptions")), Choices(options=options, once=False))]
    for one in meant:
        await turn.uow.subscriptions.remove(one.key)
    return [turn.tell("lessons.unsubscribed", topic=_label(turn, meant[0], turn.say))]


async def published(scene: Scene, lesson: Lesson) -> None:
    """Call when others may read something new."""
    resolved = scene.knowledge.topic(lesson.topic) if lesson.topic else None
    await _wake(scene, resolved.topic.id if resolved else None, lesson.topic or "", but=lesson.author)


async def somebody_new(scene: Scene, person: Person) -> None:
    """Call when somebody has become findable with their topics."""
    for offer in await scene.uow.people.offers(person.key):
        if offer.kind == "offer" and offer.declared_at + timedelta(days=7) > scene.now:
            await _wake(scene, offer.topic, offer.text, but=person.key)


async def _wake(scene: Scene, topic: str | None, text: str, *, but: str) -> None:
    for one in await scene.uow.subscriptions.to(topic, text):
        reader = await scene.uow.people.get(one.person)
        if reader is None or reader.key == but:
            continue
        if one.at_once:
            await scene.uow.agenda.set(AT_ONCE, reader.key, scene.now)
        else:
            await scene.uow.agenda.set(DIGEST, reader.key, await _next_digest(scene, reader))


async def _next_digest(scene: Scene, reader: Person) -> datetime:
    """Monday 09:30 in the reader's hours, or the next working day."""
    hours, place = scene.rules.hours, await scene.place(reader)
    monday = scene.today(reader) - timedelta(days=scene.today(reader).weekday())
    while True:
        at = hours.at_local(hours.add_working_days(monday - timedelta(days=1), 1, place), HALF_PAST_NINE, place)
        if at >= scene.now:
            return at
        monday += timedelta(days=7)


async def tell_weekly(scene: Scene, subject: str) -> Replies:
    return await _tell(scene, subject, DIGEST)


async def tell_at_once(scene: Scene, subject: str) -> Replies:
    return await _tell(scene, subject, AT_ONCE)


async def _tell(scene: Scene, subject: str, kind: str) -> Replies:
    """One message about all of their topics that have something new, inside hours, pause and ceiling."""
    reader = await scene.uow.people.get(subject)
    if reader is None or await scene.uow.people.consent(reader.key) is None:
        return []
    at = await earliest(scene, reader, Kind.DIGEST, scene.now)
    if at > scene.now:
        await scene.uow.agenda.set(kind, subject, at)
        return []
    say = scene.words(reader)
    entries: dict[str, Lesson] = {}
    people: list[tuple[Subscription, int]] = []
    for one in await scene.uow.subscriptions.of(reader.key):
        if kind == AT_ONCE and not one.at_once:
            continue
        entries |= {lesson.key: lesson for lesson in await _new_lessons(scene, one, reader)}
        if count := await _new_people(scene, one, reader):
            people.append((one, count))
    await scene.uow.subscriptions.told(reader.key, scene.now)
    if not entries and not people:
        return []
    blocks: list[Block] = [Text(text=say("lessons.news"), style="title")]
    shown = list(entries)[:SHOWN]
    if shown:
        blocks.append(Contacts(entries=tuple([await entry_of(scene, entries[key], say) for key in shown])))
    blocks += [Text(text=say("lessons.news.people", n=count, topic=_label(scene, one, say))) for one, count in people]
    blocks.append(Text(text=say("lessons.news.end"), style="hint"))
    options = [
        Choice(label=say("lessons.choice.ask_author_of", n=n), intent=AskAuthor(lesson=key), entry=n)
        for n, key in enumerate(shown, start=1)
    ]
    options += [
        Choice(label=say("lessons.choice.people", topic=_label(scene, one, say)), intent=FindContacts(topic=one.text))
        for one, _ in people
    ]
    asked = Choices(options=tuple(options), asked="after_lessons", once=False)
    return [scene.to(reader, *blocks, asked, kind=Kind.DIGEST, shows=tuple(shown))]


async def _new_lessons(scene: Scene, one: Subscription, reader: Person) -> list[Lesson]:
    found = await lessons_on(scene, reader, one.topic, one.text)
    return [
        lesson
        for lesson in found
        if lesson.author != reader.key and lesson.released_at is not None and lesson.released_at > one.told_at
    ]


async def _new_people(scene: Scene, one: Subscription, reader: Person) -> int:
    nowhere = Around(home=None, near=None)
    found = await pool(scene, reader, one.topic, one.text, nowhere)
    return sum(who.fit <= Fit.NARROWER and not who.paused and who.offer.declared_at > one.told_at for who in found)


def _label(scene: Scene, one: Subscription, say: Words) -> str:
    return topic_named(scene, one.topic, one.text, say)
