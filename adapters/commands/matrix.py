"""Commands about the bot's Matrix account: its cross-signing identity, in and out. The service must not run meanwhile."""

from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from adapters.app import Unfit, make_folder
from adapters.config import Settings
from adapters.inside import Stopped
from adapters.matrix import recovery, seeds
from adapters.matrix.session import NotNow, lock, sign_in

WITHIN = ClientTimeout(total=30)
NOW_START = "the identity is in the store; now start `lotse run`, and `lotse doctor` says whether the device is signed"


async def export_identity(settings: Settings, file: Path) -> str:
    user, key = _configured(settings)
    try:
        found = seeds.kept(settings.matrix_store, key)
    except Stopped as stopped:
        raise Unfit(str(stopped)) from None
    if found is None:
        raise Unfit(f"there is no identity in {settings.matrix_store} yet: `lotse run` makes one at its first start")
    seeds.export(file, user, found)
    return f"the identity of {user} is in {file}, not encrypted: who has it can pass for the bot; keep it in a safe"


async def import_identity(settings: Settings, file: Path) -> str:
    user, _ = _configured(settings)
    return await _take_in(settings, seeds.imported(file, user))


async def recover_identity(settings: Settings, typed: str) -> str:
    """With the recovery key that a client gave out when it made the identity. Signs in, if that wasn't done yet."""
    _configured(settings)
    key = recovery.opened(typed)
    make_folder(settings)
    try:
        with lock(settings.matrix_store):
            session = await sign_in(settings, settings.matrix_store)
            async with ClientSession(settings.matrix_homeserver, timeout=WITHIN) as http:
                at = f"/_matrix/client/v3/user/{session.user}/account_data/"
                headers = {"Authorization": f"Bearer {session.token}"}
                name = (await _got(http, f"{at}m.secret_storage.default_key", headers)).get("key")
                recovery.checked(key, await _got(http, f"{at}m.secret_storage.key.{name}", headers))
                texts: dict[str, object] = {}
                for usage in seeds.USAGES:
                    kept = await _got(http, f"{at}m.cross_signing.{usage}", headers)
                    locked = kept.get("encrypted", {}).get(name, {})
                    texts[usage] = recovery.secret(key, f"m.cross_signing.{usage}", locked)
    except (Stopped, NotNow) as error:
        raise Unfit(str(error)) from None
    except (ClientError, TimeoutError):
        raise Unfit("the homeserver doesn't answer: check LOTSE_MATRIX_HOMESERVER, or try later") from None
    return await _take_in(settings, seeds.from_text(texts))


async def _take_in(settings: Settings, found: seeds.Seeds) -> str:
    _, key = _configured(settings)
    make_folder(settings)
    try:
        with lock(settings.matrix_store):
            seeds.keep(settings.matrix_store, key, found)
    except Stopped as stopped:
        raise Unfit(str(stopped)) from None
    except FileExistsError:
        raise Unfit(f"{settings.matrix_store / seeds.NAME} is there already: move it away first") from None
    return NOW_START


async def _got(http: ClientSession, path: str, headers: dict[str, str]) -> dict[str, Any]:
    async with http.get(path, headers=headers) as answer:
        if answer.status != 200:
            raise Unfit("the account has no secret storage on its homeserver: set up recovery in a client first")
        found: dict[str, Any] = await answer.json()
        return found


def _configured(settings: Settings) -> tuple[str, str]:
    """The user and the secret of the store."""
    if settings.matrix_user is None or settings.matrix_homeserver is None or settings.matrix_store_key is None:
        raise Unfit("set LOTSE_MATRIX_HOMESERVER, LOTSE_MATRIX_USER and LOTSE_MATRIX_STORE_KEY")
    return settings.matrix_user, settings.matrix_store_key.get_secret_value()
