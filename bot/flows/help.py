"""What one can say here, by role, in example sentences; and short answers where nothing is open or not built yet."""

from bot.events import Said
from bot.flows.introductions.which import waiting
from bot.intents import (
    Cancel,
    Greet,
    Help,
    Intent,
    No,
    Pick,
    Thanks,
    Unknown,
    Yes,
)
from bot.messages import Block, Choices, Text
from bot.model import Role
from bot.turn import Handler, Handlers, Replies, Turn


def help_for_newcomers(turn: Turn) -> list[Block]:
    """Before consent: what there is, by example."""
    return [Text(text=turn.say("help.title"), style="title"), Text(text=turn.say("help.newcomer"))]


async def show_help(turn: Turn, wish: Help) -> Replies:
    del wish
    blocks: list[Block] = [Text(text=turn.say("help.title"), style="title"), Text(text=turn.say("help.staff"))]
    roles = {role for role, _ in await turn.uow.people.roles(turn.me.key)} | {turn.me.role}
    if Role.COORDINATOR in roles:
        blocks.append(Text(text=turn.say("help.coordinator")))
    if Role.ADMIN in roles:
        blocks.append(Text(text=turn.say("help.admin")))
    if Role.VENDOR in roles:
        blocks.append(Text(text=turn.say("help.vendor")))
    return [turn.reply(*blocks, Text(text=turn.say("help.commands"), style="hint"))]


def says(key: str) -> Handler:
    """An answer of one paragraph, whatever the slots."""

    async def handler(turn: Turn, wish: Intent) -> Replies:
        del wish
        return [turn.tell(key)]

    return handler


def or_waiting(key: str) -> Handler:
    """As `says`, unless somebody's request waits for an answer: then the words are likely meant for that."""

    async def handler(turn: Turn, wish: Intent) -> Replies:
        asked = turn.question.asked if turn.question else None
        picked = isinstance(asked, Choices) and any(option.intent == wish for option in asked.options)
        said = isinstance(turn.incoming.what, Said) and not picked
        request = await waiting(turn) if said and turn.person is not None else None
        return [request or turn.tell(key)]

    return handler


HANDLERS: Handlers = {
    Help: show_help,
    Greet: says("help.greet"),
    Thanks: says("help.thanks"),
    Yes: or_waiting("help.nothing_open"),
    No: or_waiting("help.nothing_open"),
    Pick: says("help.nothing_to_pick"),
    Cancel: says("help.cancelled"),
    Unknown: or_waiting("help.unknown"),
}
