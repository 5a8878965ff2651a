"""The connection to a homeserver: matrix-nio 0.26, with everything that has to be worked around in it in this place."""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from aiohttp import ClientError, ClientResponse
from nio import (
    Api,
    AsyncClient,
    AsyncClientConfig,
    BadEventType,
    Event,
    GroupEncryptionError,
    JoinedMembersError,
    JoinedMembersResponse,
    KeysClaimResponse,
    KeysQueryError,
    LocalProtocolError,
    MatrixRoom,
    MegolmEvent,
    RoomSendError,
    RoomSendResponse,
    ShareGroupSessionResponse,
    SyncResponse,
    ToDeviceEvent,
)
from nio.store import SqliteStore

from adapters.matrix.outcomes import outcome_of
from adapters.matrix.rest import Rest
from bot.ports import Outcome, TryLater

log = structlog.get_logger()

REQUEST_WITHIN = 30.0  # seconds
WHOLE_STATE_WITHIN = 180.0  # seconds


class Plaintext(Exception):
    """It would have left without encryption, and nobody can say that the room is meant to be read by all."""


class NotShared(ClientError):
    """The homeserver didn't hand the room's key to somebody; nothing was sent."""


def path(*parts: str) -> str:
    """Of the client API, percent-encoded."""
    found: str = Api._build_path(parts)  # noqa: SLF001
    return found


