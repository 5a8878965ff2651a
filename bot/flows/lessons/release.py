"""Who may read it: only me, my municipality, the network. What names the other side waits for their yes."""

from dataclasses import replace

from bot.flows.contacts.search import reachable
from bot.flows.introductions.words import body_of
from bot.flows.lessons.news import published
from bot.flows.lessons.reading import entry_of, nameless, names_in, other_of
from bot.flows.lessons.withdrawal import APPROVAL_OVER, nameless_choices, stop_asking, take_out
from bot.flows.listing import described, place_name
from bot.flows.visits.words import party
from bot.forms import Field, Form
from bot.hours import Kind
from bot.intents import ApproveLesson, CorrectLesson, LessonsAboutUs, No, ReleaseLesson, WithdrawLesson, Yes
from bot.lessons import MAX_LESSON, Approval, Lesson, Level, delicate, taken_out, without_name
from bot.messages import Ask, Block, Choice, Choices, Contacts, Facts, Quote, Text
from bot.model import Person
from bot.turn import Refusal, Replies, Reply, Scene, Turn
from bot.understand import Situation, understand


def ask_level(turn: Turn, lesson: Lesson, *before: Block) -> Reply:
    """After the text is right: who may read it; by default nobody else."""
    options = (
        Choice(
            label=turn.say("lessons.choice.only_me"), intent=ReleaseLesson(lesson=lesson.key, level="me"), says="yes"
        ),
        Choice(label=turn.say("lessons.choice.body"), intent=ReleaseLesson(lesson=lesson.key, level="body")),
        Choice(label=turn.say("lessons.choice.network"), intent=ReleaseLesson(lesson=lesson.key, level="network")),
    )
    blocks = [*before, Text(text=turn.say(f"lessons.who_reads.{lesson.level}"))]
    if found := delicate(lesson.text or ""):
        blocks.append(Text(text=turn.say("lessons.delicate", found=turn.say.listed(found)), style="hint"))
    return turn.reply(*blocks, Choices(options=options, asked="release", about=lesson.key), holds_personal=True)


async def release(turn: Turn, wish: ReleaseLesson) -> Replies:
    lesson = await _mine(turn, wish.lesson)
    if wish.topic:
        lesson = replace(lesson, topic=wish.topic)
    if wish.level is None:
        return [ask_level(turn, lesson)]
    level = Level(wish.level)
    if level is Level.ME:
        edits = await take_out(turn, lesson)
        await turn.uow.lessons.save(lesson.only_mine())
        return [turn.tell("lessons.only_me"), *edits]
    if lesson.topic is None:
        field = Field(name="topic", label=turn.say("lessons.field.topic"), max_length=100)
        return [turn.reply(Ask(form=Form(intent=replace(wish, lesson=lesson.key), fields=(field,)), field=field))]
    home = await body_of(turn, turn.me)
    if home is None and level is Level.BODY:
        raise Refusal("lessons.no_body")
    other = await _askable(turn, lesson)
    if wish.named is None and other is not None and await _would_name(turn, lesson, level):
        await turn.uow.lessons.save(lesson)
        return [await _ask_named(turn, lesson, wish, other)]
    edits = await take_out(turn, lesson)
    if wish.named and other is not None:
        return [*await put_before(turn, replace(lesson.only_mine(), wanted=level, approver=other.key), other), *edits]
    return [*await _release(turn, replace(lesson.only_mine(), level=level)), *edits]


async def _would_name(turn: Turn, lesson: Lesson, level: Level) -> bool:
    """The network may read from where it comes, if they want; one's own municipality only what the text tells."""
    text = lesson.text or ""
    inside = without_name(text, dict.fromkeys(await names_in(turn, lesson), "")) != text
    return inside or level is Level.NETWORK


async def _askable(turn: Turn, lesson: Lesson) -> Person | None:
    """The other side of the visit, if they can be asked."""
    key = await other_of(turn, lesson)
    other = await turn.uow.people.get(key) if key else None
    return other if other is not None and lesson.place and await reachable(turn, other) else None


async def _ask_named(turn: Turn, lesson: Lesson, wish: ReleaseLesson, other: Person) -> Reply:
    body = await turn.uow.bodies.get(lesson.place or "")
    assert body is not None
    say = turn.say
    options = (
        Choice(
            label=say("lessons.choice.named", place=place_name(body, turn.knowledge)),
            intent=replace(wish, lesson=lesson.key, named=True),
        ),
        Choice(
            label=say("lessons.choice.nameless_as", place=described(body, say)),
            intent=replace(wish, lesson=lesson.key, named=False),
        ),
        Choice(label=say("lessons.choice.only_me"), intent=ReleaseLesson(lesson=lesson.key, level="me")),
    )
    text = say("lessons.ask_named", who=other.name, n=turn.rules.approval_working_days)
    return turn.reply(Text(text=text), Choices(options=options, asked="release_named", about=lesson.key))


