"""Who may, and which nudge is meant: the one named, the one just talked about, the only one; else it is asked."""

from bot import access
from bot.flows.nudges.verbs import named
from bot.messages import Choice, Choices, Text
from bot.model import Role
from bot.nudges.model import Nudge
from bot.turn import Refusal, Replies, Turn

SHOWN = 8


async def scope(turn: Turn) -> str | None:
    """The body a coordinator may write to; None for the network office, who may write to all. Raises Refusal."""
    if access.is_admin(turn.me):
        return None
    for role, body in await turn.uow.people.roles(turn.me.key):
        if role is Role.COORDINATOR and body is not None:
            return body
    raise Refusal("nudges.only_office")


async def the_nudge(turn: Turn, key: str | None, name: str | None) -> Nudge:
    """Raises Refusal with what there is. Authority is checked here, whatever a button says."""
    body = await scope(turn)
    there = [one for one in await turn.uow.nudges.all() if body is None or one.body == body]
    if not there:
        raise Refusal("nudges.none")
    if key is not None:
        found = next((one for one in there if one.key == key), None)
        if found is None:
            raise Refusal("nudges.gone")
        return found
    known = turn.say.listed([f"„{one.name}“" for one in there[:SHOWN]])
    if name is not None:
        found = await named(turn, name, body)
        if found is None:
            raise Refusal("nudges.unknown", name=name, names=known)
        return found
    about = turn.question.about if turn.question else None
    talked_of = next((one for one in there if one.key == about), there[0] if len(there) == 1 else None)
    if talked_of is None:
        raise Refusal("nudges.which", names=known)
    return talked_of


def with_choices(turn: Turn, text: str, nudge: Nudge, *options: Choice) -> Replies:
    """An answer after which "it" means this nudge."""
    return [turn.reply(Text(text=text), Choices(options=options, asked="nudge", about=nudge.key, once=False))]
