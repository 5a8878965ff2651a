"""One platform fails, and people on the other don't notice."""

import asyncio
import json
from typing import Any
from urllib.request import Request, urlopen

from sqlalchemy import select

from storage.tables import outbox
from tests.across.conftest import Both
from tests.across.people import InElement, InTeams
from tests.teams.stub_connector import Fate


async def state(both: Both) -> dict[str, Any]:
    async with both.line.client.get(both.line.url("/readyz")) as answer:
        found: dict[str, Any] = await answer.json()
        return {"status": answer.status, **found["platforms"]}


async def test_a_revoked_matrix_token_leaves_teams_alone(both: Both):
    jens = await both.member("Jens Kalthoff", "Hückelhoven", "matrix", helps_with=("E-Akte",))
    miriam = await both.member("Miriam Vogt", "Ulm", "teams")
    async with both.running():
        await jens.opens_chat()
        await jens.says("/hilfe")
        await jens.reads("Das können Sie")
        assert await state(both) == {"status": 200, "teams": "connected", "matrix": "connected"}
        await asyncio.to_thread(revoke, both)
        await miriam.says("Wer kennt sich mit der E-Akte aus?")
        assert "Hückelhoven" in await miriam.reads("Jens Kalthoff")
        await jens.says("/hilfe")  # wakes the sync that no longer may
        while (await state(both))["matrix"] == "connected":
            await miriam.says("/hilfe")
            await miriam.reads("Das können Sie")
        assert await state(both) == {"status": 200, "teams": "connected", "matrix": "bad credentials"}
        await miriam.says("Wer kennt sich mit der E-Akte aus?")
        assert "Hückelhoven" in await miriam.reads("Jens Kalthoff")


def revoke(both: Both) -> None:
    kept = json.loads((both.settings.data / "matrix" / "session.json").read_text())
    url = f"{both.settings.matrix_homeserver}/_matrix/client/v3/logout"
    with urlopen(Request(url, b"{}", {"Authorization": f"Bearer {kept['token']}"})):
        pass


async def test_a_connector_that_hangs_leaves_matrix_alone(both: Both):
    jens = await both.member("Jens Kalthoff", "Hückelhoven", "matrix", helps_with=("E-Akte",))
    miriam = await both.member("Miriam Vogt", "Ulm", "teams", helps_with=("E-Akte",))
    assert isinstance(jens, InElement)
    assert isinstance(miriam, InTeams)
    async with both.running():
        await jens.opens_chat()
        both.line.stub.fates.append(Fate(hangs=True))
        await miriam.says("/hilfe")
        await both.line.stub.hanging.wait()
        await jens.says("Wer kennt sich mit der E-Akte aus?")
        await jens.reads("Miriam Vogt")
        await jens.says("/hilfe")
        await jens.reads("Das können Sie")
        assert await on_its_way_to(both, miriam) == ["sending"]  # all the while
        both.line.stub.let_go.set()


async def on_its_way_to(both: Both, person: InTeams) -> list[str]:
    async with both.storage() as storage, storage.transaction(write=False) as tx:
        rows = await tx.connection.execute(select(outbox.c.state).where(outbox.c.account == person.account))
        return [str(state) for (state,) in rows]
