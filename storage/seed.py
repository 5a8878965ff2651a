"""Loads the register and the topics that are shipped, once per version of them, and once the drafts of nudges.

What admins added or changed stays.
"""

from bot.model import new_key
from bot.nudges.ready import ready
from storage.meta import INSTANCE, SEEDED
from storage.register import municipalities, topics, version
from storage.unit_of_work import Storage

BATCH = 1000  # rows a statement


async def seed(storage: Storage) -> bool:
    """Whether there was anything to do."""
    shipped = version()
    async with storage.unit(write=False) as uow:
        if await uow.meta.get(SEEDED) == shipped:
            return False
    async with storage.unit() as uow:
        register = list(municipalities())
        for start in range(0, len(register), BATCH):
            await uow.bodies.put(*register[start : start + BATCH])
        await uow.topics.ship(topics())
        await uow.meta.put(SEEDED, shipped)
        if await uow.meta.get(INSTANCE) is None:
            await uow.meta.put(INSTANCE, new_key("n"))
            for nudge in ready():
                await uow.nudges.add(nudge)
        await uow.commit()
    return True
