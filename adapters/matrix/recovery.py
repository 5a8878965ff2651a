"""Secret storage: the private keys that a client such as Element has left on the homeserver, locked by a recovery key.

Algorithm `m.secret_storage.v1.aes-hmac-sha2` of the client-server API.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping
from functools import reduce
from operator import xor
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from adapters.app import Unfit

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
PREFIX = b"\x8b\x01"
WRONG = "this isn't the recovery key of the account: it has 48 letters and digits, in groups of four"


def opened(typed: str) -> bytes:
    """The 32 bytes behind a recovery key as people have it, in groups of four. Raises Unfit."""
    letters = "".join(typed.split())
    if not letters or any(letter not in ALPHABET for letter in letters):
        raise Unfit(WRONG)
    number = reduce(lambda so_far, letter: so_far * 58 + ALPHABET.index(letter), letters, 0)
    raw = number.to_bytes((number.bit_length() + 7) // 8)
    if len(raw) != len(PREFIX) + 33 or not raw.startswith(PREFIX) or reduce(xor, raw) != 0:
        raise Unfit(WRONG)
    return raw[len(PREFIX) : -1]


def checked(key: bytes, description: Mapping[str, Any]) -> None:
    """That this key is the one which the homeserver's description is of. Raises Unfit."""
    if description.get("algorithm") != "m.secret_storage.v1.aes-hmac-sha2":
        raise Unfit("the account's secret storage is of a kind that Lotse doesn't know: reset it in a client")
    if "mac" in description and "iv" in description:
        _, mac = _keys(key, "")
        zeros = _ctr(_keys(key, "")[0], _bytes(description["iv"]), bytes(32))
        if not hmac.compare_digest(hmac.digest(mac, zeros, "sha256"), _bytes(description["mac"])):
            raise Unfit(WRONG)


def secret(key: bytes, name: str, locked: Mapping[str, Any]) -> str:
    """What is kept under this name. Raises Unfit."""
    aes, mac = _keys(key, name)
    text = _bytes(locked.get("ciphertext"))
    if not hmac.compare_digest(hmac.digest(mac, text, "sha256"), _bytes(locked.get("mac"))):
        raise Unfit(WRONG)
    return _ctr(aes, _bytes(locked.get("iv")), text).decode("utf-8", "replace")


def _keys(key: bytes, name: str) -> tuple[bytes, bytes]:
    both = HKDF(SHA256(), length=64, salt=bytes(32), info=name.encode()).derive(key)
    return both[:32], both[32:]


def _ctr(key: bytes, iv: bytes, text: bytes) -> bytes:
    return Cipher(AES(key), CTR(iv)).encryptor().update(text)


def _bytes(value: object) -> bytes:
    try:
        return base64.b64decode(f"{value}==")
    except (ValueError, binascii.Error):
        raise Unfit(WRONG) from None
