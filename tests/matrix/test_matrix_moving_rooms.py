"""Rooms that change while something is on its way: thrown out in the middle of a send, and moved before an unasked one."""

from adapters.beside import beside
from adapters.config import Settings
from tests.matrix.between import gateway
from tests.matrix.conftest import Clock, Meets, service
from tests.matrix.test_matrix_guards import ask
from tests.matrix.test_matrix_limits import waiting
from tests.matrix.test_matrix_network import helps
from tests.matrix.test_matrix_other_ends import NEUTRAL, address_of, asked, messages
from tests.matrix.test_matrix_stories import settled_in


async def test_thrown_out_while_the_request_is_on_its_way(settings: Settings, meets: Meets):
    """The request ends as undeliverable, its asker reads the truth as far as it is theirs, and others are served."""
    nele, ralf, udo = [await meets(f"{name}.kick") for name in ("nele", "ralf", "udo")]
    clock = Clock()
    async with gateway(str(settings.matrix_homeserver)) as (between, url):
        behind = settings.model_copy(update={"matrix_homeserver": url})
        async with service(behind, clock):
            await helps(ralf, "Hückelhoven")
            await settled_in(udo, "Buxtehude")
            await settled_in(nele, "Ulm")
            clock.jumps_to("2026-11-23 21:40")
            await nele.says("wer kennt sich mit der e-akte aus?")
            await nele.reads("bekannt machen")
            await nele.says("1")
            await nele.reads("Ein Satz genügt")
            await nele.says("Wir fangen gerade an.")
            await nele.reads("So geht die Anfrage an")
            await nele.says("ja")
            await nele.reads("E-Mail")
            await nele.says(address_of(nele))
            await nele.reads("Dienstag, 24. November 2026, 09:00")
            heard = len(messages(ralf))

            between.keeps_back(f"rooms/{ralf.room}/send/")
            clock.jumps_to("2026-11-24 09:00")
            await between.kept.wait()
            await ralf.client.room_kick(ralf.room, ralf.bot)
            await udo.says("/hilfe")
            await udo.reads("Das können Sie zu mir sagen")  # the others go on meanwhile
            between.lets_go()
            while ("dead", "room left") not in await waiting(settings) or await looked_at_later(settings):
                await nele.sync(200)
            await nele.says("und?")
            await nele.reads("noch keine Zusage")
            clock.jumps_to("2026-11-24 10:00")
            told = await nele.reads(NEUTRAL)
            assert "Dabei belassen" in told
            await nele.says("meine vorstellungen")
            assert "zugestellt" not in await nele.reads("hat diesmal nicht geklappt")
            await nele.says("wer kennt sich mit der e-akte aus?")
            await nele.reads("finde ich zurzeit niemanden")  # who can't be reached isn't offered
    assert len(messages(ralf)) == heard


async def test_an_unasked_message_reaches_the_room_that_followed_an_upgrade(settings: Settings, meets: Meets):
    gerd, anke = await meets("gerd.moves"), await meets("anke.moves")
    clock = Clock()
    async with service(settings, clock):
        await helps(gerd, "Hückelhoven")
        await settled_in(anke, "Ulm")
        old = gerd.room
        gerd.room = (await ask(gerd, "POST", f"rooms/{old}/upgrade", {"new_version": "12"}))["replacement_room"]
        await gerd.client.room_invite(gerd.room, gerd.bot)
        await gerd.until(lambda: gerd.members() == 2)
        clock.jumps_to("2026-11-24 10:00")
        assert "> Wir fangen gerade an." in await asked(anke, gerd)
        request = next(one for one in reversed(gerd.seen) if "Wir fangen gerade an." in str(one["content"].get("body")))
        assert request["room_id"] == gerd.room != old
        assert request["content"]["m.mentions"] == {"user_ids": [gerd.user]}
        assert request["decrypted"]
        await gerd.picks("Ja, gern")
        await gerd.reads("E-Mail")
        await gerd.says(address_of(gerd))
        await anke.reads(address_of(gerd))


async def looked_at_later(settings: Settings) -> bool:
    """Whether the core has still to hear of a message that is dead."""
    async with beside(settings) as lotse, lotse.storage.unit(write=False) as uow:
        return any(kind == "undelivered" for kind, _, _ in await uow.agenda.due(lotse.now().replace(year=2100)))
