"""The demo network in the database: everybody of `adapters/demo_people.py`, in one transaction, once.

Whoever has talked in the terminal before is left alone.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from adapters.app import Lotse
from adapters.console import PLATFORM, account_of, address_of
from adapters.demo_people import SPEAKER, Member, network
from bot.flows import upkeep
from bot.model import AccountRow, Affiliation, Consent, Source
from bot.turn import Scene
from storage.unit_of_work import Unit

__all__ = ["SPEAKER", "START", "make"]

START = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Europe/Berlin"))
MADE = "demo"  # the key in `meta` that says that the network is there


async def make(lotse: Lotse, start: datetime) -> int:
    """How many people; none if the network is there already."""
    async with lotse.storage.unit() as uow:
        if await uow.meta.get(MADE) is not None:
            return 0
        made = 0
        for member in network(start):
            if await uow.accounts.get(account_of(member.person.name)) is None:
                await _add(uow, member, lotse.scene(uow))
                made += 1
        await uow.meta.put(MADE, start.isoformat())
        await uow.commit()
    return made


async def _add(uow: Unit, member: Member, scene: Scene) -> None:
    person, rules = member.person, scene.rules
    await uow.people.add(person)
    await uow.accounts.save(
        AccountRow(
            account=account_of(person.name),
            platform=PLATFORM,
            address=address_of(person.name),
            name=person.name,
            language=person.language,
            person=person.key,
            seen_at=person.active_at,
            noticed_at=person.created_at,
            notice_version=rules.notice.version,
        )
    )
    await uow.people.add_consent(
        Consent(person=person.key, version=rules.notice.version, given_at=person.created_at, source="chat")
    )
    if member.body is not None:
        since = person.created_at.date()
        await uow.people.affiliate(
            Affiliation(person=person.key, body=member.body.key, source=Source.COORDINATOR, since=since)
        )
    for offer in member.offers:
        await uow.people.add_offer(offer)
    for role, body in member.roles:
        await uow.people.grant(person.key, role, body, scene.now)
    await upkeep.plan(scene, person)
