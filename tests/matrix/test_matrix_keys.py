"""Messages that the bot has no key for, against a real homeserver."""

from adapters.config import Settings
from tests.matrix.conftest import Meets, service
from tests.matrix.test_matrix_stories import settled_in


async def test_who_withholds_the_key_is_told_once_and_asked_to_write_again(settings: Settings, meets: Meets):
    lotta = await meets("lotta")
    async with service(settings):
        await settled_in(lotta, "Siegburg")
        olm = lotta.client.olm
        olm.create_outbound_group_session(lotta.room)
        olm.outbound_group_sessions[lotta.room].mark_as_shared()
        olm.outbound_group_sessions[lotta.room].shared = True  # with nobody
        await lotta.says("wer kennt sich mit der e-akte aus?")
        await lotta.says("hallo?")
        await lotta.reads("konnte ich nicht entschlüsseln")
        lotta.client.invalidate_outbound_session(lotta.room)
        await lotta.says("/hilfe")
        await lotta.reads("Das können Sie zu mir sagen")
    told = [one for one in lotta.seen if "nicht entschlüsseln" in one["content"].get("body", "")]
    assert len(told) == 1
