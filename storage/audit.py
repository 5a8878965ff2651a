"""The log of what was done with whose rights: each entry carries the hash of the one before."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from storage.marks import raise_mark
from storage.tables import audit
from storage.transaction import Transaction

START = "0" * 64
_as_ever = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # hashes of years rest on it


class AuditStore:
    """Entries are written at the commit: the end of the chain is locked only then."""

    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction
        self._new: list[dict[str, Any]] = []

    async def note(self, at: datetime, actor: str, action: str, subject: str | None = None, **facts: Any) -> None:
        self._new.append({"at": at, "actor": actor, "action": action, "subject": subject, "facts": facts})

    async def flush(self) -> None:
        new, self._new = self._new, []
        for entry in new:
            seq = await raise_mark(self._in, "audit")
            last = await self._in.value(select(audit.c.hash).order_by(audit.c.seq.desc()).limit(1))
            previous = last or START
            row = {**entry, "seq": seq, "previous": previous}
            await self._in.run(audit.insert(), {**row, "hash": _digest(row)})

    async def first_break(self) -> int | None:
        """The number of the first entry that doesn't follow from the one before; None: the chain is whole.

        The beginning may be missing: it is deleted after 24 months. An end cut off isn't noticed.
        """
        previous: str | None = None
        for row in await self._in.rows(select(audit).order_by(audit.c.seq)):
            if _digest(row) != row["hash"] or (previous is not None and row["previous"] != previous):
                return int(row["seq"])
            previous = row["hash"]
        return None


def _digest(row: Any) -> str:
    at: datetime = row["at"]
    said = [row["seq"], at.astimezone(UTC).isoformat(), row["actor"], row["action"], row["subject"], row["facts"]]
    return hashlib.sha256(_as_ever([row["previous"], *said]).encode()).hexdigest()
