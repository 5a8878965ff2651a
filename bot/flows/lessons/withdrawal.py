"""Taken out: what nobody else may read any more leaves search, lists, waiting messages, and sent ones that can be edited."""

from bot.flows.contacts.learned import may_read
from bot.flows.lessons.reading import entry_of
from bot.hours import Kind
from bot.intents import ReleaseLesson, WithdrawLesson
from bot.lessons import Approval, Lesson
from bot.messages import Block, Choice, Choices, Contacts, Message, Text, without
from bot.model import Person
from bot.turn import Refusal, Replies, Reply, Scene, Turn
from bot.words import Words

APPROVAL_OVER = "lesson.approval_over"  # subject: the lesson


async def take_out(scene: Scene, lesson: Lesson) -> Replies:
    """Call when a text is changed, withdrawn or removed, before or after it was saved in the same unit of work."""
    await stop_asking(scene, lesson)
    return await take_out_of_messages(scene, lesson)


async def stop_asking(scene: Scene, lesson: Lesson) -> None:
    """The request that shows it to the other side is taken back."""
    await scene.uow.agenda.drop(lesson.key, APPROVAL_OVER)
    await scene.uow.outbox.cancel(lesson.key)
    await scene.uow.questions.close(lesson.key)


async def take_out_of_messages(scene: Scene, lesson: Lesson) -> Replies:
    edits: list[Reply] = []
    for one in await scene.uow.outbox.showing(lesson.key):
        row = await scene.uow.accounts.get(one.account)
        reader = await scene.uow.people.get(row.person) if row and row.person else None
        say = scene.words(reader)
        left = tuple(key for key in one.lessons if key != lesson.key)
        if one.message is not None:
            shorter = without(one.message, lesson.key, say("lessons.taken_back"))
            await scene.uow.outbox.rewrite(one.key, shorter, left)
        if one.arrived and reader is not None:
            blocks = await _what_is_left(scene, left, reader)
            edited = Message(
                blocks=(Text(text=say("lessons.taken_back")), *blocks), language=say.language, replaces=one.key
            )
            edits.append(Reply(message=edited, kind=Kind.EDIT, account=one.account, shows=left if blocks else ()))
    return edits


async def _what_is_left(scene: Scene, keys: tuple[str, ...], reader: Person) -> list[Block]:
    found = await scene.uow.lessons.many(keys)
    say = scene.words(reader)
    entries = [
        await entry_of(scene, found[key], say)
        for key in keys
        if key in found and await may_read(scene, found[key], reader)
    ]
    return [Contacts(entries=tuple(entries))] if entries else []


async def withdraw(turn: Turn, wish: WithdrawLesson) -> Replies:
    """By its author; or by the one it names, and then the author is told in neutral words."""
    lesson = await _meant(turn, wish.lesson)
    if lesson.author != turn.me.key and not (lesson.approver == turn.me.key and lesson.named):
        raise Refusal("lessons.gone")
    if lesson.shown is None and lesson.approval is Approval.NONE:
        return [turn.tell("lessons.already_mine")]
    edits = await take_out(turn, lesson)
    await turn.uow.lessons.save(lesson.only_mine())
    await turn.uow.totals.add("lessons.withdrawn", turn.today())
    if lesson.author == turn.me.key:
        return [turn.tell("lessons.withdrawn"), *edits]
    return [turn.tell("lessons.withdrawn_by_us"), *await tell_author(turn, lesson, "lessons.no_longer_named"), *edits]


async def tell_author(scene: Scene, lesson: Lesson, key: str) -> Replies:
    """That it isn't read with the name; without it, it may be."""
    author = await scene.uow.people.get(lesson.author)
    if author is None:
        return []
    say = scene.words(author)
    blocks: list[Block] = [Text(text=say(key, day=say.short_day(lesson.at)))]
    if lesson.text is not None:
        blocks.append(Choices(options=tuple(nameless_choices(lesson, say)), about=lesson.key))
    return [scene.to(author, *blocks, kind=Kind.STATUS, about=lesson.key)]


def nameless_choices(lesson: Lesson, say: Words) -> list[Choice]:
    return [
        Choice(
            label=say("lessons.choice.nameless"),
            intent=ReleaseLesson(lesson=lesson.key, level="network", named=False),
        ),
        Choice(label=say("lessons.choice.only_me"), intent=ReleaseLesson(lesson=lesson.key, level="me")),
    ]


async def _meant(turn: Turn, key: str | None) -> Lesson:
    if key is not None:
        found = await turn.uow.lessons.get(key)
    else:
        mine = await turn.uow.lessons.of(turn.me.key)
        found = next((one for one in mine if one.shown is not None or one.approval is not Approval.NONE), None)
    if found is None:
        raise Refusal("lessons.nothing_released" if key is None else "lessons.gone")
    return found


async def person_gone(scene: Scene, person: str) -> Replies:
    """Call before somebody leaves or is erased: what they wrote, and what names them, is read by nobody from now on."""
    replies: Replies = []
    for lesson in await scene.uow.lessons.of(person):
        if lesson.shown is not None or lesson.approval is not Approval.NONE:
            replies += await take_out(scene, lesson)
            await scene.uow.lessons.save(lesson.only_mine())
    for lesson in await scene.uow.lessons.with_approver(person):
        replies += await take_out(scene, lesson)
        await scene.uow.lessons.save(lesson.only_mine())
        replies += await tell_author(scene, lesson, "lessons.no_longer_named")
    for subscription in await scene.uow.subscriptions.of(person):
        await scene.uow.subscriptions.remove(subscription.key)
    return replies
