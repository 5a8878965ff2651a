"""Access tokens for the Bot Framework, one per registration, fetched in a thread and ahead of their end.

Through msal, the library underneath the SDK's own credentials; those hide when a token ends, wait without a time-out
and are called on the event loop.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import msal
import requests
import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from adapters.teams.settings import Registration, Registrations

log = structlog.get_logger()

SCOPE = "https://api.botframework.com"
AUTHORITY = "https://login.microsoftonline.com"
AHEAD = 600.0  # seconds before its end a token is replaced, while the old one is still in use
PAUSE = 30.0  # seconds after a refusal before it is asked again
PATIENCE = 15.0  # seconds
LIFETIME = 3600.0  # seconds, where none is named


class NoToken(Exception):
    """The message is the code of the refusal."""


class Authority(Protocol):
    """Who gives out tokens. Called in a thread."""

    def __call__(self, registration: Registration) -> tuple[str, float]:
        """The token and the seconds it lasts. Raises NoToken."""


@dataclass(slots=True)
class _Held:
    token: str = ""
    ends: float = 0.0
    again: float = 0.0
    cause: str = ""
    fetching: asyncio.Task[None] | None = None


class Tokens:
    """`monotonic` is a clock in seconds."""

    def __init__(
        self, registrations: Registrations, authority: Authority, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._registrations = registrations
        self._authority = authority
        self._monotonic = monotonic
        self._held: dict[str, _Held] = {}

    @property
    def count(self) -> int:
        return len(self._registrations.rows)

    async def get(self, registration: Registration) -> str:
        """At once while one is valid; several callers wait for one fetch. Raises NoToken."""
        held = self._held.setdefault(registration.tenant, _Held())
        now = self._monotonic()
        if now > held.ends - AHEAD and now >= held.again and (held.fetching is None or held.fetching.done()):
            held.fetching = asyncio.create_task(self._fetch(registration, held))
        if now < held.ends:
            return held.token
        if held.fetching is not None:
            await asyncio.shield(held.fetching)
        if self._monotonic() < held.ends:
            return held.token
        raise NoToken(held.cause or "no token")

    def refused(self, registration: Registration, token: str) -> None:
        """The service didn't take it: the next one is a new one."""
        held = self._held.get(registration.tenant)
        if held is not None and held.token == token:
            held.ends = 0.0

    async def fetch_all(self) -> dict[str, str]:
        """Ahead of the first message; the cause by tenant where there is none."""
        bad: dict[str, str] = {}
        for row in self._registrations.rows:
            try:
                await self.get(row)
            except NoToken as error:
                bad[row.tenant] = str(error)
        return bad

    async def _fetch(self, registration: Registration, held: _Held) -> None:
        try:
            async with asyncio.timeout(2 * PATIENCE):
                token, lasts = await asyncio.to_thread(self._authority, registration)
        except (NoToken, TimeoutError) as error:
            held.cause = str(error) or "time-out"
            held.again = self._monotonic() + PAUSE
            log.error("no token", action="teams token", tenant=registration.tenant, cause=held.cause)  # noqa: TRY400
        else:
            held.token, held.ends, held.cause = token, self._monotonic() + lasts, ""


class Entra:
    """Microsoft Entra ID. `http` is for tests; else a session of our own with a time-out."""

    def __init__(self, http: Any = None) -> None:
        self._http = http

    def __call__(self, registration: Registration) -> tuple[str, float]:
        try:
            if registration.managed_identity:
                answer = self._managed(registration)
            else:
                answer = self._application(registration)
        except NoToken:
            raise
        except Exception as error:  # noqa: BLE001
            # Whatever msal makes of what answered: the page of a proxy gives it a KeyError.
            raise NoToken(type(error).__name__) from None
        token = answer.get("access_token")
        if not isinstance(token, str):
            codes = answer.get("error_codes") or [answer.get("error", "refused")]
            raise NoToken(f"refused ({codes[0]})")
        return token, float(answer.get("expires_in", LIFETIME))

    def _application(self, registration: Registration) -> dict[str, Any]:
        if registration.secret is not None:
            credential: Any = registration.secret.get_secret_value()
        else:
            assert registration.certificate is not None
            try:
                credential = certificate(registration.certificate.read_text(encoding="utf-8"))
            except ValueError:
                raise NoToken("refused (unusable certificate)") from None
        try:
            client = msal.ConfidentialClientApplication(
                registration.app_id,
                client_credential=credential,
                authority=f"{AUTHORITY}/{registration.tenant}",
                instance_discovery=False,
                http_client=self._http or _Timed(),
            )
        except ValueError:  # as msal tells of a tenant that Microsoft doesn't know
            raise NoToken("refused (unknown tenant)") from None
        found: dict[str, Any] = client.acquire_token_for_client([f"{SCOPE}/.default"])
        return found

    def _managed(self, registration: Registration) -> dict[str, Any]:
        client = msal.ManagedIdentityClient(
            msal.UserAssignedManagedIdentity(client_id=registration.app_id), http_client=self._http or _Timed()
        )
        found: dict[str, Any] = client.acquire_token_for_client(resource=SCOPE)
        return found


def certificate(pem: str) -> dict[str, str]:
    """As msal wants it. Raises ValueError unless there is a certificate in it, and a private key without password."""
    found = x509.load_pem_x509_certificate(pem.encode())
    try:
        load_pem_private_key(pem.encode(), None)
    except TypeError:
        raise ValueError("the key has a password") from None
    return {"private_key": pem, "thumbprint": found.fingerprint(hashes.SHA1()).hex(), "public_certificate": pem}  # noqa: S303


class _Timed(requests.Session):
    """No request without a time-out."""

    def request(self, *args: Any, **named: Any) -> Any:
        return super().request(*args, **{"timeout": PATIENCE, **named})
