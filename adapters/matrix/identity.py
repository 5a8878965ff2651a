"""Cross-signing, which matrix-nio 0.26 doesn't have: without it strict clients neither read the bot nor write to it.

Three Ed25519 seeds, made once and kept encrypted in the store; their public halves and the device's signature are on
the homeserver. Key ids and signatures are unpadded base64: strict clients silently drop padded ones.
"""

import base64
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapters.inside import Stopped
from adapters.matrix.client import Client

log = structlog.get_logger()

USAGES = ("master", "self_signing", "user_signing")
QUERY, KEYS, SIGNATURES = "keys/query", "keys/device_signing/upload", "keys/signatures/upload"


class Unsigned(Exception):
    """The homeserver didn't take it; try again. The message is a status."""


async def keep_signed(client: Client, store: Path, key: str) -> None:
    """Makes the identity at the first start, and signs this device if it isn't. Raises Stopped, Unsigned.

    Never replaces an identity that is already there: everybody who verified it would be warned.
    """
    file = store / "identity"
    there = await _asked(client)
    published = there.get("master_keys", {}).get(client.user_id)
    if file.exists():
        seeds = _opened(file, key)
    elif published is not None:
        raise Stopped(
            f"{client.user_id} already has a cross-signing identity that this store doesn't know: put the file"
            f" 'identity' of its earlier store into {store}, or reset the identity in the account's settings in a client"
        )
    else:
        seeds = {usage: Ed25519PrivateKey.generate() for usage in USAGES}
        _keep(file, key, seeds)
    if published is None:
        await _posted(client, KEYS, _public(client.user_id, seeds))
    elif _id(seeds["master"]) not in published["keys"]:
        raise Stopped(
            f"the homeserver has another cross-signing identity for {client.user_id} than {file}: reset one of them"
        )
    device = there.get("device_keys", {}).get(client.user_id, {}).get(client.device_id)
    if device is None:
        raise Unsigned("the device's keys aren't on the homeserver yet")
    if _id(seeds["self_signing"]) not in device.get("signatures", {}).get(client.user_id, {}):
        signed = _signed(device, client.user_id, seeds["self_signing"])
        answer = await _posted(client, SIGNATURES, {client.user_id: {client.device_id: signed}})
        if answer.get("failures"):
            raise Unsigned("the homeserver refused the device's signature")
        log.info("device signed", action="matrix sign-in", device=client.device_id)


def _public(user: str, seeds: Mapping[str, Ed25519PrivateKey]) -> dict[str, Any]:
    """The public keys as the homeserver wants them, the other two signed by the master key."""
    found: dict[str, Any] = {}
    for usage in USAGES:
        shown = {"user_id": user, "usage": [usage], "keys": {_id(seeds[usage]): _text(seeds[usage])}}
        found[f"{usage}_key"] = shown if usage == "master" else _signed(shown, user, seeds["master"])
    return found


def _signed(content: dict[str, Any], user: str, by: Ed25519PrivateKey) -> dict[str, Any]:
    bare = {name: value for name, value in content.items() if name not in ("signatures", "unsigned")}
    canonical = json.dumps(bare, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    return {**bare, "signatures": {user: {_id(by): _unpadded(by.sign(canonical))}}}


def _id(seed: Ed25519PrivateKey) -> str:
    return f"ed25519:{_text(seed)}"


def _text(seed: Ed25519PrivateKey) -> str:
    return _unpadded(seed.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def _unpadded(value: bytes) -> str:
    return base64.b64encode(value).decode().rstrip("=")


async def _asked(client: Client) -> dict[str, Any]:
    return await _posted(client, QUERY, {"device_keys": {client.user_id: []}})


async def _posted(client: Client, path: str, content: dict[str, Any]) -> dict[str, Any]:
    status, answer = await client.raw("POST", f"/_matrix/client/v3/{path}", content)
    if status != 200:
        raise Unsigned(f"{path}: {status} {answer.get('errcode', '')}".strip())
    return answer


# ---------------------------------------------------------------- at rest


def _box(key: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"lotse cross-signing").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def _keep(file: Path, key: str, seeds: Mapping[str, Ed25519PrivateKey]) -> None:
    raw = {usage: base64.b64encode(seed.private_bytes_raw()).decode() for usage, seed in seeds.items()}
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(_box(key).encrypt(json.dumps(raw).encode()))


def _opened(file: Path, key: str) -> dict[str, Ed25519PrivateKey]:
    try:
        raw = json.loads(_box(key).decrypt(file.read_bytes()))
    except InvalidToken:
        raise Stopped(f"LOTSE_MATRIX_STORE_KEY isn't the one that {file} was written with: give that one") from None
    return {usage: Ed25519PrivateKey.from_private_bytes(base64.b64decode(raw[usage])) for usage in USAGES}
