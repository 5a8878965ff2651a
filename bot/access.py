"""Who may do what: the only ways to get at somebody else's introduction or profile."""

from bot.model import Enquiry, Introduction, Person, Role
from bot.turn import Refusal, Scene, Turn


def allowed_here(turn: Turn) -> bool:
    """Accounts of an allowed tenant or homeserver domain may talk to the bot; without a list the adapter decides."""
    domain = turn.incoming.domain
    return not turn.rules.domains or domain is None or domain.casefold() in turn.rules.domains


def is_admin(person: Person) -> bool:
    return person.role is Role.ADMIN


def require_admin(turn: Turn) -> Person:
    """The network office's member who asks. Raises Refusal for everybody else."""
    if not is_admin(turn.me):
        raise Refusal("access.admin_only")
    return turn.me


async def is_last_admin(scene: Scene, person: Person) -> bool:
    """The last one can't be removed: nobody could make another."""
    return is_admin(person) and set(await scene.uow.people.with_role(Role.ADMIN)) <= {person.key}


async def other_side(turn: Turn, key: str) -> str:
    """The person at the other end of one's own introduction."""
    found = await turn.uow.introductions.get(key)
    if found is None or turn.me.key not in (found.asker, found.contact):
        raise Refusal("introduction.gone")
    return found.contact if found.asker == turn.me.key else found.asker


async def enquiry_of_mine(turn: Turn, key: str) -> Enquiry:
    found = await turn.uow.enquiries.get(key)
    if found is None or found.asker != turn.me.key:
        raise Refusal("access.gone")
    return found


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
