"""Two people on one platform with encrypted rooms may talk on in one of their own, when both want it."""

from bot.messages import Together
from tests.stories.network import asks, member, read
from tests.town import Town, Townsperson


async def introduced(town: Town, *, platform: str = "matrix") -> tuple[Townsperson, Townsperson]:
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg", platform="matrix")
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",), platform=platform)
    await asks(town, miriam, "Jens Kalthoff")
    await jens.picks("Ja")
    return miriam, jens


async def test_when_both_want_it_a_room_with_both_is_opened_once(town: Town):
    miriam, jens = await introduced(town)
    read(miriam), read(jens)
    await miriam.picks("Gemeinsamen Raum öffnen")
    assert "Sobald Jens Kalthoff das auch möchte" in read(miriam)
    assert "Miriam Vogt würde gern" in read(jens)
    await jens.picks("Gemeinsamen Raum öffnen")
    (room,) = [one for one in jens.reads() if any(isinstance(block, Together) for block in one.blocks)]
    (both,) = [block for block in room.blocks if isinstance(block, Together)]
    assert set(both.accounts) == {miriam.account, jens.account}
    assert "Miriam Vogt beginnt" in jens.last + read(miriam) + str(room.blocks)
    await miriam.picks("Gemeinsamen Raum öffnen")
    assert "schon" in read(miriam)


async def test_alone_nobody_opens_it(town: Town):
    miriam, jens = await introduced(town)
    read(jens)
    for _ in range(2):
        await miriam.picks("Gemeinsamen Raum öffnen")
    assert not any(isinstance(block, Together) for one in [*miriam.reads(), *jens.reads()] for block in one.blocks)


async def test_across_platforms_there_is_no_such_room(town: Town):
    miriam, jens = await introduced(town, platform="teams")
    await town.later("2026-11-23 12:00")
    assert "Raum" not in read(miriam) + read(jens)
