"""The store is lost, or somebody else made the account's identity: what an operator can do, on a real homeserver."""

import base64
import hmac
import json
import os
import shutil
import stat
from functools import reduce
from operator import xor
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from adapters.app import Unfit
from adapters.commands.matrix import export_identity, import_identity, recover_identity
from adapters.config import Settings
from adapters.inside import Stopped
from adapters.matrix import recovery
from adapters.matrix.adapter import MatrixAdapter
from tests.matrix.conftest import Meets, service
from tests.matrix.people import Human
from tests.matrix.test_matrix_guards import ask
from tests.matrix.test_matrix_stories import doctor, keys_of, listens, settled_in, verified


async def test_after_a_lost_store_a_new_device_is_signed_with_the_kept_identity_and_people_go_on(
    settings: Settings, meets: Meets, tmp_path: Path
):
    """As docs/matrix.md says: stop, take in the identity, start. Nobody who trusted the bot is warned."""
    olga = await meets("olga")
    async with service(settings):
        await settled_in(olga, "Siegburg")
    before, safe = await keys_of(olga), tmp_path / "safe.json"
    assert "keep it in a safe" in await export_identity(settings, safe)
    assert stat.S_IMODE(safe.stat().st_mode) == 0o600

    shutil.rmtree(settings.matrix_store)
    await olga.says("wer hilft mir heute nacht?")
    with pytest.raises(Stopped, match="import-identity"):
        await listens(MatrixAdapter(settings), settings)
    await import_identity(settings, safe)
    async with service(settings):
        await olga.reads("nicht entschlüsseln")
        await olga.sees_devices(2)
        await olga.says("/hilfe")
        await olga.reads("Das können Sie zu mir sagen")
        assert "the device is cross-signed" in await doctor(settings)
    after, user = await keys_of(olga), olga.bot
    assert after["master_keys"] == before["master_keys"]
    (old,) = before["device_keys"][user]
    (own,) = after["self_signing_keys"][user]["keys"]
    new = [device for name, device in after["device_keys"][user].items() if name != old]
    assert any(own in device["signatures"][user] for device in new)
    verified(next(device for device in new if own in device["signatures"][user]), user, own)


async def test_a_device_without_its_keys_isnt_begun_anew(settings: Settings, meets: Meets):
    """nio makes new keys under the old device: nobody could read it, and everybody would be warned."""
    paul = await meets("paul")
    async with service(settings):
        await settled_in(paul, "Siegburg")
    before = await keys_of(paul)
    for file in settings.matrix_store.glob("device.db*"):
        file.unlink()
    adapter = MatrixAdapter(settings)
    with pytest.raises(Stopped, match="sign in as a new device"):
        await listens(adapter, settings)
    assert adapter.state.condition == "failed"
    assert await keys_of(paul) == before


async def test_another_secret_opens_nothing_and_says_so(settings: Settings, meets: Meets):
    ruth = await meets("ruth")
    async with service(settings):
        await ruth.opens_chat()
    wrong = settings.model_copy(update={"matrix_store_key": type(settings.matrix_store_key)("another secret entirely")})
    with pytest.raises(Stopped, match="LOTSE_MATRIX_STORE_KEY"):
        await listens(MatrixAdapter(wrong), wrong)


# ---------------------------------------------------------------- an identity that another client made


def _locked(key: bytes, name: str, text: bytes) -> dict[str, str]:
    """As Element locks a secret: written from the specification, apart from the product's way of opening it."""
    both = HKDF(SHA256(), length=64, salt=bytes(32), info=name.encode()).derive(key)
    iv = os.urandom(16)
    hidden = Cipher(AES(both[:32]), CTR(iv)).encryptor().update(text)
    parts = {"iv": iv, "ciphertext": hidden, "mac": hmac.digest(both[32:], hidden, "sha256")}
    return {part: base64.b64encode(value).decode() for part, value in parts.items()}


def _as_people_have_it(key: bytes) -> str:
    raw = b"\x8b\x01" + key
    number = int.from_bytes(raw + bytes([reduce(xor, raw)]))
    letters = ""
    while number:
        number, rest = divmod(number, 58)
        letters = recovery.ALPHABET[rest] + letters
    return " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))


async def _left_on_the_homeserver(person: Human, token: str, seeds: dict[str, Any], key: bytes) -> None:
    """What a client does that sets up recovery for the bot's account."""
    person.client.access_token, mine = token, person.client.access_token
    at = f"user/{person.bot}/account_data"
    zeros = _locked(key, "", bytes(32))
    description = {"algorithm": "m.secret_storage.v1.aes-hmac-sha2", "iv": zeros["iv"], "mac": zeros["mac"]}
    await ask(person, "PUT", f"{at}/m.secret_storage.default_key", {"key": "k1"})
    await ask(person, "PUT", f"{at}/m.secret_storage.key.k1", description)
    for usage in ("master", "self_signing", "user_signing"):
        name = f"m.cross_signing.{usage}"
        await ask(person, "PUT", f"{at}/{name}", {"encrypted": {"k1": _locked(key, name, seeds[usage].encode())}})
    person.client.access_token = mine


async def test_an_identity_that_another_client_made_is_taken_in_with_its_recovery_key(
    settings: Settings, meets: Meets, tmp_path: Path
):
    nele, key = await meets("nele"), os.urandom(32)
    async with service(settings):  # stands for the other client: it makes the identity
        await nele.opens_chat()
        await nele.reads("Sind Sie einverstanden?")
    await export_identity(settings, tmp_path / "seeds.json")
    token = json.loads((settings.matrix_store / "session.json").read_text())["token"]
    await _left_on_the_homeserver(nele, token, json.loads((tmp_path / "seeds.json").read_text()), key)

    mine = settings.model_copy(update={"data": tmp_path / "mine"})
    with pytest.raises(Stopped, match="recover-identity"):
        await listens(MatrixAdapter(mine), mine)
    with pytest.raises(Unfit, match="recovery key"):
        await recover_identity(mine, _as_people_have_it(os.urandom(32)))
    assert not (mine.matrix_store / "identity").exists()
    assert "start `lotse run`" in await recover_identity(mine, _as_people_have_it(key))
    async with service(mine):
        await nele.sees_devices(2)
        await nele.says("hallo")
        await nele.reads("Sind Sie einverstanden?")
        assert "the device is cross-signed" in await doctor(mine)
    with pytest.raises(Unfit, match="is there already"):
        await import_identity(mine, tmp_path / "seeds.json")


def test_a_recovery_key_is_read_as_other_programs_write_it():
    """The example of the other implementations."""
    bits = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"
    typed = "EsTc LW2K PGiF wKEA 3As5 g5c4 BXwk qeeJ ZJV8 Q9fu gUMN UE4d"
    assert recovery.opened(typed).hex() == bits
    for wrong in ("", typed[:-1], typed.replace("K", "k", 1), "0OIl", "EsTc"):
        with pytest.raises(Unfit):
            recovery.opened(wrong)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"user": "@other:town.example"}'])
async def test_a_file_without_an_identity_is_refused(settings: Settings, tmp_path: Path, content: str):
    (tmp_path / "file").write_text(content)
    with pytest.raises(Unfit):
        await import_identity(settings, tmp_path / "file")
