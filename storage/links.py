"""Codes that link a second account."""

from dataclasses import asdict

from sqlalchemy import select, update

from bot.model import LinkCode
from storage.tables import link_codes
from storage.transaction import Transaction

_FIELDS = [link_codes.c[name] for name in LinkCode.__slots__]


class LinkStore:
    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction

    async def add(self, link: LinkCode) -> None:
        await self._in.run(link_codes.insert(), asdict(link))

    async def get(self, key: str) -> LinkCode | None:
        """Locked until the end: two accounts can't redeem one code."""
        found = await self._in.row(select(*_FIELDS).where(link_codes.c.key == key).with_for_update())
        return None if found is None else LinkCode(**found)

    async def by_digest(self, digest: str) -> LinkCode | None:
        """Locked as with `get`."""
        found = await self._in.row(select(*_FIELDS).where(link_codes.c.digest == digest).with_for_update())
        return None if found is None else LinkCode(**found)

    async def save(self, link: LinkCode) -> None:
        await self._in.run(update(link_codes).where(link_codes.c.key == link.key).values(asdict(link)))
