"""The public keys with which the Bot Framework signs: fetched without ever holding anybody up who has a known key.

The SDK fetches them with a blocking call without a time-out, and raises for an unknown key for up to a day after a
rotation; therefore this store of our own. An unknown key id asks again at most once a minute, for all callers at once.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm
from jwt.exceptions import InvalidKeyError
from yarl import URL

from adapters.teams.reading import bounded

log = structlog.get_logger()

METADATA = "https://login.botframework.com/v1/.well-known/openidconfiguration"
FRESH = 3600.0  # seconds
PAUSE = 60.0  # seconds between two fetches because of an unknown key
PATIENCE = 5.0  # seconds
LIMIT = 1 << 20  # bytes of a document
WEAK = 2048  # bits; shorter keys aren't used


@dataclass(frozen=True, slots=True)
class Key:
    """`endorsements` are the channels the key may speak for."""

    public: RSAPublicKey
    endorsements: frozenset[str]


class KeyStore:
    """`monotonic` is a clock in seconds."""

    def __init__(
        self,
        session: Callable[[], ClientSession],
        metadata: str = METADATA,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        pause: float = PAUSE,
        patience: float = PATIENCE,
    ) -> None:
        self._session = session
        self._metadata = URL(metadata)
        self._monotonic = monotonic
        self._pause = pause
        self._patience = patience
        self._keys: Mapping[str, Key] = {}
        self._fetched: float | None = None
        self._tried: float | None = None
        self._fetching: asyncio.Task[None] | None = None

    async def get(self, kid: str) -> Key | None:
        """None for a key that isn't published, or can't be fetched now."""
        known = self._keys.get(kid)
        if known is not None:
            if self._stale():
                self._begin()  # and nobody waits for it
            return known
        fetching = self._begin()
        if fetching is not None:
            await asyncio.shield(fetching)
        return self._keys.get(kid)

    async def fetch(self) -> bool:
        """Ahead of the first request, and as often as one likes; whether there are keys.

        Fresh ones are left: a fetch now would put off the one that an unknown key may need a moment later.
        """
        fetching = self._begin() if self._stale() else None
        if fetching is not None:
            await asyncio.shield(fetching)
        return bool(self._keys)

    def _stale(self) -> bool:
        return self._fetched is None or self._monotonic() - self._fetched > FRESH

    def _begin(self) -> asyncio.Task[None] | None:
        """The fetch that is under way, or a new one if it is time for one."""
        if self._fetching is not None and not self._fetching.done():
            return self._fetching
        now = self._monotonic()
        if self._tried is not None and now - self._tried < self._pause:
            return None
        self._tried = now
        self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(self._patience):
                described = await self._document(self._metadata)
                where = URL(described["jwks_uri"])
                same = (where.scheme, where.host) == (self._metadata.scheme, self._metadata.host)
                published = await self._document(where) if same else {"keys": []}
            keys = _usable(published["keys"])
        except (ClientError, OSError, TimeoutError, ValueError, TypeError, KeyError, AttributeError) as error:
            log.error("keys can't be fetched", action="teams keys", error=type(error).__name__)  # noqa: TRY400
            return
        if not keys:
            log.error("no keys are published that can be used", action="teams keys")
        else:
            self._keys, self._fetched = keys, self._monotonic()
            log.info("keys fetched", action="teams keys", count=len(keys))

    async def _document(self, where: URL) -> Any:
        timeout = ClientTimeout(total=self._patience)
        async with self._session().get(where, timeout=timeout, allow_redirects=False) as answer:
            if answer.status != 200:
                raise ValueError("no document")
            return json.loads(await bounded(answer.content, LIMIT))


def _usable(published: list[dict[str, Any]]) -> Mapping[str, Key]:
    """Broken ones among them spoil no others."""
    keys: dict[str, Key] = {}
    for one in published:
        try:
            public = RSAAlgorithm.from_jwk(one)
            endorsements = frozenset(map(str, one.get("endorsements") or ()))
            if isinstance(public, RSAPublicKey) and public.key_size >= WEAK and isinstance(one["kid"], str):
                keys[one["kid"]] = Key(public, endorsements)
        except (InvalidKeyError, ValueError, TypeError, KeyError, AttributeError):
            log.warning("a published key can't be used", action="teams keys")
    return keys
