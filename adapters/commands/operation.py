"""Commands about the installation: schema, backup, restore, and sending that is held."""

from pathlib import Path

from adapters.app import Unfit, make_folder, real_time
from adapters.beside import beside, must_be_there
from adapters.config import Settings
from storage import backup as backups
from storage import pending
from storage.seed import seed
from storage.unit_of_work import Storage

LAST_BACKUP = "backup"  # the key in `meta`: when the last one was taken


async def migrate(settings: Settings) -> str:
    """Brings the schema, the register and the topics up to date."""
    make_folder(settings)
    storage = await Storage.open(settings.database, tombstones=settings.tombstone_file)
    try:
        loaded = await seed(storage)
    finally:
        await storage.close()
    return "the database has the newest schema" + (", and the register and the topics" if loaded else "")


async def backup(settings: Settings, path: Path) -> str:
    """Beside the running bot. Raises Unfit where there is no database."""
    must_be_there(settings)
    rows = await backups.backup(settings.database, path, now=real_time(), folder=settings.matrix_store)
    async with beside(settings) as lotse, lotse.storage.unit() as uow:
        await uow.meta.put(LAST_BACKUP, real_time().isoformat())
        await uow.commit()
    return f"{rows} rows in {path}: it holds personal data in plain text; encrypt it, and delete it in time"


async def restore(settings: Settings, path: Path) -> str:
    """Into an empty database; nothing is sent from it before `lotse release`."""
    make_folder(settings)
    done = await backups.restore(
        path, settings.database, tombstones=settings.tombstone_file, folder=settings.matrix_store
    )
    again = f"; {done.erased} people erased since then are erased again" if done.erased else ""
    if not settings.tombstone_file.exists():
        again = (
            f"; there is no file of erasures at {settings.tombstone_file}: if anybody was erased since the backup,"
            " restore again with LOTSE_TOMBSTONES set to it"
        )
    device = ""
    if (settings.matrix_store / "device.db").exists():
        device = (
            f"\nThe Matrix device in {settings.matrix_store} is as old as the backup: unless nothing was written since,"
            " sign in anew before the start, as docs/matrix.md says"
        )
    return (
        f"{done.rows} rows restored{again}.\nNothing is sent yet: `lotse doctor` lists what is pending,"
        f" `lotse release` lets it go{device}"
    )


async def release(settings: Settings) -> str:
    async with beside(settings) as lotse:
        waiting = await pending.pending(lotse.storage)
        if not await pending.release(lotse.storage):
            raise Unfit("sending isn't held")
        async with lotse.storage.unit() as uow:
            count = sum(one.count for one in waiting)
            await uow.audit.note(lotse.now(), "operator", "sending.released", rows=count)
            await uow.commit()
    return f"sending begins again, with {count} messages that were waiting; those whose time is over are left out"