class Client(AsyncClient):  # type: ignore[misc]  # nio has no types
    """One device. `store` is its folder, private to whoever runs Lotse; `key` encrypts what is in it."""

    def __init__(
        self,
        homeserver: str,
        user: str,
        *,
        device: str,
        token: str,
        store: Path,
        key: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
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
        self.rest = Rest(monotonic)
        self._refused = 0  # requests that were to hand out the key of a room
        self._sends: set[asyncio.Task[RoomSendResponse | RoomSendError | KeysQueryError]] = set()
        self._token = token
        self.restore_login(user, device, token)

    async def close(self) -> None:
        sends = [*self._sends]
        await super().close()
        for send in sends:
            send.cancel()
        await asyncio.gather(*sends, return_exceptions=True)

    async def send_event(self, room: str, kind: str, content: dict[str, Any], key: str) -> Outcome:
        """Once per key and device, whatever is tried again. Raises Plaintext.

        Being cancelled leaves the send to its end: nio would keep the room's session shared by halves.
        """
        known = self.rooms.get(room)
        if known is None and self.olm is not None:
            return TryLater(cause="room not synced")  # nio would raise
        if self.olm is None and (known is None or known.encrypted):
            raise Plaintext("the device's store isn't loaded: without it nothing may be sent into an encrypted room")
        if (resting := self.rest.left()) is not None:
            return resting
        sending = asyncio.create_task(self._sent(room, kind, content, key))
        self._sends.add(sending)
        sending.add_done_callback(self._sends.discard)
        try:
            return self.rest.noted(outcome_of(await asyncio.shield(sending)))
        except (ClientError, OSError, TimeoutError, GroupEncryptionError, LocalProtocolError) as error:
            return TryLater(cause=type(error).__name__)

    async def _sent(
        self, room: str, kind: str, content: dict[str, Any], key: str
    ) -> RoomSendResponse | RoomSendError | KeysQueryError:
        """Here nio sends with the devices it knows: who came in, or signed in anew, with the sync that this answers could
        never read the answer.
        """
        known = self.rooms.get(room)
        if self.olm is not None and known is not None and known.encrypted:
            if self.olm.users_for_key_query & known.users.keys():
                asked = await self.keys_query()
                if isinstance(asked, KeysQueryError):
                    return asked
        return await self.room_send(
            room, kind, content, tx_id=key, ignore_unverified_devices=True
        )  # we decide on trust

    def after_failure(self) -> None:
        """Nio forgets its token at a soft logout, and ignores an answer whose `next_batch` it already has."""
        self.access_token = self._token
        self.next_batch = ""

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
        except Exception:  # noqa: BLE001  (as below: a stranger decides what goes wrong here)
            return None

    def has_key(self, room: str, sender_key: str, session: str) -> bool:
        return self.olm is not None and self.olm.inbound_group_store.get(room, sender_key, session) is not None

    async def raw(self, method: str, path: str, content: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """A request that nio has no method for: status and answer; 0 if nobody answered."""
        headers = {"Authorization": f"Bearer {self.access_token}"}
        try:
            data = None if content is None else json.dumps(content)
            async with await self.send(method, path, data, headers) as answer:
                return int(answer.status), await answer.json() if answer.content_type == "application/json" else {}
        except (ClientError, OSError, TimeoutError, ValueError):
            return 0, {}

    async def redact(self, room: str, event: str) -> bool:
        """False if it is worth trying again."""
        status, _ = await self.raw("PUT", path("rooms", room, "redact", event, f"{event}-gone"), {})
        return status in (200, 400, 403, 404)

    async def joined_members(self, room_id: str) -> JoinedMembersResponse | JoinedMembersError:
        """What is asked before the first encrypted send to a room. Of the invited nio knows only those who came down the
        sync, where members are loaded lazily: the others couldn't read what was written before they came in.
        """
        answer: JoinedMembersResponse | JoinedMembersError = await super().joined_members(room_id)
        room = self.rooms.get(room_id)
        if isinstance(answer, JoinedMembersError) or room is None:
            return answer
        _, found = await self.raw("GET", path("rooms", room_id, "members") + "?membership=invite")
        for event in found.get("chunk", ()):
            name = event.get("content", {}).get("displayname")
            room.add_member(event["state_key"], name, None, True)  # noqa: FBT003
        if self.olm is not None and room.encrypted:
            self.olm.update_tracked_users(room)
            if self.should_query_keys:
                await self.keys_query()
        return answer

    # What nio calls, and what is wrong there.

    async def send(
        self,
        method: str,
        path: str,
        data: Any = None,
        headers: dict[str, str] | None = None,
        trace_context: Any = None,
        timeout: float | None = None,  # noqa: ASYNC109  (nio's)
    ) -> ClientResponse:
        """Here nio waits for ever for a sync of the whole state: 0 is no limit to what it calls."""
        within = WHOLE_STATE_WITHIN if timeout == 0 else timeout
        answer: ClientResponse = await super().send(method, path, data, headers, trace_context, within)
        return answer

    async def share_group_session(
        self,
        room_id: str,
        ignore_unverified_devices: bool = False,  # noqa: FBT001, FBT002  (nio's)
    ) -> ShareGroupSessionResponse:
        """Here nio takes the room's key for handed out whatever the homeserver answered, so that some could never read
        what follows; and where it fails, it leaves a mark for which later sends wait for ever. Raises NotShared.
        """
        if room_id in self.sharing_session:
            raise NotShared
        before = self._refused
        try:
            answer: ShareGroupSessionResponse = await super().share_group_session(room_id, ignore_unverified_devices)
        finally:
            mark = self.sharing_session.pop(room_id, None)
            if mark is not None:
                mark.set()
        if self._refused > before:
            self.invalidate_outbound_session(room_id)
            raise NotShared
        return answer

    async def _send(self, response_class: type, *arguments: Any, **more: Any) -> Any:
        handing_out = response_class in (KeysClaimResponse, ShareGroupSessionResponse)
        try:
            answer = await super()._send(response_class, *arguments, **more)
        except Exception as error:
            if not handing_out:
                raise
            self._refused += 1
            raise NotShared(type(error).__name__) from None  # nio can't even read a refusal to claim keys
        if handing_out and not isinstance(answer, response_class):
            self._refused += 1
            self.access_token = self._token  # nio takes this refusal for a logout
        return answer

    def _handle_timeline_event(
        self, event: Any, room_id: str, room: MatrixRoom, encrypted_rooms: set[str]
    ) -> Event | BadEventType | None:
        """Here nio lets out of `sync` what the content of an encrypted message breaks, which no homeserver has checked."""
        try:
            found: Event | BadEventType | None = super()._handle_timeline_event(event, room_id, room, encrypted_rooms)
        except Exception as error:  # noqa: BLE001  (a stranger decides what goes wrong here)
            log.warning("message not decrypted", action="matrix sync", error=type(error).__name__)
            return None
        return found

    def _decrypt_event_array(self, array: list[Any]) -> None:
        """The same for what is read backwards, event by event."""
        for index, event in enumerate(array):
            one = [event]
            try:
                super()._decrypt_event_array(one)
            except Exception as error:  # noqa: BLE001
                log.warning("message not decrypted", action="matrix sync", error=type(error).__name__)
            array[index] = one[0]

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
