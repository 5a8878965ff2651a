"""What a homeserver's answer to a send means for the promise; matrix-nio 0.26 returns errors, it doesn't raise them."""

from nio import ErrorResponse, RoomSendResponse

from bot.ports import Delivered, Outcome, TryLater, Undeliverable

WITHOUT_TOKEN = 60.0  # seconds until a send is tried again that the homeserver knows no token for


def outcome_of(response: RoomSendResponse | ErrorResponse) -> Outcome:
    """What the homeserver's answer means for the promise."""
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


def put_off(response: ErrorResponse, cause: str) -> TryLater:
    """For what isn't a send: it is tried again, and not before the homeserver wants it."""
    status = response.transport_response.status if response.transport_response is not None else None
    if response.status_code == "M_LIMIT_EXCEEDED" or status == 429:
        return TryLater(seconds=_pause(response), cause="429")
    return TryLater(cause=cause)


def _pause(response: ErrorResponse) -> float | None:
    """The longer of body and header, in seconds; nio ignores the header."""
    named = [] if response.retry_after_ms is None else [response.retry_after_ms / 1000]
    answer = response.transport_response
    header = "" if answer is None else answer.headers.get("Retry-After", "")
    if header.isascii() and header.isdigit():
        named.append(float(header))
    return max(named, default=None)
