"""Cross-signing, which matrix-nio 0.26 doesn't have: without it strict clients neither read the bot nor write to it.

Three Ed25519 seeds, made once and kept encrypted in the store; their public halves and the device's signature are on
the homeserver. Key ids and signatures are unpadded base64: strict clients silently drop padded ones.
"""

import json
from pathlib import Path
from typing import Any

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.inside import Stopped
from adapters.matrix.client import Client
from adapters.matrix.seeds import NAME, USAGES, Seeds, keep, kept, key_id, made, public, unpadded

log = structlog.get_logger()

QUERY, KEYS, SIGNATURES = "keys/query", "keys/device_signing/upload", "keys/signatures/upload"


class Unsigned(Exception):
    """The homeserver didn't take it; try again. The message is a status."""


async def keep_signed(client: Client, store: Path, key: str) -> None:
    """Makes the identity at the first start, and signs this device if it isn't. Raises Stopped, Unsigned.

    Never replaces an identity that is already there: everybody who verified it would be warned.
    """
    there = await _asked(client)
    published = there.get("master_keys", {}).get(client.user_id)
    seeds = kept(store, key)
    if seeds is None and published is not None:
        raise Stopped(
            f"{client.user_id} already has a cross-signing identity that this store doesn't know: `lotse matrix"
            " import-identity FILE` or `lotse matrix recover-identity` takes it in, as docs/matrix.md says; or reset the"
            " identity in the account's settings in a client"
        )
    if seeds is None:
        seeds = made()
        keep(store, key, seeds)
    if published is None:
        await _posted(client, KEYS, _public(client.user_id, seeds))
    elif not _the_same(client.user_id, there, seeds):
        raise Stopped(
            f"the homeserver has another cross-signing identity for {client.user_id} than {store / NAME}: move that file"
            " away and take in the right one, as docs/matrix.md says"
        )
    device = there.get("device_keys", {}).get(client.user_id, {}).get(client.device_id)
    if device is None:
        raise Unsigned("the device's keys aren't on the homeserver yet")
    if key_id(seeds["self_signing"]) not in device.get("signatures", {}).get(client.user_id, {}):
        signed = _signed(device, client.user_id, seeds["self_signing"])
        answer = await _posted(client, SIGNATURES, {client.user_id: {client.device_id: signed}})
        if answer.get("failures"):
            raise Unsigned("the homeserver refused the device's signature")
        log.info("device signed", action="matrix sign-in", device=client.device_id)


def _the_same(user: str, there: dict[str, Any], seeds: Seeds) -> bool:
    found = (there.get(f"{usage}_keys", {}).get(user, {}).get("keys", {}) for usage in ("master", "self_signing"))
    return all(key_id(seeds[usage]) in keys for usage, keys in zip(("master", "self_signing"), found, strict=True))


async def is_ours(client: Client) -> bool:
    """That the homeserver has this store's keys for this device, or none yet. Raises Stopped, Unsigned.

    A store that was lost is made anew by nio, under the old device: "One time key already exists" ever after, and
    people are warned of the device's new keys.
    """
    device = (await _asked(client)).get("device_keys", {}).get(client.user_id, {}).get(client.device_id)
    if device is None or client.olm is None:
        return True
    if device["keys"].get(f"ed25519:{client.device_id}") != client.olm.account.identity_keys["ed25519"]:
        raise Stopped(
            f"the store isn't the one that device {client.device_id} began with: put that one back, or sign in as a new"
            " device, as docs/matrix.md says"
        )
    return True


def _public(user: str, seeds: Seeds) -> dict[str, Any]:
    """The public keys as the homeserver wants them, the other two signed by the master key."""
    found: dict[str, Any] = {}
    for usage in USAGES:
        shown = {"user_id": user, "usage": [usage], "keys": {key_id(seeds[usage]): public(seeds[usage])}}
        found[f"{usage}_key"] = shown if usage == "master" else _signed(shown, user, seeds["master"])
    return found


def _signed(content: dict[str, Any], user: str, by: Ed25519PrivateKey) -> dict[str, Any]:
    bare = {name: value for name, value in content.items() if name not in ("signatures", "unsigned")}
    canonical = json.dumps(bare, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    return {**bare, "signatures": {user: {key_id(by): unpadded(by.sign(canonical))}}}


async def _asked(client: Client) -> dict[str, Any]:
    return await _posted(client, QUERY, {"device_keys": {client.user_id: []}})


async def _posted(client: Client, path: str, content: dict[str, Any]) -> dict[str, Any]:
    status, answer = await client.raw("POST", f"/_matrix/client/v3/{path}", content)
    if status != 200:
        raise Unsigned(f"{path}: {status} {answer.get('errcode', '')}".strip())
    return answer
