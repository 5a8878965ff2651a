"""Two people on one platform may talk on in an encrypted room of their own: opened when both want it."""

from bot.flows.introductions.words import topic_of
from bot.hours import Kind
from bot.intents import OpenRoom
from bot.introduction_states import MET
from bot.messages import Choice, Choices, Message, Text, Together
from bot.model import AccountRow, Introduction, Person, Step
from bot.posting import home_of
from bot.turn import Refusal, Replies, Reply, Turn
from bot.words import Words

WANTED, OPENED = "room_wanted", "room_opened"  # lines of the history


async def together(turn: Turn, asker: Person, contact: Person) -> tuple[AccountRow, AccountRow] | None:
    """Their accounts, where the platform of this conversation is home to both and can open a room with both."""
    homes = [home_of(one, await turn.uow.accounts.of_person(one.key)) for one in (asker, contact)]
    first, second = homes
    if not turn.capabilities.room_for_two or first is None or second is None:
        return None
    here = turn.account.platform
    return (first, second) if first.platform == second.platform == here else None


def offer(introduction: Introduction, words: Words) -> Choices:
    choice = Choice(label=words("introduction.choice.room"), intent=OpenRoom(introduction=introduction.key))
    return Choices(options=(choice,), about=introduction.key)


async def open_room(turn: Turn, wish: OpenRoom) -> Replies:
    """The first who wants it has the other asked; the second opens it. Refused in the same words whatever is in the way."""
    found = await turn.uow.introductions.get(wish.introduction)
    if found is None or found.state not in MET or turn.me.key not in (found.asker, found.contact):
        raise Refusal("introduction.gone")
    asker, contact = await turn.uow.people.get(found.asker), await turn.uow.people.get(found.contact)
    accounts = await together(turn, asker, contact) if asker is not None and contact is not None else None
    if asker is None or contact is None or accounts is None:
        raise Refusal("introduction.room.not_possible")
    steps = await turn.uow.introductions.steps(found.key)
    if any(step.event == OPENED for step in steps):
        raise Refusal("introduction.room.known")
    mine = turn.me.key == asker.key
    other = contact if mine else asker
    wanted = {step.by for step in steps if step.event == WANTED}
    if ("contact" if mine else "asker") not in wanted:
        if ("asker" if mine else "contact") in wanted:
            return [turn.tell("introduction.room.waits", name=other.name)]
        await _note(turn, found, WANTED, mine=mine)
        words = turn.words(other)
        asked = Text(text=words("introduction.room.asked", name=turn.me.name))
        relayed = turn.to(other, asked, offer(found, words), kind=Kind.RELAY, about=found.key, holds_personal=True)
        return [turn.tell("introduction.room.waits", name=other.name), relayed]
    await _note(turn, found, OPENED, mine=mine)
    await turn.uow.totals.add("introductions.rooms", turn.today())
    words = turn.words(asker)
    hello = words("introduction.room.hello", first=asker.name, second=contact.name, topic=topic_of(turn, found, words))
    blocks = (Together(accounts=tuple(row.account for row in accounts)), Text(text=hello))
    message = Message(blocks=blocks, language=words.language)
    room = Reply(message=message, account=turn.account.account, about=found.key, holds_personal=True)
    return [turn.tell("introduction.room.opened"), room]


async def _note(turn: Turn, introduction: Introduction, event: str, *, mine: bool) -> None:
    by = "asker" if mine else "contact"
    step = Step(introduction=introduction.key, at=turn.now, event=event, by=by)  # type: ignore[arg-type]
    await turn.uow.introductions.note(step)
