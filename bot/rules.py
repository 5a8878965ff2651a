"""The rules and their defaults, as PRODUCT.md lays them down; each one is a setting of the operator."""

from dataclasses import dataclass, field
from datetime import timedelta

from bot.hours import Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What the privacy notice says about this deployment. A new version asks for consent again."""

    version: str = "2026-11"
    controller: str = "Netzwerkbüro"  # who runs it
    officer: str = "datenschutz@netzwerk.example"  # the data protection officer
    authority: str | None = None  # who supervises it; without one, "the commissioner of the state" in their language
    legal_basis: str = "consent"  # "consent", "task" or "agreement"
    url: str | None = None  # the full notice
    backup_days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Days are calendar days and times local to the person unless a name says otherwise."""

    hours: Hours = field(default_factory=Hours)
    notice: Notice = field(default_factory=Notice)
    domains: frozenset[str] = frozenset()  # allowed tenants and homeserver domains; empty: the adapter decides
    admins: frozenset[str] = frozenset()  # accounts that are network office from their first consent on
    unasked_a_week: int = 3
    consent_working_days: int = 7
    reminder_working_day: int = 3
    queue_working_days: int = 10
    open_requests_per_asker: int = 5
    searches_per_hour: int = 30
    results: int = 5
    check_in: timedelta = timedelta(days=7)
    check_ins: int = 2
    follow_up: timedelta = timedelta(days=14)  # after a visit, about one's own next step
    last_follow_up: timedelta = timedelta(days=90)
    approval_working_days: int = 10  # of the one a lesson names; silence is no yes
    silences: int = 3  # prompts in a row without an answer, over all kinds; the last one says so
    late_yes: timedelta = timedelta(days=30)
    no_repeat: timedelta = timedelta(days=182)  # "six months"
    kept_question: timedelta = timedelta(hours=24)
    link_code: timedelta = timedelta(minutes=15)
    confirm_profile: timedelta = timedelta(days=365)
    inactive: timedelta = timedelta(days=730)
    warn_before: timedelta = timedelta(days=30)
    invitation: timedelta = timedelta(days=30)
    catch_up: timedelta = timedelta(hours=24)
    max_text: int = 4000  # characters of one message that are read at all
