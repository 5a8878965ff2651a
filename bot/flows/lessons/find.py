"""Reading what others learned, by topic; and being introduced to whoever wrote it."""

from bot.flows.contacts.learned import lessons_on, may_read
from bot.flows.contacts.reasons import topic_named
from bot.flows.introductions.request import prepare
from bot.flows.lessons.reading import entry_of
from bot.forms import Field, Form
from bot.intents import AskAuthor, FindContacts, FindLessons, Subscribe
from bot.lessons import Lesson
from bot.messages import Ask, Block, Choice, Choices, Contacts, Text
from bot.model import Enquiry, new_key
from bot.profiles import findable
from bot.turn import Refusal, Replies, Reply, Turn


async def find_lessons(turn: Turn, wish: FindLessons) -> Replies:
    """Five at most; what was withdrawn in the meantime is in no page."""
    last = await turn.uow.enquiries.last(turn.me.key)
    said = wish.topic or (last.text if last else None)
    if said is None:
        field = Field(name="topic", label=turn.say("lessons.field.find"), max_length=100)
        return [turn.reply(Ask(form=Form(intent=wish, fields=(field,)), field=field))]
    resolved = turn.knowledge.topic(said)
    topic = resolved.topic.id if resolved else None if wish.topic else (last.topic if last else None)
    label = topic_named(turn, topic, said, turn.say)
    found = await _in_place(turn, wish, await lessons_on(turn, turn.me, topic, said))
    seen = set(wish.seen)
    fresh = [one for one in found if one.key not in seen]
    page = fresh[: turn.rules.results]
    if not page:
        return [_none(turn, wish, said, label)]
    askable = {one.key for one in page if await _may_be_asked(turn, one)}
    page.sort(key=lambda one: one.key not in askable)  # a number typed is a choice's: it has to be its entry's too
    entries = tuple([await entry_of(turn, one, turn.say) for one in page])
    options = [
        Choice(label=turn.say("lessons.choice.ask_author_of", n=n), intent=AskAuthor(lesson=one.key), entry=n)
        for n, one in enumerate(page, start=1)
        if one.key in askable
    ]
    if len(fresh) > len(page):
        shown = tuple(sorted(seen | {one.key for one in page}))
        options.append(Choice(label=turn.say("lessons.choice.more"), intent=FindLessons(topic=said, seen=shown)))
    options.append(Choice(label=turn.say("lessons.choice.subscribe"), intent=Subscribe(topic=said)))
    blocks: list[Block] = [
        Text(text=turn.say("lessons.found", n=len(found), topic=label), style="title"),
        Contacts(entries=entries),
        Choices(
            options=tuple(options), asked="after_lessons", about=page[0].key if len(page) == 1 else None, once=False
        ),
    ]
    return [turn.reply(*blocks, shows=tuple(one.key for one in page))]


async def _in_place(turn: Turn, wish: FindLessons, found: list[Lesson]) -> list[Lesson]:
    """From authors of one state, where that was asked for."""
    if wish.state is None:
        return found
    bodies = await turn.uow.people.bodies_of([one.author for one in found], turn.today(turn.me))
    return [one for one in found if (body := bodies.get(one.author)) is not None and body.state == wish.state]


def _none(turn: Turn, wish: FindLessons, said: str, label: str) -> Reply:
    people = FindContacts(topic=said, near=wish.near, state=wish.state, size=wish.size)
    options = (
        Choice(label=turn.say("contacts.choice.people"), intent=people, says="yes"),
        Choice(label=turn.say("lessons.choice.subscribe"), intent=Subscribe(topic=said)),
    )
    key = "lessons.no_more" if wish.seen else "lessons.nothing_found"
    return turn.reply(Text(text=turn.say(key, topic=label)), Choices(options=options, asked="after_results"))


async def _may_be_asked(turn: Turn, lesson: Lesson) -> bool:
    author = await turn.uow.people.get(lesson.author)
    blocked = await turn.uow.people.blocked(turn.me.key)
    return (
        author is not None
        and author.key != turn.me.key
        and author.key not in blocked
        and findable(author)
        and not author.paused_on(turn.today(author))
    )


async def ask_author(turn: Turn, wish: AskAuthor) -> Replies:
    """ "Wer hat das geschrieben, kann ich da mal fragen?": an ordinary introduction, with its two yeses."""
    lesson = await turn.uow.lessons.get(wish.lesson) if wish.lesson else await _read_last(turn)
    if lesson is None or not await may_read(turn, lesson, turn.me):
        raise Refusal("lessons.not_readable")
    author = await turn.uow.people.get(lesson.author)
    if author is None or author.key == turn.me.key:
        raise Refusal("lessons.your_own" if author else "lessons.not_readable")
    resolved = turn.knowledge.topic(lesson.topic) if lesson.topic else None
    enquiry = Enquiry(
        key=new_key("e"),
        asker=turn.me.key,
        topic=resolved.topic.id if resolved else None,
        text=lesson.topic or turn.say("lessons.untitled"),
        shown=(author.key,),
        page=(author.key,),
        at=turn.now,
    )
    await turn.uow.enquiries.add(enquiry)
    return await prepare(turn, enquiry, author, None)


async def _read_last(turn: Turn) -> Lesson | None:
    """The one in the newest list, where there was only one. Raises Refusal where it has to be said which."""
    asked = turn.question.asked if turn.question else None
    if not isinstance(asked, Choices) or asked.asked != "after_lessons":
        raise Refusal("lessons.which")
    keys = [one.intent.lesson for one in asked.options if isinstance(one.intent, AskAuthor)]
    if len(keys) != 1 or keys[0] is None:
        raise Refusal("lessons.which")
    return await turn.uow.lessons.get(keys[0])
