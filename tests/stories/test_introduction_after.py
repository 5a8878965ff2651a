"""After both said yes: the check-in and its end, thanks passed on; and contacts who can't be reached."""

from dataclasses import replace

from bot.intents import CheckIn
from tests.stories.network import asks, change, member, read, states, wants
from tests.town import Town, Townsperson


async def introduced(town: Town) -> tuple[Townsperson, Townsperson]:
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", platform="matrix", helps_with=("E-Akte",))
    await asks(town, miriam, "Jens Kalthoff")
    await jens.picks("Ja, gern")
    read(miriam)
    read(jens)
    return miriam, jens


async def test_two_check_ins_then_silence(town: Town):
    miriam, jens = await introduced(town)
    await town.later("2026-12-01 10:00")
    assert "Haben Sie schon mit Jens Kalthoff gesprochen" in read(miriam)
    await town.later("2026-12-08 10:00")
    assert "Noch einmal kurz gefragt, dann nicht mehr" in read(miriam)
    await town.later("2027-03-01 10:00")
    assert read(miriam) == ""
    assert read(jens) == ""
    assert await states(town, miriam) == ["settled"]
    await miriam.says("meine vorstellungen")
    assert "kalthoff@rathaus.example" in read(miriam)
    assert "Das freut mich" in await wants(town, miriam, CheckIn(answer="talked"))  # telling it later is welcome
    assert await states(town, miriam) == ["talked"]


async def test_settled_ends_the_questions(town: Town):
    miriam, _ = await introduced(town)
    await town.later("2026-12-01 10:00")
    await miriam.picks("Hat sich erledigt")
    assert "dann ist das abgeschlossen" in read(miriam)
    await town.later("2027-03-01 10:00")
    assert read(miriam) == ""


async def test_with_prompts_off_nobody_asks(town: Town):
    miriam, _ = await introduced(town)
    await change(town, miriam, prompts_off=True)
    await town.later("2027-03-01 10:00")
    assert read(miriam) == ""


async def test_thanks_are_passed_on_as_they_are_and_once(town: Town):
    miriam, jens = await introduced(town)
    await town.later("2026-12-01 10:00")
    await miriam.picks("Ja")
    assert "Das muss nicht sein" in read(miriam)
    assert read(jens) == ""
    await miriam.picks("Einen Satz Dank weitergeben")
    await miriam.says("Der Scanplan war Gold wert!")
    assert "Ist weitergegeben, genau so." in read(miriam)
    assert read(jens) == "Miriam Vogt lässt Ihnen danken:\n\n> Der Scanplan war Gold wert!"
    await miriam.picks("Einen Satz Dank weitergeben")
    assert "schon weitergegeben" in read(miriam)
    assert read(jens) == ""


async def test_asking_again_after_the_introduction_repeats_the_contact(town: Town):
    miriam, jens = await introduced(town)
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    read(miriam)
    await miriam.picks("Mit Nr. 1 bekannt machen")
    again = read(miriam)
    assert "Das ist schon unterwegs" not in again
    assert "Sie sind schon miteinander bekannt" in again
    assert "E-Mail: kalthoff@rathaus.example" in again
    assert read(jens) == ""


async def test_a_contact_who_removed_the_app_ends_neutrally(town: Town):
    await town.later("2026-11-23 21:40")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",))
    await member(town, "Petra Lang", "Plochingen", helps_with=("E-Akte",))
    await asks(town, miriam, "Jens Kalthoff")
    read(miriam)
    town.platforms["teams"].left.add(jens.account)
    await town.later("2026-11-24 09:30")
    await miriam.says("und?")
    assert "noch nicht zugestellt; noch keine Zusage" in read(miriam)
    await town.later("2026-11-24 10:00")
    assert read(miriam).startswith(
        "Ihre Anfrage zum Thema „E-Akte“ hat diesmal leider nicht geklappt.\n\n1) Als Nächstes fragen: Petra Lang"
    )
    assert await states(town, miriam) == ["dropped"]


async def test_who_became_unreachable_is_no_longer_offered(town: Town):
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",))
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    read(miriam)
    async with town.storage.unit() as uow:
        account = await uow.accounts.get(jens.account)
        assert account is not None
        await uow.accounts.save(replace(account, reachable=False))
        await uow.commit()
    await miriam.picks("Mit Nr. 1 bekannt machen")
    assert "Diese Person ist zurzeit nicht erreichbar" in read(miriam)
