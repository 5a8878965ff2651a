"""The demo network in the database: everybody of `adapters/demo_people.py`, in one transaction, once.

Whoever has talked in the terminal before is left alone.
"""

from datetime import datetime

from adapters.app import Lotse
from adapters.console import PLATFORM, account_of, address_of
from adapters.demo_people import SPEAKER, START, Member, network
from adapters.imports import dates_of
from bot.model import AccountRow, Affiliation, Consent, Source
from bot.turn import Scene
from storage.members import NewMember, add_members

__all__ = ["SPEAKER", "START", "make"]

MADE = "demo"  # the key in `meta` that says that the network is there


async def make(lotse: Lotse, start: datetime) -> int:
    """How many people; none if the network is there already."""
    async with lotse.storage.unit() as uow:
        if await uow.meta.get(MADE) is not None:
            return 0
        scene = lotse.scene(uow)
        everybody = [_new(member, scene) for member in network(start, without=lotse.storage.tombstones.read())]
        here = {one.person.key for one in everybody if one.account and await uow.accounts.get(one.account.account)}
        missing = [one for one in everybody if one.person.key not in here]
        await add_members(uow, missing, start)
        await uow.meta.put(MADE, start.isoformat())
        await uow.commit()
    return len(missing)


def _new(member: Member, scene: Scene) -> NewMember:
    person, version = member.person, scene.rules.notice.version
    joined = person.created_at
    return NewMember(
        person=person,
        account=AccountRow(
            account=account_of(person.name),
            platform=PLATFORM,
            address=address_of(person.name),
            name=person.name,
            language=person.language,
            person=person.key,
            seen_at=person.active_at,
            noticed_at=joined,
            notice_version=version,
        ),
        consent=Consent(person=person.key, version=version, given_at=joined),
        affiliation=None
        if member.body is None
        else Affiliation(person=person.key, body=member.body.key, source=Source.COORDINATOR, since=joined.date()),
        offers=member.offers,
        roles=member.roles,
        dates=dates_of(person, scene),
    )
