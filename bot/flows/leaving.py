"""Two ways to go, which are two things: consent withdrawn (hidden, and erased after a while), and erased at once."""

from dataclasses import replace

from bot import access
from bot.flows import lessons, visits
from bot.flows.introductions import asker_gone, contact_gone
from bot.messages import Text
from bot.model import Person
from bot.turn import Refusal, Replies, Scene, Turn

INVITATION = "upkeep.invitation"  # subject: the person


async def forget(scene: Scene, person: Person) -> Replies:
    """Erases somebody, at once and everywhere; what the others are told is neutral. Raises Refusal for the last admin."""
    if await access.is_last_admin(scene, person):
        raise Refusal("privacy.last_admin")
    replies = [
        *await contact_gone(scene, person.key, "erasure"),
        *await asker_gone(scene, person.key, "erasure"),
        *await lessons.person_gone(scene, person.key),
        *await visits.person_gone(scene, person.key),
    ]
    await scene.uow.privacy.erase(person.key, scene.now)
    await scene.uow.totals.add("people.erased", scene.today())
    return replies


async def withdraw(turn: Turn) -> Replies:
    """The consent ends: hidden at once, nothing unasked any more, erased after a month unless they come back."""
    me = turn.me
    if await access.is_last_admin(turn, me):
        raise Refusal("privacy.last_admin")
    replies = [*await contact_gone(turn, me.key, "left"), *await asker_gone(turn, me.key, "left")]
    replies += await lessons.person_gone(turn, me.key)
    replies += await visits.person_gone(turn, me.key)
    until = turn.now + turn.rules.invitation
    await turn.uow.people.withdraw_consent(me.key, turn.now)
    await turn.uow.people.save(replace(me, invited_until=until))
    await turn.uow.agenda.set(INVITATION, me.key, until)
    for row in await turn.uow.accounts.of_person(me.key):
        await turn.uow.accounts.save(replace(row, refused_at=turn.now, notice_version=None, kept_question=None))
    await turn.uow.totals.add("people.withdrawn", turn.today())
    said = Text(text=turn.say("privacy.withdrawn", until=turn.say.day(until)))
    return [turn.reply(said), *replies]
