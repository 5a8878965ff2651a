"""Who may do what: the only ways to get at somebody else's introduction or profile."""

from bot.model import Introduction, Person, Role
from bot.turn import Refusal, Turn


def allowed_here(turn: Turn) -> bool:
    """Accounts of an allowed tenant or homeserver domain may talk to the bot; without a list the adapter decides."""
    domain = turn.incoming.domain
    return not turn.rules.domains or domain is None or domain.casefold() in turn.rules.domains


def is_admin(person: Person) -> bool:
    return person.role is Role.ADMIN


async def introduction_as_asker(turn: Turn, key: str | None) -> Introduction:
    """Refused in the same words whether it doesn't exist or is somebody else's."""
    found = await turn.uow.introductions.get(key) if key else None
    if found is None or found.asker != turn.me.key:
        raise Refusal("introduction.gone")
    return found


async def introduction_as_contact(turn: Turn, key: str | None) -> Introduction:
    found = await turn.uow.introductions.get(key) if key else None
    if found is None or found.contact != turn.me.key:
        raise Refusal("introduction.gone")
    return found
