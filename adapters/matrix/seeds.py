"""The three private keys of a cross-signing identity: encrypted in the store, in a file for the safe, and back."""

import base64
import binascii
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapters.app import Unfit
from adapters.inside import Stopped

Seeds: TypeAlias = Mapping[str, Ed25519PrivateKey]

USAGES = ("master", "self_signing", "user_signing")
NAME = "identity"  # the file in the store


def made() -> Seeds:
    return {usage: Ed25519PrivateKey.generate() for usage in USAGES}


def public(seed: Ed25519PrivateKey) -> str:
    return unpadded(seed.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def key_id(seed: Ed25519PrivateKey) -> str:
    return f"ed25519:{public(seed)}"


def unpadded(value: bytes) -> str:
    """Strict clients silently drop keys and signatures with padding."""
    return base64.b64encode(value).decode().rstrip("=")


def from_text(texts: Mapping[str, object]) -> Seeds:
    """From base64, by usage. Raises Unfit."""
    try:
        raw = {usage: base64.b64decode(f"{texts[usage]}==") for usage in USAGES}
        return {usage: Ed25519PrivateKey.from_private_bytes(seed) for usage, seed in raw.items()}
    except (KeyError, ValueError, binascii.Error):
        raise Unfit(f"this holds no identity: it needs {', '.join(USAGES)}, each 32 bytes in base64") from None


# ---------------------------------------------------------------- in the store


def keep(store: Path, key: str, seeds: Seeds) -> None:
    """Raises FileExistsError: an identity is never written over."""
    _written(store / NAME, _box(key).encrypt(json.dumps(_texts(seeds)).encode()))


def kept(store: Path, key: str) -> Seeds | None:
    """None if there are none. Raises Stopped."""
    file = store / NAME
    if not file.exists():
        return None
    try:
        return from_text(json.loads(_box(key).decrypt(file.read_bytes())))
    except InvalidToken:
        raise Stopped(f"LOTSE_MATRIX_STORE_KEY isn't the one that {file} was written with: give that one") from None


def _box(key: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"lotse cross-signing").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


# ---------------------------------------------------------------- in a file


def export(file: Path, user: str, seeds: Seeds) -> None:
    """As they are, for their owner only. Raises FileExistsError."""
    _written(file, json.dumps({"user": user, **_texts(seeds)}, indent=1).encode())


def imported(file: Path, user: str) -> Seeds:
    """Raises Unfit."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Unfit(f"{file} holds no identity: give a file that `lotse matrix export-identity` wrote")
    if found.get("user") != user:
        raise Unfit(f"{file} is the identity of {found.get('user')}, not of {user}")
    return from_text(found)


def _texts(seeds: Seeds) -> dict[str, str]:
    return {usage: base64.b64encode(seed.private_bytes_raw()).decode() for usage, seed in seeds.items()}


def _written(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
