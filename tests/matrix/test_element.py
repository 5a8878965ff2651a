"""Opt-in: Element's own SDK and crypto (matrix-js-sdk) against Lotse on a real Synapse, as strict as it can be told to be.

    npm i --prefix .lotse/npm matrix-js-sdk@37.5.0
    pytest tests/matrix/test_element.py

Where the package is somewhere else, MATRIX_JS_SDK says where. In the strict mode, which Element means to make the rule, a
client reads only what comes from devices that their owner has cross-signed, and gives keys to those only.
"""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from adapters.config import Settings
from adapters.matrix.local_synapse import Homeserver
from tests.matrix.conftest import service
from tests.matrix.element import SDK, Element
from tests.matrix.test_matrix_stories import introduced

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="needs node 20 or newer"),
    pytest.mark.skipif(not SDK.exists(), reason="npm i --prefix .lotse/npm matrix-js-sdk@37.5.0, or set MATRIX_JS_SDK"),
]
UNSIGNED_DEVICE = 2  # EventShieldReason: "Encrypted by a device not verified by its owner."
SIGNING = ("/keys/device_signing/upload", "/keys/signatures/upload")
Opens = Callable[..., Awaitable[Element]]


@pytest.fixture
async def opens(homeserver: Homeserver, bot: str) -> AsyncIterator[Opens]:
    """Somebody with an account, signed in; their name is used once in a session."""
    async with AsyncExitStack() as stack:

        async def made(name: str, *, strict: bool = True) -> Element:
            return await stack.enter_async_context(Element(homeserver, name, bot, strict=strict))

        yield made


def trusted(person: Element) -> None:
    """Everything was encrypted, could be read, and stood there without a warning."""
    assert len(person.messages()) >= 5
    assert {(one["encrypted"], one["failure"], one["shield"]) for one in person.messages()} == {(True, None, 0)}


async def test_a_first_conversation_with_the_strictest_client(settings: Settings, opens: Opens):
    elsa = await opens("elsa")
    async with service(settings):
        await elsa.opens_chat()
        await elsa.says("Wer hat die E-Akte schon eingeführt?")
        await elsa.reads("Sind Sie einverstanden?")
        await elsa.until(lambda: sum(one["type"] == "m.reaction" for one in elsa.seen) == 2)
        asked = next(one for one in elsa.seen if "Sind Sie einverstanden?" in one["content"].get("body", ""))
        await elsa.presses(asked["event_id"], "1️⃣")
        await elsa.reads("In welcher Kommune arbeiten Sie?")
        await elsa.says("Siegburg")
        await elsa.reads("E-Akte")
        await elsa.says("Ich möchte meine Daten als Datei")
        await elsa.until(lambda: any(one["content"].get("msgtype") == "m.file" for one in elsa.seen))
    trusted(elsa)
    file = next(one["content"] for one in elsa.seen if one["content"].get("msgtype") == "m.file")
    clear, stored = await elsa.opens_file(file["file"])
    assert elsa.user in clear
    assert "elsa" not in stored


async def test_two_people_are_introduced_one_with_a_strict_client_one_with_an_ordinary_one(
    settings: Settings, opens: Opens
):
    ines, olaf = await opens("ines"), await opens("olaf", strict=False)
    async with service(settings):
        await introduced(ines, olaf)
        await ines.says("Gemeinsamen Raum öffnen")
        await ines.reads("Sobald olaf das auch möchte")
        await olaf.reads("gemeinsamen, verschlüsselten Raum")
        await olaf.says("1")
        for person in (ines, olaf):
            await person.reads("ines beginnt")
        room = ines.seen[-1]["room_id"]
        assert room not in (ines.room, olaf.room)
        await ines.says("Danke! Passt Dienstag?", room=room)
        await olaf.reads("Passt Dienstag?")
    trusted(ines)
    trusted(olaf)


async def test_a_bot_without_cross_signing_is_neither_read_nor_written_to(
    homeserver: Homeserver, settings: Settings, opens: Opens
):
    """That the others can fail; and that a later signature mends it."""
    iris, otis = await opens("iris"), await opens("otis", strict=False)
    async with refusing(homeserver, *SIGNING) as url, service(settings.model_copy(update={"matrix_homeserver": url})):
        await otis.opens_chat()
        await otis.says("hallo")
        await otis.reads("Sind Sie einverstanden?")
        await iris.opens_chat()
        await iris.says("hallo")
        await iris.until(lambda: iris.messages() != [])
    assert {one["failure"] for one in iris.messages()} == {"UNSIGNED_SENDER_DEVICE"}
    assert "einverstanden" not in iris.text()
    assert {one["why"] for one in otis.messages()} == {UNSIGNED_DEVICE}
    async with service(settings):
        await iris.trusts_the_bot()
        await iris.says("hallo?")
        await iris.reads("Sind Sie einverstanden?")


@asynccontextmanager
async def refusing(homeserver: Homeserver, *paths: str) -> AsyncIterator[str]:
    """The homeserver's address for somebody whose requests to these paths it refuses."""

    async def hand_over(request: web.Request) -> web.Response:
        if request.path.endswith(paths):
            return web.json_response({"errcode": "M_FORBIDDEN", "error": "no"}, status=403)
        headers = {name: value for name, value in request.headers.items() if name in ("Authorization", "Content-Type")}
        async with session.request(
            request.method, f"{homeserver.url}{request.path_qs}", data=await request.read(), headers=headers
        ) as answer:
            return web.Response(status=answer.status, body=await answer.read(), content_type=answer.content_type)

    app = web.Application(client_max_size=2**24)
    app.router.add_route("*", "/{path:.*}", hand_over)
    async with ClientSession() as session, TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")
