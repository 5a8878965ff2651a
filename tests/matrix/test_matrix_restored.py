"""A backup is older than what was written since: its Matrix device can't read that, and nobody it wrote to later."""

import asyncio

import pytest

from adapters.commands.operation import backup, release, restore
from adapters.config import Settings
from adapters.inside import Stopped
from adapters.matrix.adapter import MatrixAdapter
from adapters.matrix.check import findings
from tests.matrix.conftest import Meets, service
from tests.matrix.test_matrix_stories import keys_of, listens


async def test_a_restored_bot_signs_in_anew_as_the_same_one(settings: Settings, meets: Meets):
    """As docs/matrix.md says: the identity is kept, the device isn't."""
    gerda, hanno = await meets("gerda"), await meets("hanno")
    file = settings.data.with_name("backup.zip")
    async with service(settings):
        await gerda.opens_chat()
        await gerda.says("hallo")
        await gerda.reads("Sind Sie einverstanden?")
        await backup(settings, file)
        await hanno.opens_chat()
        await hanno.says("hallo")
        await hanno.reads("Sind Sie einverstanden?")
    before = await keys_of(hanno)

    elsewhere = settings.model_copy(update={"data": settings.data.with_name("elsewhere")})
    assert "sign in anew before the start" in await restore(elsewhere, file)
    store = elsewhere.matrix_store
    for name in ("session.json", "device.db"):
        (store / name).unlink()
    await release(elsewhere)
    async with service(elsewhere):
        for person in (gerda, hanno):
            await person.sees_devices(2)
            await person.says("/hilfe")
            await person.reads("Das können Sie zu mir sagen")
        await gerda.says("ja")
        await gerda.reads("In welcher Kommune arbeiten Sie?")
        assert "the device is cross-signed" in [one.text async for one in findings(elsewhere)]
    after = await keys_of(hanno)
    assert after["master_keys"] == before["master_keys"]
    assert len(after["device_keys"][hanno.bot]) == len(before["device_keys"][hanno.bot]) + 1


async def test_the_doctor_says_how_the_identity_is_taken_in_where_the_whole_store_is_lost(
    settings: Settings, meets: Meets
):
    inka = await meets("inka")
    async with service(settings):
        await inka.opens_chat()
    settings.matrix_store.rename(settings.data / "lost")
    with pytest.raises(Stopped, match="identity"):
        await asyncio.wait_for(listens(MatrixAdapter(settings), settings), 60)
    problems = [one.remedy async for one in findings(settings) if one.state == "problem"]
    assert len(problems) == 1
    assert "import-identity" in problems[0]