async def _release(turn: Turn, lesson: Lesson) -> Replies:
    """Without the name, at once; the author sees exactly what the others do."""
    released = replace(lesson, shown=await nameless(turn, lesson), released_at=turn.now)
    await turn.uow.lessons.save(released)
    await turn.uow.totals.add("lessons.released", turn.today())
    await published(turn, released)
    entry = Contacts(entries=(await entry_of(turn, released, turn.say),))
    back = Choice(label=turn.say("lessons.choice.take_back"), intent=WithdrawLesson(lesson=released.key))
    choices = Choices(options=(back,), about=released.key)
    told = await _told_readers(turn, released)
    return [turn.reply(Text(text=told), entry, choices, about=released.key, shows=(released.key,))]


async def _told_readers(turn: Turn, lesson: Lesson) -> str:
    home = await body_of(turn, turn.me)
    place = place_name(home, turn.knowledge) if home else ""
    return turn.say("lessons.released.body" if lesson.level is Level.BODY else "lessons.released.network", place=place)


async def again(turn: Turn, lesson: Lesson) -> Replies:
    """The new version is as the author wants it: it goes to the other side once more."""
    other = await turn.uow.people.get(lesson.approver) if lesson.approver else None
    if other is None:
        await turn.uow.lessons.save(lesson.only_mine())
        return [turn.tell("lessons.done")]
    return await put_before(turn, lesson, other)


async def put_before(turn: Turn, lesson: Lesson, other: Person) -> Replies:
    """The other side is asked; until their yes nobody else reads it."""
    await turn.uow.lessons.save(replace(lesson, approval=Approval.ASKED))
    hours, place, say = turn.rules.hours, await turn.place(other), turn.words(other)
    last = hours.add_working_days(hours.day_of(turn.now, place), turn.rules.approval_working_days, place)
    until = hours.closing(last, place)
    await turn.uow.agenda.set(APPROVAL_OVER, lesson.key, until)
    body = await turn.uow.bodies.get(lesson.place or "")
    named = place_name(body, turn.knowledge) if body else ""
    level = say("lessons.readers.body" if lesson.wanted is Level.BODY else "lessons.readers.network")
    field = Field(name="text", label=say("lessons.field.wish"), max_length=MAX_LESSON)
    asked = Choices(
        options=(
            Choice(label=say("lessons.choice.approve"), intent=ApproveLesson(lesson=lesson.key, yes=True), says="yes"),
            Choice(label=say("lessons.choice.refuse"), intent=ApproveLesson(lesson=lesson.key, yes=False), says="no"),
        ),
        asked="approval",
        about=lesson.key,
        otherwise=Form(intent=ApproveLesson(lesson=lesson.key), fields=(field,), patient=True),
    )
    request = turn.to(
        other,
        Text(text=say("lessons.approval", who=await party(turn, turn.me, say), readers=level, place=named)),
        Quote(text=lesson.text or ""),
        Text(text=say("lessons.approval.how", day=say.day(last)), style="hint"),
        asked,
        kind=Kind.REQUEST,
        about=lesson.key,
        expires=until,
        holds_personal=True,
    )
    return [turn.tell("lessons.waits", who=other.name, day=turn.say.day(last)), request]


async def approve(turn: Turn, wish: ApproveLesson) -> Replies:
    """Only a yes is a yes: a wish goes back to the author, who may change the text and ask again."""
    lesson = await turn.uow.lessons.get(wish.lesson)
    if lesson is None or lesson.approver != turn.me.key or lesson.approval is not Approval.ASKED:
        raise Refusal("lessons.approval.gone")
    said = (wish.text or "").strip()
    meant = understand(said, Situation.plain(turn.now)).intent if said else None
    await stop_asking(turn, lesson)
    if wish.yes or isinstance(meant, Yes):
        return await _approved(turn, lesson)
    if wish.yes is False or isinstance(meant, No):
        await turn.uow.lessons.save(lesson.only_mine())
        return [turn.tell("lessons.approval.refused"), *await _tell(turn, lesson, "lessons.no_yes")]
    await turn.uow.lessons.save(replace(lesson, approval=Approval.DUE))
    return [turn.tell("lessons.approval.wished"), *await _passed_back(turn, lesson, said)]


