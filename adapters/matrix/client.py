"""The connection to a homeserver: matrix-nio 0.26, with everything that has to be worked around in it in this place."""

import asyncio
import json
from pathlib import Path
from typing import Any

import structlog
from aiohttp import ClientError
from nio import (
    Api,
    AsyncClient,
    AsyncClientConfig,
    EncryptionError,
    ErrorResponse,
    JoinedMembersError,
    JoinedMembersResponse,
    MegolmEvent,
    RoomSendError,
    RoomSendResponse,
    SyncResponse,
    ToDeviceEvent,
)
from nio.store import SqliteStore

from bot.ports import Delivered, Outcome, TryLater, Undeliverable

log = structlog.get_logger()

REQUEST_WITHIN = 30.0  # seconds
WITHOUT_TOKEN = 60.0  # seconds until a send is tried again that the homeserver knows no token for


class Plaintext(Exception):
    """It would have left without encryption, and nobody can say that the room is meant to be read by all."""


class Client(AsyncClient):  # type: ignore[misc]  # nio has no types
    """One device. `store` is its folder, private to whoever runs Lotse; `key` encrypts what is in it."""

    def __init__(self, homeserver: str, user: str, *, device: str, token: str, store: Path, key: str) -> None:
        config = AsyncClientConfig(
            store=SqliteStore,  # the default one keeps trust in files of its own
            store_name="device.db",
            pickle_key=key,  # the default is a constant that everybody knows
            store_sync_tokens=False,  # nio saves the token before anything has been taken in
            max_limit_exceeded=0,  # else it waits inside a send; waiting is the outbox's business
            max_timeouts=0,
            request_timeout=REQUEST_WITHIN,
        )
        store.mkdir(mode=0o700, parents=True, exist_ok=True)
        store.chmod(0o700)
        super().__init__(homeserver, user, device, str(store), config)
        self._sends: set[asyncio.Task[RoomSendResponse | RoomSendError]] = set()
        self._token = token
        self.restore_login(user, device, token)

    async def send_event(self, room: str, kind: str, content: dict[str, Any], key: str) -> Outcome:
        """Once per key and device, whatever is tried again. Raises Plaintext.

        Being cancelled leaves the send to its end: nio would keep the room's session shared by halves, and every later
        send to that room would hang.
        """
        known = self.rooms.get(room)
        if known is None and self.olm is not None:
            return TryLater(cause="room not synced")  # nio would raise
        if self.olm is None and (known is None or known.encrypted):
            raise Plaintext("the device's store isn't loaded: without it nothing may be sent into an encrypted room")
        sending = asyncio.create_task(
            self.room_send(room, kind, content, tx_id=key, ignore_unverified_devices=True)  # who is trusted is our rule
        )
        self._sends.add(sending)
        sending.add_done_callback(self._sends.discard)
        sending.add_done_callback(lambda _: self._let_go(room))
        try:
            return outcome_of(await asyncio.shield(sending))
        except (ClientError, OSError, TimeoutError) as error:
            return TryLater(cause=type(error).__name__)

    def after_failure(self) -> None:
        """Nio forgets its token at a soft logout, and ignores an answer whose `next_batch` it already has."""
        self.access_token = self._token
        self.next_batch = ""

    def _let_go(self, room: str) -> None:
        """Nio leaves its mark behind when sharing a session fails; while another send is under way it is in use."""
        if not self._sends:
            self.sharing_session.pop(room, None)

    async def keep_keys(self) -> None:
        """What `sync_forever` would do between two syncs. Errors are returned and left to the next round."""
        try:
            if self.should_upload_keys:
                await self.keys_upload()
            if self.should_query_keys:
                await self.keys_query()
            if self.should_claim_keys:
                await self.keys_claim(self.get_users_for_key_claiming())
            await self.send_to_device_messages()
        except (ClientError, OSError, TimeoutError) as error:
            log.warning("keys not kept", action="matrix sync", error=type(error).__name__)

    def try_to_read(self, event: MegolmEvent) -> Any:
        """The event in clear, or None while its key is missing."""
        try:
            return self.decrypt_event(event)
        except EncryptionError:
            return None

    async def raw(self, method: str, path: str, content: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """A request that nio has no method for: status and answer; 0 if nobody answered."""
        headers = {"Authorization": f"Bearer {self.access_token}"}
        try:
            data = None if content is None else json.dumps(content)
            answer = await self.send(method, path, data, headers)
            return int(answer.status), await answer.json() if answer.content_type == "application/json" else {}
        except (ClientError, OSError, TimeoutError):
            return 0, {}

    async def joined_members(self, room_id: str) -> JoinedMembersResponse | JoinedMembersError:
        """What is asked before the first encrypted send to a room. Of the invited nio knows only those who came down the
        sync, where members are loaded lazily: the others couldn't read what was written before they came in.
        """
        answer: JoinedMembersResponse | JoinedMembersError = await super().joined_members(room_id)
        room = self.rooms.get(room_id)
        if isinstance(answer, JoinedMembersError) or room is None:
            return answer
        path = Api._build_path(["rooms", room_id, "members"], {"membership": "invite"})  # noqa: SLF001
        _, found = await self.raw("GET", path)
        for event in found.get("chunk", ()):
            name = event.get("content", {}).get("displayname")
            room.add_member(event["state_key"], name, None, True)  # noqa: FBT003
        if self.olm is not None and room.encrypted:
            self.olm.update_tracked_users(room)
            if self.should_query_keys:
                await self.keys_query()
        return answer

    # What nio calls, and what is wrong there.

    def _handle_decrypt_to_device(self, to_device_event: ToDeviceEvent) -> ToDeviceEvent | None:
        """Here nio lets a stranger's malformed message escape from `sync`, for ever with the same token."""
        try:
            found: ToDeviceEvent | None = super()._handle_decrypt_to_device(to_device_event)
        except Exception as error:  # noqa: BLE001  (a stranger decides what goes wrong here)
            log.warning("to-device message dropped", action="matrix sync", error=type(error).__name__)
            return None
        return found

    def _handle_olm_events(self, response: SyncResponse) -> None:
        """Here nio takes a pool of 0 one-time keys for "not told", and never fills it again."""
        super()._handle_olm_events(response)
        if self.olm is not None and response.device_key_count.signed_curve25519 == 0:
            self.olm.uploaded_key_count = 0


def outcome_of(response: RoomSendResponse | ErrorResponse) -> Outcome:
    """What the homeserver's answer means for the promise. nio returns errors, it doesn't raise them."""
    if isinstance(response, RoomSendResponse):
        return Delivered(remote_id=response.event_id)
    status = response.transport_response.status if response.transport_response is not None else None
    match response.status_code:
        case "M_LIMIT_EXCEEDED":
            return TryLater(seconds=_pause(response), cause="429")
        case "M_UNKNOWN_TOKEN" | "M_MISSING_TOKEN":
            return TryLater(seconds=WITHOUT_TOKEN, cause="401")
        case "M_FORBIDDEN":
            return Undeliverable(cause="room left")
        case "M_TOO_LARGE":
            return Undeliverable(cause="message too large")
        case _ if status == 429:
            return TryLater(seconds=_pause(response), cause="429")
        case code:
            return TryLater(cause=str(status or code or "no answer"))


def _pause(response: ErrorResponse) -> float | None:
    """The longer of body and header, in seconds; nio ignores the header."""
    named = [] if response.retry_after_ms is None else [response.retry_after_ms / 1000]
    answer = response.transport_response
    header = "" if answer is None else answer.headers.get("Retry-After", "")
    if header.isascii() and header.isdigit():
        named.append(float(header))
    return max(named, default=None)
