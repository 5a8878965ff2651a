"""Is this request from the Bot Framework, for this bot? Everything else is `Unauthorized`, for whatever reason.

Written out here because the SDK answers 500 to many a forged token, takes tokens without an end and keys without
endorsements. What is cheap is checked first: a key is looked up only for a token that could be right.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import jwt

from adapters.teams.keys import Key, KeyStore

ISSUER = "https://api.botframework.com"
LEEWAY = 300  # seconds between their clock and ours
LONGEST = 16_384  # characters of a header
AT_MOST = 1_000  # tokens that are remembered; one is used for an hour, for everything of a service
_REQUIRED = ["exp", "iss", "aud"]


class Unauthorized(Exception):
    """The message is for the log: a reason, never a part of the token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What the token vouches for."""

    app_id: str
    service_url: str
    channels: frozenset[str]  # the channels the key may speak for


@dataclass(frozen=True, slots=True, kw_only=True)
class _Believed:
    claims: Claims
    kid: str
    key: Key
    until: float  # seconds since 1970


class Verifier:
    """The same token comes with many messages: it is believed until it expires or its key is no longer published.

    Of a token only a hash is kept, and only of good ones.
    """

    def __init__(
        self,
        keys: KeyStore,
        app_ids: Collection[str],
        *,
        clock: Callable[[], float] = time.time,
        at_most: int = AT_MOST,
    ) -> None:
        self._keys = keys
        self._app_ids = app_ids
        self._clock = clock
        self._at_most = at_most
        self._believed: OrderedDict[bytes, _Believed] = OrderedDict()

    async def claims(self, header: str | None) -> Claims:
        """Raises Unauthorized."""
        digest = hashlib.sha256((header or "").encode("utf-8", "surrogatepass")).digest()
        known = self._believed.get(digest)
        if known is None or await self._keys.get(known.kid) != known.key:
            known = self._believed[digest] = await _verified(header, self._keys, self._app_ids)
            while len(self._believed) > self._at_most:
                self._believed.popitem(last=False)
        if self._clock() >= known.until:
            raise Unauthorized("expired")
        return known.claims


async def _verified(header: str | None, keys: KeyStore, app_ids: Collection[str]) -> _Believed:
    """Raises Unauthorized."""
    kind, _, token = (header or "").partition(" ")
    if kind.casefold() != "bearer" or not token.strip():
        raise Unauthorized("no token")
    if len(token) > LONGEST:
        raise Unauthorized("token too long")
    token = token.strip()
    try:
        head = jwt.get_unverified_header(token)
        kid, algorithm = head.get("kid"), head.get("alg")
        if algorithm != "RS256" or not isinstance(kid, str):
            raise Unauthorized("algorithm or key id")
        _decoded(token, None, app_ids)
        key = await keys.get(kid)
        if key is None:
            raise Unauthorized("unknown key")
        claims = _decoded(token, key, app_ids)
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError, AttributeError) as error:
        raise Unauthorized(type(error).__name__) from None
    service_url = claims.get("serviceurl")
    if not isinstance(service_url, str) or not service_url:
        raise Unauthorized("no service URL")
    return _Believed(
        claims=Claims(app_id=claims["aud"], service_url=service_url, channels=key.endorsements),
        kid=kid,
        key=key,
        until=int(claims["exp"]) + LEEWAY,
    )


def _decoded(token: str, key: Key | None, app_ids: Collection[str]) -> dict[str, Any]:
    """Without a key: whether the token would be right if its signature were."""
    claims: dict[str, Any] = jwt.decode(
        token,
        key=key.public if key is not None else "",
        algorithms=["RS256"],
        audience=list(app_ids),
        issuer=ISSUER,
        leeway=LEEWAY,
        options={
            "require": _REQUIRED,
            "verify_signature": key is not None,
            "verify_exp": True,
            "verify_nbf": True,
            "verify_iat": True,
            "verify_aud": True,
            "verify_iss": True,
        },
    )
    if claims.get("aud") not in app_ids:  # one bot, not a list with ours in it
        raise Unauthorized("audience")
    return claims
