"""Deletes what has been kept for as long as its tag says; one rule for each term a table names."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Table, and_, delete, exists, func, or_, update
from sqlalchemy.sql.dml import Delete, Update

from bot.model import IntroductionState
from bot.visit_states import VisitState
from storage.columns import Keep
from storage.tables import (
    accounts,
    audit,
    desk_requests,
    dialogs,
    enquiries,
    handovers,
    inbox,
    introductions,
    link_codes,
    notes,
    nudge_sends,
    outbox,
    questions,
    searches,
    steps,
    visit_steps,
    visits,
)
from storage.unit_of_work import Storage

DAY = timedelta(days=1)
MONTHS_12 = timedelta(days=365)
MONTHS_24 = timedelta(days=730)

FINAL = ("sent", "dead", "expired", "held")

PARTS: Mapping[Table, Table] = {steps: introductions, handovers: introductions, questions: outbox, visit_steps: visits}
"""Tables whose rows go with a row of another."""

_in_use = or_(
    exists().where(introductions.c.enquiry == enquiries.c.key),
    exists().where(desk_requests.c.enquiry == enquiries.c.key),
)
_last_moved = func.coalesce(
    introductions.c.closed_at, introductions.c.told_at, introductions.c.answered_at, introductions.c.created_at
)

# In this order: an enquiry goes after what belongs to it.
RULES: Mapping[tuple[Table, Keep], Callable[[datetime], Delete | Update]] = {
    (accounts, Keep.PROFILE): lambda now: delete(accounts).where(
        accounts.c.person.is_(None), accounts.c.seen_at <= now - MONTHS_24
    ),
    (accounts, Keep.DRAFT_24_HOURS): lambda now: (
        update(accounts)
        .where(
            accounts.c.kept_question.is_not(None),
            func.coalesce(accounts.c.noticed_at, accounts.c.seen_at) <= now - DAY,
        )
        .values(kept_question=None)
    ),
    (introductions, Keep.CLOSED_12_MONTHS): lambda now: delete(introductions).where(
        or_(
            _last_moved <= now - MONTHS_12,
            and_(introductions.c.state == IntroductionState.DRAFT, introductions.c.created_at <= now - DAY),
        )
    ),
    (visits, Keep.CLOSED_12_MONTHS): lambda now: delete(visits).where(
        or_(
            visits.c.closed_at <= now - MONTHS_12,
            and_(visits.c.state == VisitState.DRAFT, visits.c.created_at <= now - DAY),
        )
    ),
    (desk_requests, Keep.ANSWERED_12_MONTHS): lambda now: delete(desk_requests).where(
        desk_requests.c.answered_at <= now - MONTHS_12
    ),
    (enquiries, Keep.ENQUIRY_12_MONTHS): lambda now: delete(enquiries).where(
        enquiries.c.at <= now - MONTHS_12, ~_in_use
    ),
    (searches, Keep.SEARCH_1_DAY): lambda now: delete(searches).where(searches.c.at <= now - DAY),
    (link_codes, Keep.CODE_1_DAY): lambda now: delete(link_codes).where(link_codes.c.expires_at <= now - DAY),
    (dialogs, Keep.DIALOG_24_HOURS): lambda now: delete(dialogs).where(dialogs.c.started_at <= now - DAY),
    (inbox, Keep.EVENT_30_DAYS): lambda now: delete(inbox).where(inbox.c.at <= now - 30 * DAY),
    (outbox, Keep.MESSAGE_30_DAYS): lambda now: delete(outbox).where(
        outbox.c.state.in_(FINAL),
        or_(
            func.coalesce(outbox.c.sent_at, outbox.c.due_at) <= now - 30 * DAY,
            ~exists().where(accounts.c.account == outbox.c.account),  # the farewell to somebody who was erased
        ),
    ),
    (notes, Keep.PLATFORM_30_DAYS): lambda now: delete(notes).where(
        notes.c.account.is_not(None), notes.c.at <= now - 30 * DAY
    ),
    (nudge_sends, Keep.RUN_30_DAYS): lambda now: delete(nudge_sends).where(nudge_sends.c.at <= now - 45 * DAY),
    (audit, Keep.AUDIT_24_MONTHS): lambda now: delete(audit).where(audit.c.at <= now - MONTHS_24),
}


async def sweep(storage: Storage, now: datetime) -> dict[str, int]:
    """How many rows of which table; tables of which nothing was due are left out. For the log."""
    done: dict[str, int] = {}
    for (table, _), rule in RULES.items():
        async with storage.unit() as uow:
            count = await uow.transaction.count(rule(now))
            await uow.commit()
        if count:
            done[table.name] = done.get(table.name, 0) + count
    if await storage.scrub_due():
        await storage.scrub()
    return done
