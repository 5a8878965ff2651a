"""The truth about a run: every recipient counted once, in sums that add up. Never a name."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.nudges.model import Run, Traced

FEW = 5  # recipients; below, only what was handed over is shown
ON_TIME = timedelta(minutes=5)
GONE = "unreachable"  # the account, as `bot.sending` and the planning say it
_DROPPED = {
    "prompts off": "prompts_off",
    "paused": "paused",
    "not meant any more": "not_meant",
    "nudge stopped": "stopped",
    "consent withdrawn": "consent",
    "erased": "erased",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    due: int
    delivered: Mapping[str, int] = field(default_factory=dict)  # by platform
    left_out: Mapping[str, int] = field(default_factory=dict)  # by reason, as the following
    impossible: Mapping[str, int] = field(default_factory=dict)
    put_off: Mapping[str, int] = field(default_factory=dict)
    trying: int = 0
    next_try: datetime | None = None
    uncertain: int = 0  # may have arrived; not sent again
    late: timedelta = timedelta()

    @property
    def handed_over(self) -> int:
        return sum(self.delivered.values())

    def add_up(self) -> bool:
        groups = (self.delivered, self.left_out, self.impossible, self.put_off)
        return sum(sum(one.values()) for one in groups) + self.trying + self.uncertain == self.due


def summed(run: Run, rows: Iterable[Traced], now: datetime) -> Sums:
    """Who was erased since has no row any more, and is counted as left out."""
    if run.sums is not None:
        return _from_data(run.sums)
    counted: dict[str, Counter[str]] = {name: Counter() for name in ("delivered", "left_out", "impossible", "put_off")}
    trying = uncertain = found = 0
    tries: list[datetime] = []
    late = run.began_at - run.at
    for row in rows:
        found += 1
        group, reason = _fate(row, now)
        if group in counted:
            counted[group][reason] += 1
        elif group == "uncertain":
            uncertain += 1
        else:
            trying += 1
            tries += [at for at in (row.next_try_at or row.due_at,) if at is not None]
        if row.sent_at is not None and row.due_at is not None and row.attempts <= 1:
            late = max(late, row.sent_at - row.due_at)
    if run.due > found:
        counted["left_out"]["erased"] += run.due - found
    return Sums(
        due=run.due,
        **{name: dict(counter) for name, counter in counted.items()},
        trying=trying,
        next_try=min(tries, default=None),
        uncertain=uncertain,
        late=late if late >= ON_TIME else timedelta(),
    )


def _fate(row: Traced, now: datetime) -> tuple[str, str]:
    """(group, reason)."""
    if row.left_out == GONE or (row.state == "dead" and row.cause == GONE):  # when it was planned, or since
        return "impossible", {"teams": "app_removed", "matrix": "left_room"}.get(row.platform or "", "no_account")
    if row.left_out is not None:
        return "left_out", row.left_out
    match row.state:
        case None:
            return "left_out", "erased"
        case "sent":
            return "delivered", row.platform or ""
        case "held":
            return "uncertain", ""
        case "dead":
            return "impossible", _impossible(row.cause or "")
        case "expired":
            return "left_out", _DROPPED.get(row.cause or "", "too_late")
        case "pending" if row.due_at is not None and row.due_at > now:
            if row.planned_at is not None and row.due_at > row.planned_at:
                weeks = {at.isocalendar()[:2] for at in (row.planned_at, row.due_at)}
                return "put_off", "ceiling" if len(weeks) == 2 else "hours"
            return ("put_off", row.put_off) if row.put_off else ("trying", "")
        case _:
            return "trying", ""


def _impossible(cause: str) -> str:
    for words, reason in {"app": "app_removed", "room": "left_room", "block": "blocked", "message": "refused"}.items():
        if words in cause:
            return reason
    return "gave_up" if cause.startswith(("gave up", "expired")) else "no_account"


def to_data(sums: Sums) -> dict[str, Any]:
    """As JSON values."""
    return {
        **asdict(sums),
        "next_try": sums.next_try.astimezone(UTC).isoformat() if sums.next_try else None,
        "late": int(sums.late.total_seconds()),
    }


def _from_data(data: dict[str, Any]) -> Sums:
    at = datetime.fromisoformat(data["next_try"]) if data["next_try"] else None
    return Sums(**{**data, "next_try": at, "late": timedelta(seconds=data["late"])})
