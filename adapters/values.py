"""How values of settings are written: lists in a line, days, accounts, a database. What can't be read raises ValueError."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from bot.public_holidays import STATES

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LEAP_YEAR = 2028


def in_parts(value: Any) -> Any:
    """A list in one line of the environment: parted by commas or blanks."""
    return [part for part in re.split(r"[,\s]+", value) if part] if isinstance(value, str) else value


def by_commas(value: Any) -> Any:
    """A list whose parts may hold blanks."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def written_account(text: str) -> str:
    """The terminal's accounts are names, and letter case makes no other person there."""
    if not all(text.partition(":")):
        raise ValueError("an account begins with its platform")
    return " ".join(text.casefold().split()) if text.casefold().startswith("console:") else text


def bare_domain(text: str) -> str:
    """An address or account in its place would fit nobody, and let nobody in."""
    if "/" in text or "@" in text:
        raise ValueError("an address or account is no domain")
    return text.casefold()


def days_of_week(value: Any) -> Any:
    names = [str(name).casefold()[:3] for name in in_parts(value)]
    if not names or not set(names) <= set(_DAYS):
        raise ValueError("unknown weekday")
    return [_DAYS.index(name) for name in names]


def days_of_year(value: Any) -> Any:
    days = []
    for part in in_parts(value):
        found = re.fullmatch(r"(\d\d)-(\d\d)", str(part))
        try:
            day = date(_LEAP_YEAR, int(found[1]), int(found[2])) if found else None
        except ValueError:
            day = None
        if day is None:
            raise ValueError("not a day of the year")
        days.append((day.month, day.day))
    return days


def known_state(value: str | None) -> str | None:
    if value is not None and value not in STATES:
        raise ValueError("unknown state")
    return value


def readable_database(value: SecretStr | None) -> SecretStr | None:
    if value is not None:
        from storage.engine import database_url  # noqa: PLC0415  (only where a URL is given: loading it takes time)

        database_url(value.get_secret_value())
    return value


Domains = Annotated[
    frozenset[str],
    NoDecode,
    BeforeValidator(in_parts),
    AfterValidator(lambda found: frozenset(map(bare_domain, found))),
]
Accounts = Annotated[
    frozenset[str],
    NoDecode,
    BeforeValidator(by_commas),
    AfterValidator(lambda found: frozenset(map(written_account, found))),
]
Count = Annotated[int, Field(ge=1, le=10_000)]
