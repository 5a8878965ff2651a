"""Who the bot is on its homeserver: signed in once, the same device ever after, one process at a time."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog
from filelock import FileLock, Timeout
from nio import AsyncClient, LoginError, LoginInfoResponse, WhoamiError

from adapters.inside import Stopped
from adapters.matrix.settings import MatrixSettings

log = structlog.get_logger()

DEVICE_NAME = "Lotse"
FLOW = "m.login.password"
ISSUED = "`mas-cli manage issue-compatibility-token`, as docs/matrix.md says"
NO_PASSWORDS = (
    f"the homeserver takes no passwords: have a token issued by {ISSUED}, and give LOTSE_MATRIX_TOKEN and"
    " LOTSE_MATRIX_DEVICE"
)
OTHER_TOKENS = {
    "mcr_": f"LOTSE_MATRIX_TOKEN is a refresh token: give the access token (mct_…) that is issued by {ISSUED}",
    "mat_": f"LOTSE_MATRIX_TOKEN expires within minutes: give one (mct_…) that is issued by {ISSUED}",
}
"""What the Matrix Authentication Service begins its other tokens with; those for compatibility stay valid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    user: str
    device: str
    token: str


class Refused(Stopped):
    """The homeserver doesn't take the credentials, or they are another account's."""


class NotNow(Exception):
    """The homeserver doesn't answer as it should; try again."""


def lock(store: Path) -> FileLock:
    """One process per device (two would spoil each other's keys for good). Raises Stopped."""
    store.mkdir(mode=0o700, parents=True, exist_ok=True)
    store.chmod(0o700)  # a folder that was there before may have been open to others
    held = FileLock(store / "device.lock")
    try:
        held.acquire(timeout=0)
    except Timeout:
        raise Stopped(f"another process uses the Matrix device in {store}: stop it first") from None
    return held


async def sign_in(settings: MatrixSettings, store: Path) -> Session:
    """The kept session; at the first start the configured token, or a password sign-in. Raises Stopped, NotNow.

    Never again with the password afterwards: each sign-in makes a device that nobody trusts yet, and sign-ins are
    limited to a few an hour.
    """
    assert settings.matrix_homeserver is not None
    assert settings.matrix_user is not None
    file = store / "session.json"
    if file.exists():
        kept = Session(**json.loads(file.read_text(encoding="utf-8")))
        if kept.user != settings.matrix_user:
            raise Stopped(
                f"the store in {store} belongs to {kept.user}: give LOTSE_MATRIX_USER that name, or move the store away"
            )
        return await _checked(settings.matrix_homeserver, await _renewed(settings, kept, file))
    session = await _first(settings)
    session = await _checked(settings.matrix_homeserver, session)
    _keep(session, file)
    log.info("signed in", action="matrix sign-in", device=session.device)
    return session


def _keep(session: Session, file: Path) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump(asdict(session), out)


async def _renewed(settings: MatrixSettings, kept: Session, file: Path) -> Session:
    """With another token for the same device, which takes the place of one that has expired: the keys stay good."""
    given = settings.matrix_token
    if given is None or settings.matrix_device != kept.device or given.get_secret_value() == kept.token:
        return kept
    session = await _checked(settings.matrix_homeserver or "", _by_token(settings, kept.device))
    beside = file.with_suffix(".new")
    beside.unlink(missing_ok=True)
    _keep(session, beside)
    beside.replace(file)
    log.info("token renewed", action="matrix sign-in", device=session.device)
    return session


def _by_token(settings: MatrixSettings, device: str) -> Session:
    """Raises Refused."""
    assert settings.matrix_user is not None
    assert settings.matrix_token is not None
    token = settings.matrix_token.get_secret_value()
    if token[:4] in OTHER_TOKENS:
        raise Refused(OTHER_TOKENS[token[:4]])
    return Session(user=settings.matrix_user, device=device, token=token)


async def _first(settings: MatrixSettings) -> Session:
    assert settings.matrix_user is not None
    if settings.matrix_token is not None:
        if settings.matrix_device is None:
            raise Refused("a token needs its device: give LOTSE_MATRIX_DEVICE")
        return _by_token(settings, settings.matrix_device)
    if settings.matrix_password is None:
        raise Refused(
            "Matrix has no credentials: give LOTSE_MATRIX_PASSWORD, or LOTSE_MATRIX_TOKEN and LOTSE_MATRIX_DEVICE"
        )
    client = AsyncClient(settings.matrix_homeserver or "", settings.matrix_user)
    try:
        offered = await client.login_info()
        if isinstance(offered, LoginInfoResponse) and FLOW not in offered.flows:
            raise Refused(NO_PASSWORDS)
        answer = await client.login(settings.matrix_password.get_secret_value(), device_name=DEVICE_NAME)
    finally:
        await client.close()
    if isinstance(answer, LoginError):
        if answer.status_code == "M_FORBIDDEN":
            raise Refused("the homeserver refuses the password: check LOTSE_MATRIX_USER and LOTSE_MATRIX_PASSWORD")
        raise NotNow(f"sign-in: {answer.status_code}")
    return Session(user=answer.user_id, device=answer.device_id, token=answer.access_token)


async def _checked(homeserver: str, session: Session) -> Session:
    """That the token is for this user and this device: another one would break the store."""
    client = AsyncClient(homeserver, session.user)
    client.access_token = session.token
    try:
        answer = await client.whoami()
    finally:
        await client.close()
    if isinstance(answer, WhoamiError):
        if answer.status_code == "M_UNKNOWN_TOKEN" and not answer.soft_logout:
            raise Refused("the homeserver doesn't know the token any more: docs/matrix.md says how to sign in anew")
        if answer.status_code == "M_UNKNOWN_TOKEN":
            log.warning("token expired", action="matrix sign-in", remedy=f"renew it by {ISSUED}, for the same device")
        raise NotNow(f"whoami: {answer.status_code}")
    if (answer.user_id, answer.device_id) != (session.user, session.device):
        raise Refused(
            f"the token belongs to {answer.user_id}, device {answer.device_id}: not to {session.user}, {session.device}"
        )
    return session
