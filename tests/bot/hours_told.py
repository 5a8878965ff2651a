"""Hours as people would tell them: places, moments on a clock in Berlin, and what is planned or decided there."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.hours import Decision, Hours, Kind, Place, decide, when
from bot.public_holidays import STATES

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = Hours()
ERBACH = Place(state="Baden-Württemberg", locality="08425039")
HUECKELHOVEN = Place(state="Nordrhein-Westfalen", locality="05370020")
BUXTEHUDE = Place(state="Niedersachsen", locality="03359010")
EVERYWHERE = [Place(state=state) for state in STATES]

COUNTED = [Kind.PROMPT, Kind.NUDGE, Kind.DIGEST]
OFFICE_HOURS = [kind for kind in Kind if kind not in {Kind.ANSWER, Kind.SNOOZE, Kind.EDIT}]


def berlin(text: str) -> datetime:
    """`2026-11-24 09:00` on a clock in Berlin."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def shown(at: datetime) -> str:
    """What a clock in Berlin shows."""
    return at.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M")


def planned(kind: Kind, at: str, place: Place = HUECKELHOVEN, **more: object) -> str:
    settings: dict[str, object] = {"hours": HOURS, "unasked_this_week": {}} | more
    return shown(when(kind, berlin(at), place, **settings))  # type: ignore[arg-type]


def decided(kind: Kind, *, now: str, due: str, place: Place = HUECKELHOVEN, **more: object) -> Decision:
    settings: dict[str, object] = {"hours": HOURS, "unasked_this_week": {}} | more
    return decide(kind, berlin(now), berlin(due), place, **settings)  # type: ignore[arg-type]
