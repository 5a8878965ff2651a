"""What its author takes out of a note is in no byte of the database's files and in no line of the log."""

import asyncio
from pathlib import Path

import pytest

from storage.register import topics
from storage.unit_of_work import Storage
from tests.databases import SQLiteFiles
from tests.stories.conftest import some_municipalities
from tests.stories.network import read
from tests.stories.test_visit_j7 import visited
from tests.town import Town

SECRET = "Quarzheimer Wanderakten"
ANSWER = f"neu war die Ablage am Deckblatt und {SECRET}. bestätigt hat sich das Aussortieren. wir starten im März mit 200 Akten"


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


async def told(url: str, *, taken_out: bool) -> None:
    storage = await Storage.open(url)
    async with storage.unit() as uow:
        await uow.bodies.put(*some_municipalities())
        await uow.topics.ship(topics())
        await uow.commit()
    town = Town(storage)
    miriam, _ = await visited(town)
    await town.later("2027-01-07 09:30")
    read(miriam)
    await miriam.says(ANSWER)
    assert SECRET in read(miriam)
    if taken_out:
        await miriam.says(f"die {SECRET} bitte raus, sonst stimmts")
        assert SECRET not in read(miriam).rpartition("Bestätigt")[2]
        await town.later("2027-01-07 12:00")
    await storage.close()


@pytest.mark.parametrize("taken_out", [False, True])
def test_what_was_taken_out_is_in_no_byte(
    sqlite_files: SQLiteFiles,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    taken_out: bool,  # noqa: FBT001
) -> None:
    """With a first run in which it stays, so that the search is known to find it."""
    folder = tmp_path / "files"
    folder.mkdir()
    asyncio.run(told(sqlite_files.fresh(folder), taken_out=taken_out))
    found = SECRET.encode() in bytes_of(folder) or SECRET.casefold().encode() in bytes_of(folder)
    assert found is not taken_out
    out, err = capfd.readouterr()
    assert SECRET not in out + err
