"""Texts, dates and numbers as a person reads them, in their language and time zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import get_group_symbol

from bot.languages import LANGUAGES, LanguageCode, catalogue

_LOCALES = {language: Locale(language) for language in LANGUAGES}
_WEEKDAYS = {language: locale.days["format"]["wide"] for language, locale in _LOCALES.items()}
_MONTHS = {language: locale.months["format"]["wide"] for language, locale in _LOCALES.items()}
_BETWEEN_THOUSANDS = {language: get_group_symbol(language) for language in LANGUAGES}

PLATFORMS = {"teams": "Teams", "matrix": "Element", "console": "Terminal"}  # in both languages


@dataclass(frozen=True, slots=True)
class Words:
    """Call it with a key of the catalogue; its methods say values in words. Values are never interpreted."""

    language: LanguageCode = "de"
    timezone: str = "Europe/Berlin"

    def __call__(self, key: str, **values: Any) -> str:
        return catalogue(self.language)[key].filled(values)

    def platform(self, name: str) -> str:
        """As people call it; a platform that nobody has named here is called by its own name."""
        return PLATFORMS.get(name, name)

    def number(self, value: int) -> str:
        """14100 → "14.100"."""
        return f"{value:,}".replace(",", _BETWEEN_THOUSANDS[self.language])

    def day(self, when: date | datetime) -> str:
        """Always with the weekday: "Donnerstag, 3. Dezember 2026"."""
        local, dot = self._local(when), "." if self.language == "de" else ""
        weekday, month = _WEEKDAYS[self.language][local.weekday()], _MONTHS[self.language][local.month]
        return f"{weekday}, {local.day}{dot} {month} {local.year}"

    def short_day(self, when: date | datetime) -> str:
        """ "23.11.2026" or "23 Nov 2026"."""
        pattern = "dd.MM.y" if self.language == "de" else "d MMM y"
        return format_date(self._local(when), pattern, locale=_LOCALES[self.language])

    def month(self, when: date) -> str:
        """ "Januar 2027"."""
        return format_date(when, "MMMM y", locale=_LOCALES[self.language])

    def clock(self, when: datetime) -> str:
        """ "17:00"."""
        return when.astimezone(ZoneInfo(self.timezone)).strftime("%H:%M")

    def moment(self, when: datetime) -> str:
        """Day and time: "Donnerstag, 3. Dezember 2026, 17:00 Uhr"."""
        return self("words.moment", day=self.day(when), clock=self.clock(when))

    def listed(self, items: Sequence[str]) -> str:
        """ "a, b und c"."""
        if len(items) < 2:
            return "".join(items)
        return self("words.and", first=", ".join(items[:-1]), last=items[-1])

    def _local(self, when: date | datetime) -> date:
        return when.astimezone(ZoneInfo(self.timezone)).date() if isinstance(when, datetime) else when
