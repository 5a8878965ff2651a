"""The statement that claims due rows of the outbox: which may go out, in which order, and what stands in their way."""

from typing import Any

from sqlalchemy import BindParameter, Integer, Text, bindparam, text

from storage.columns import Instant
from storage.prepared import Prepared, Several

# Serialises claims on PostgreSQL: two workers that choose at the same instant could otherwise each take a row of one
# recipient, when the older one has only just become due.
CLAIM_LOCK = text("SELECT pg_advisory_xact_lock(7105644)")

# Word for word the condition of the partial indexes, or PostgreSQL can't use them.
_OPEN = "state IN ('pending', 'claimed', 'sending', 'retry', 'uncertain')"

_CLAIM = """
WITH picked AS MATERIALIZED (
    SELECT me.seq
    FROM outbox AS me
    WHERE me.{open} AND me.due_at <= :now
      AND (me.state = 'pending' OR (me.state IN ('retry', 'uncertain') AND me.next_try_at <= :now))
      AND (me.expires_at IS NULL OR me.expires_at > :now)
      AND me.platform {platforms}
      AND {which}
      AND NOT EXISTS (
        SELECT 1 FROM outbox AS other
        WHERE other.account = me.account AND other.{open}
          AND (other.state IN ('claimed', 'sending')
               OR ((other.due_at, other.seq) < (me.due_at, me.seq)
                   AND (other.expires_at IS NULL OR other.expires_at > :now))))
      {gap}
    ORDER BY me.due_at, me.seq
    LIMIT :count
    {lock}
)
UPDATE outbox SET state = 'claimed', owner = :owner, lease_until = {lease}
WHERE seq IN (SELECT seq FROM picked)
RETURNING seq
"""

_GAP = """AND NOT EXISTS (
        SELECT 1 FROM outbox AS last
        WHERE last.account = me.account AND last.sent_at IS NOT NULL AND last.sent_at > :silence
          AND me.platform {paced})"""

_NEXT = """
SELECT min(CASE WHEN me.state = 'pending' OR me.due_at > me.next_try_at THEN me.due_at ELSE me.next_try_at END) AS next_at
FROM outbox AS me
WHERE me.{open} AND me.state IN ('pending', 'retry', 'uncertain')
  AND NOT EXISTS (
    SELECT 1 FROM outbox AS other
    WHERE other.account = me.account AND other.{open} AND other.state <> 'pending'
      AND (other.due_at, other.seq) < (me.due_at, me.seq))
"""

NEXT_AT = Prepared(text(_NEXT.format(open=_OPEN)).columns(next_at=Instant))


def clock(dialect: str, seconds: float = 0.0) -> str:
    """SQL for the database's own clock, so many seconds from now, in the form that an `Instant` is kept in."""
    if dialect == "postgresql":
        return f"clock_timestamp() + interval '{seconds:f} seconds'"
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', '{seconds:+f} seconds')"


def claim_statement(dialect: str, lease: float, *, which: str, only: bool, paced: bool) -> Prepared:
    """`which` is "answers" or "others": people who have just written are served before the rest."""
    chosen = "me.kind = 'answer'" if which == "answers" else "me.kind <> 'answer'"
    several = Several(Text())
    binds: list[BindParameter[Any]] = [
        bindparam("now", type_=Instant),
        bindparam("platforms", type_=several),
        bindparam("owner", type_=Text),
        bindparam("count", type_=Integer),
    ]
    if only:
        chosen += f" AND me.key {_among('only', dialect)}"
        binds.append(bindparam("only", type_=several))
    if paced:
        binds += [bindparam("silence", type_=Instant), bindparam("paced", type_=several)]
    statement = _CLAIM.format(
        open=_OPEN,
        which=chosen,
        platforms=_among("platforms", dialect),
        gap=_GAP.format(paced=_among("paced", dialect)) if paced else "",
        lock="FOR UPDATE OF me SKIP LOCKED" if dialect == "postgresql" else "",
        lease=clock(dialect, lease),
    )
    return Prepared(text(statement).bindparams(*binds).columns(seq=Integer))


def _among(name: str, dialect: str) -> str:
    return f"= ANY (:{name})" if dialect == "postgresql" else f"IN (SELECT value FROM json_each(:{name}))"  # noqa: S608
