"""Blocking a person and reporting a message: neither is ever told to the other side."""

from bot import access
from bot.flows.introductions import between_gone
from bot.forms import Field, Form
from bot.intents import Block, Report, Unblock
from bot.messages import Ask, Choice, Choices, Text
from bot.model import DeskRequest, Introduction, Person, new_key
from bot.turn import Handlers, Refusal, Replies, Turn


async def block(turn: Turn, wish: Block) -> Replies:
    """Nothing between the two stays open, and neither is ever offered to the other again."""
    if wish.introduction is None and wish.person is None:
        about = await _introduction_in_question(turn)
        if about is None:
            field = Field(name="person", label=turn.say("moderation.whom"), max_length=120)
            return [turn.reply(Ask(form=Form(intent=wish, fields=(field,)), field=field))]
        wish = Block(introduction=about.key)
    if wish.introduction is not None:
        other = await turn.uow.people.get(await access.other_side(turn, wish.introduction))
        found = [other] if other else []
    else:
        found = await _known_people(turn, wish.person)
    if not found:
        raise Refusal("moderation.nobody")
    if len(found) > 1:
        options = tuple(Choice(label=_named(one), intent=Block(person=one.key)) for one in found)
        return [turn.reply(Text(text=turn.say("moderation.which")), Choices(options=options, forget=True))]
    await turn.uow.people.block(turn.me.key, found[0].key, turn.now)
    undo = Choice(label=turn.say("moderation.choice.undo"), intent=Unblock(person=found[0].key))
    told = turn.reply(Text(text=turn.say("moderation.blocked")), Choices(options=(undo,), forget=True))
    return [told, *await between_gone(turn, turn.me.key, found[0].key)]


async def unblock(turn: Turn, wish: Unblock) -> Replies:
    """By the one who blocked, at any time; what the other side did stays, and isn't told. Ended requests stay ended."""
    mine = await turn.uow.people.blocked_by(turn.me.key)
    people = await turn.uow.people.many(mine)
    meant = [people[key] for key in mine if key in people]
    if wish.person is not None:
        words = set(wish.person.casefold().replace(",", " ").split())
        meant = [one for one in meant if one.key == wish.person or set(one.name.casefold().split()) <= words] or meant
        if len(meant) == 1:
            await turn.uow.people.unblock(turn.me.key, meant[0].key)
            return [turn.tell("moderation.unblocked", who=meant[0].name)]
    if not meant:
        return [turn.tell("moderation.none_blocked")]
    options = tuple(Choice(label=_named(one), intent=Unblock(person=one.key)) for one in meant)
    return [turn.reply(Text(text=turn.say("moderation.unblock_whom")), Choices(options=options, forget=True))]


async def report(turn: Turn, wish: Report) -> Replies:
    """To the network office, with the introduction it is about; what was written is told by the one who reports."""
    key = wish.introduction
    if key is None:
        about = await _introduction_in_question(turn)
        key = about.key if about else None
    else:
        await access.other_side(turn, key)
    if wish.text is None:
        field = Field(name="text", label=turn.say("moderation.what"), hint=turn.say("moderation.what_hint"))
        return [turn.reply(Ask(form=Form(intent=Report(introduction=key), fields=(field,)), field=field))]
    request = DeskRequest(key=new_key("d"), kind="report", asker=turn.me.key, about=key, text=wish.text, at=turn.now)
    await turn.uow.desk.add(request)
    await turn.uow.totals.add("desk.report", turn.today())
    return [turn.tell("moderation.reported")]


async def _introduction_in_question(turn: Turn) -> Introduction | None:
    """The one the newest message is about, else the newest request to this person."""
    if turn.question is not None and turn.question.about is not None:
        found = await turn.uow.introductions.get(turn.question.about)
        if found is not None and turn.me.key in (found.asker, found.contact):
            return found
    return next(iter(await turn.uow.introductions.asked_of(turn.me.key)), None)


async def _known_people(turn: Turn, said: str | int | None) -> list[Person]:
    """Among those who asked, were asked, or stand in the last list: by key, number or name as it was shown."""
    last = await turn.uow.enquiries.last(turn.me.key)
    page = last.page if last is not None else ()
    if isinstance(said, int):
        people = await turn.uow.people.many(page[said - 1 : said] if said > 0 else ())
        return list(people.values())
    asked_me = [one.asker for one in await turn.uow.introductions.asked_of(turn.me.key)]
    handed = [one.of for one in await turn.uow.introductions.handed_to(turn.me.key)]
    by_name = {*asked_me, *handed}
    people = await turn.uow.people.many({*by_name, *page})
    if said in people:
        return [people[said]]
    wanted = set((said or "").casefold().replace(",", " ").split())
    named = [one for one in people.values() if one.key in by_name or one.listing == "name"]
    whole = [one for one in named if set(one.name.casefold().split()) <= wanted]
    return whole or [one for one in named if wanted & {one.name.casefold().split()[-1]}]


def _named(person: Person) -> str:
    return f"{person.name}, {person.function}" if person.function else person.name


HANDLERS: Handlers = {Block: block, Unblock: unblock, Report: report}
