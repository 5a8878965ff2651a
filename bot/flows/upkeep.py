"""What keeps the network true: profiles confirmed once a year, the long inactive and the never agreed erased in time."""

from dataclasses import replace
from datetime import datetime

from bot import access
from bot.flows.leaving import INVITATION, forget
from bot.flows.listing import offer_line, place_line
from bot.hours import Kind
from bot.intents import ConfirmProfile, ProfileShow
from bot.messages import Block, Choice, Choices, Facts, Text
from bot.model import Person
from bot.turn import DueHandler, Refusal, Replies, Scene

CONFIRM = "upkeep.confirm_profile"  # subjects are people
WARN = "upkeep.inactive"
ERASE = "upkeep.erase_inactive"


async def plan(scene: Scene, person: Person) -> None:
    """Call when somebody consents or is imported: their dates from now on."""
    if person.invited_until is not None:
        await scene.uow.agenda.set(INVITATION, person.key, person.invited_until)
        return
    await scene.uow.agenda.drop(person.key, INVITATION)
    await scene.uow.agenda.set(CONFIRM, person.key, person.confirmed_at + scene.rules.confirm_profile)
    await scene.uow.agenda.set(WARN, person.key, warned_at(scene, person))


def warned_at(scene: Scene, person: Person) -> datetime:
    return person.active_at + scene.rules.inactive - scene.rules.warn_before


async def _present(scene: Scene, key: str) -> Person | None:
    """Somebody who has consented, and wasn't erased or withdrawn since."""
    person = await scene.uow.people.lock(key)
    return None if person is None or person.invited_until is not None else person


async def confirm_profile(scene: Scene, subject: str) -> Replies:
    person = await _present(scene, subject)
    if person is None:
        return []
    due = person.confirmed_at + scene.rules.confirm_profile
    if due > scene.now:
        await scene.uow.agenda.set(CONFIRM, subject, due)
        return []
    await scene.uow.agenda.set(CONFIRM, subject, scene.now + scene.rules.confirm_profile)
    if person.prompts_off or person.silences >= scene.rules.silences:
        return []
    await scene.uow.people.save(replace(person, silences=person.silences + 1))
    words = scene.words(person)
    options = (
        Choice(label=words("upkeep.confirm.yes"), intent=ConfirmProfile(), says="yes"),
        Choice(label=words("upkeep.confirm.change"), intent=ProfileShow(), says="no"),
    )
    blocks: list[Block] = [Text(text=words("upkeep.confirm")), await _facts(scene, person)]
    if person.silences + 1 == scene.rules.silences:
        blocks.append(Text(text=words("upkeep.last"), style="hint"))
    return [scene.to(person, *blocks, Choices(options=options, asked="confirm"), kind=Kind.PROMPT, about=person.key)]


async def _facts(scene: Scene, person: Person) -> Facts:
    words, today = scene.words(person), scene.today(person)
    body = (await scene.uow.people.bodies_of([person.key], today)).get(person.key)
    offers = [one for one in await scene.uow.people.offers(person.key) if one.kind == "offer"]
    topics = "; ".join(offer_line(one, scene.knowledge, words, today) for one in offers)
    return Facts(
        rows=(
            (words("profile.place"), place_line(body, words, scene.knowledge)),
            (words("profile.offer"), topics or words("profile.nothing")),
            (words("profile.function"), person.function or words("profile.nothing")),
        )
    )


async def inactive(scene: Scene, subject: str) -> Replies:
    """The warning, a month before; whoever wrote in the meantime hears nothing."""
    person = await _present(scene, subject)
    if person is None:
        return []
    if warned_at(scene, person) > scene.now:
        await scene.uow.agenda.set(WARN, subject, warned_at(scene, person))
        return []
    erased_at = scene.now + scene.rules.warn_before
    await scene.uow.agenda.set(ERASE, subject, erased_at)
    words = scene.words(person)
    text = Text(text=words("upkeep.warning", day=words.day(erased_at)))
    return [scene.to(person, text, kind=Kind.STATUS, about=person.key)]


async def erase_inactive(scene: Scene, subject: str) -> Replies:
    person = await _present(scene, subject)
    if person is None:
        return []
    if person.active_at + scene.rules.inactive > scene.now or await access.is_last_admin(scene, person):
        await plan(scene, person)
        return []
    return await forget(scene, person)


async def invitation_over(scene: Scene, subject: str) -> Replies:
    """Imported without a yes, or withdrawn: erased when the time is over, unless they agreed meanwhile."""
    person = await scene.uow.people.lock(subject)
    if person is None or person.invited_until is None:
        return []
    if person.invited_until > scene.now:
        await scene.uow.agenda.set(INVITATION, subject, person.invited_until)
        return []
    try:
        return await forget(scene, person)
    except Refusal:  # the last admin
        return []


DUE: dict[str, DueHandler] = {
    CONFIRM: confirm_profile,
    WARN: inactive,
    ERASE: erase_inactive,
    INVITATION: invitation_over,
}