async def _approved(turn: Turn, lesson: Lesson) -> Replies:
    assert lesson.wanted is not None
    released = replace(
        lesson, level=lesson.wanted, wanted=None, approval=Approval.GIVEN, shown=lesson.text, released_at=turn.now
    )
    await turn.uow.lessons.save(released)
    await turn.uow.totals.add("lessons.released", turn.today())
    await published(turn, released)
    back = Choice(label=turn.say("lessons.choice.take_back"), intent=WithdrawLesson(lesson=lesson.key))
    mine = turn.reply(Text(text=turn.say("lessons.approval.thanks")), Choices(options=(back,), about=lesson.key))
    author = await turn.uow.people.get(lesson.author)
    if author is None:
        return [mine]
    say = turn.words(author)
    entry = Contacts(entries=(await entry_of(turn, released, say),))
    theirs = turn.to(
        author, Text(text=say("lessons.approved")), entry, kind=Kind.STATUS, about=lesson.key, shows=(lesson.key,)
    )
    return [mine, theirs]


async def _passed_back(turn: Turn, lesson: Lesson, said: str) -> Replies:
    """The wish as a proposal; where it says what is to go, the new version can be taken over with one press."""
    author = await turn.uow.people.get(lesson.author)
    if author is None:
        return []
    say = turn.words(author)
    options: list[Choice] = []
    if taken_out(lesson.text or "", said):
        options.append(
            Choice(label=say("lessons.choice.take_over"), intent=CorrectLesson(lesson=lesson.key, text=said))
        )
    options += nameless_choices(lesson, say)
    field = Field(name="text", label=say("lessons.field.correct"), max_length=MAX_LESSON)
    asked = Choices(
        options=tuple(options),
        asked="lesson_played_back",
        about=lesson.key,
        otherwise=Form(intent=CorrectLesson(lesson=lesson.key), fields=(field,), patient=True),
        forget=True,
    )
    text = Text(text=say("lessons.wish", day=say.short_day(lesson.at)))
    hint = Text(text=say("lessons.wish.hint"), style="hint")
    return [
        turn.to(author, text, Quote(text=said), hint, asked, kind=Kind.RELAY, about=lesson.key, holds_personal=True)
    ]


async def approval_over(scene: Scene, subject: str) -> Replies:
    """Silence is no yes."""
    lesson = await scene.uow.lessons.get(subject)
    if lesson is None or lesson.approval is not Approval.ASKED:
        return []
    await stop_asking(scene, lesson)
    await scene.uow.lessons.save(lesson.only_mine())
    return await _tell(scene, lesson, "lessons.no_yes")


async def _tell(scene: Scene, lesson: Lesson, key: str) -> Replies:
    author = await scene.uow.people.get(lesson.author)
    if author is None:
        return []
    say = scene.words(author)
    choices = Choices(options=tuple(nameless_choices(lesson, say)), about=lesson.key)
    text = Text(text=say(key, day=say.short_day(lesson.at)))
    return [scene.to(author, text, choices, kind=Kind.STATUS, about=lesson.key)]


async def about_us(turn: Turn, wish: LessonsAboutUs) -> Replies:
    """What names one's own town with one's own yes, each to be taken back."""
    del wish
    named = [one for one in await turn.uow.lessons.with_approver(turn.me.key) if one.named]
    if not named:
        return [turn.tell("lessons.about_us.none")]
    rows = tuple((turn.say.short_day(one.released_at or one.at), one.shown or "") for one in named[:3])
    options = tuple(
        Choice(
            label=turn.say("lessons.choice.take_back_of", day=turn.say.short_day(one.released_at or one.at)),
            intent=WithdrawLesson(lesson=one.key),
        )
        for one in named[:3]
    )
    title = Text(text=turn.say("lessons.about_us"), style="title")
    return [turn.reply(title, Facts(rows=rows), Choices(options=options, once=False), holds_personal=True)]


async def _mine(turn: Turn, key: str | None) -> Lesson:
    """The one that is meant: named by a button, asked about, or the newest with a text."""
    asked = turn.question.asked if turn.question else None
    about = (
        turn.question.about
        if turn.question and isinstance(asked, Choices) and asked.asked == "lesson_played_back"
        else None
    )
    if wanted := key or about:
        found = await turn.uow.lessons.get(wanted)
    else:
        found = next((one for one in await turn.uow.lessons.of(turn.me.key) if one.text), None)
    if found is None or found.author != turn.me.key or not found.text:
        raise Refusal("lessons.gone" if wanted else "lessons.none")
    return found
