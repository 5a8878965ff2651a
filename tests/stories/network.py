"""People who are already there when a story begins: onboarded, listed, with topics and an account."""

from dataclasses import replace
from datetime import date
from typing import Any

from bot.events import Incoming, Said
from bot.hours import Kind
from bot.intents import Intent
from bot.messages import Choice, Choices, Message, plain_text
from bot.model import Affiliation, Consent, Offer, Person, Source, new_key
from bot.ports import Outgoing, UnitOfWork
from tests.town import Town, Townsperson

EMAIL = {"Miriam Vogt": "miriam.vogt@erbach-donau.example", "Jens Kalthoff": "jens.kalthoff@hueckelhoven.example"}


async def member(
    town: Town,
    name: str,
    place: str,
    *,
    helps_with: tuple[str, ...] = (),
    platform: str = "teams",
    function: str = "Sachbearbeitung",
    offer: dict[str, Any] | None = None,
    **profile: Any,
) -> Townsperson:
    """Somebody of the network, as the town knows people. `place` may name the state too: "Erbach, Baden-Württemberg"."""
    who = town.person(name, platform=platform)
    values: dict[str, Any] = {
        "listing": "name",
        "email": f"{name.rsplit(maxsplit=1)[-1].lower()}@rathaus.example",
        **profile,
    }
    async with town.storage.unit() as uow:
        account = await uow.accounts.lock(_first_words(town, who))
        person = Person(
            key=new_key("p"),
            name=name,
            function=function,
            created_at=town.now,
            active_at=town.now,
            confirmed_at=town.now,
            **values,
        )
        await uow.people.add(person)
        await uow.accounts.save(replace(account, person=person.key, language=person.language))
        await uow.people.add_consent(Consent(person=person.key, version="2026-11", given_at=town.now))
        body = await _body(uow, place)
        await uow.people.affiliate(
            Affiliation(person=person.key, body=body.key, source=Source.OWN, since=date(2026, 1, 1))
        )
        for text in helps_with:
            await uow.people.add_offer(await _offer(uow, person, text, town.now, offer or {}))
        await uow.commit()
    who.key = person.key
    return who


async def _body(uow: UnitOfWork, place: str) -> Any:
    name, _, state = place.partition(", ")
    return next(one for one in await uow.bodies.all() if one.name == name and state in ("", one.state))


async def _offer(uow: UnitOfWork, person: Person, text: str, now: Any, more: dict[str, Any]) -> Offer:
    topic = next((one.id for one in await uow.topics.all() if one.label_de == text), None)
    values = {"since": 2023, **more}
    return Offer(key=new_key("o"), person=person.key, kind="offer", topic=topic, text=text, declared_at=now, **values)


def _first_words(town: Town, who: Townsperson) -> Incoming:
    return Incoming(
        id=f"join-{who.name}",
        platform=who.platform,
        account=who.account,
        name=who.name,
        address=who.address,
        at=town.now,
        what=Said(text=""),
    )


def read(person: Townsperson) -> str:
    """All that has reached somebody since they last looked, as plain text."""
    return "\n\n".join(message if isinstance(message, str) else plain_text(message) for message in person.reads())


async def change(town: Town, person: Townsperson, **profile: Any) -> None:
    """Something of the profile is different from now on."""
    async with town.storage.unit() as uow:
        known = await uow.people.get(person.key)
        await uow.people.save(replace(known, **profile))
        await uow.commit()


async def states(town: Town, asker: Townsperson) -> list[str]:
    """The states of somebody's requests, newest first, as the database has them."""
    async with town.storage.unit(write=False) as uow:
        return [str(one.state) for one in await uow.introductions.asked_by(asker.key)]


async def asks(
    town: Town, asker: Townsperson, who: str, *, reason: str = "Wir fangen gerade an.", how: str | None = None
) -> None:
    """From the question to the request sent: `asker` asks for the E-Akte and has themselves introduced to `who`."""
    await asker.says("Wer kennt sich mit der E-Akte aus?")
    listed = read(asker)
    line = next(line for line in listed.splitlines() if who in line and line[0].isdigit())
    await asker.picks(f"Mit Nr. {line.partition('.')[0]} bekannt machen")
    if "Ein Satz genügt" in read(asker):
        await asker.says(reason)
    if how is not None:
        await asker.picks("Wie soll gefragt werden?")
        await asker.picks(how)
    await asker.picks("Ja, mit E-Mail-Adresse")


async def wants(town: Town, person: Townsperson, intent: Intent) -> str:
    """What somebody reads when they press a button that carries this intent: however sentences are understood."""
    button = Message(blocks=(Choices(options=(Choice(label="›", intent=intent),)),))
    async with town.storage.unit() as uow:
        key = await uow.outbox.put(
            Outgoing(account=person.account, person=person.key, kind=Kind.ANSWER, message=button, due=town.now)
        )
        await uow.commit()
    await town.settle()
    read(person)
    await person.presses(key, 0)
    return read(person)
