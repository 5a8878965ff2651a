"""Public holidays of a place in Germany: its state's, and its municipality's where the law draws the line there.

Three holidays depend on the municipality, and the register says nothing about denominations. So:

- Augsburg's Friedensfest (8 August) is Augsburg's alone.
- Mariä Himmelfahrt (15 August) counts in the whole of Bavaria. It is a holiday where Catholics outnumber Protestants:
  in about 1,700 of 2,056 municipalities, and we don't know which. Counting it everywhere is the safe side twice
  over: nobody is written to on their holiday, and a period of working days ends a day later there, never earlier.
- Fronleichnam in Saxony and Thuringia counts only in the municipalities named below: there it is the rare exception,
  and counting it in Dresden or Erfurt would be wrong for nearly everybody. A municipality of which only an outlying
  part is Catholic (Bautzen, Göda, Großdubrau, Hoyerswerda, Dermbach) isn't among them: the town hall decides,
  because staff work there.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

import holidays

STATES: Mapping[str, str] = MappingProxyType(
    {
        "Baden-Württemberg": "BW",
        "Bayern": "BY",
        "Berlin": "BE",
        "Brandenburg": "BB",
        "Bremen": "HB",
        "Hamburg": "HH",
        "Hessen": "HE",
        "Mecklenburg-Vorpommern": "MV",
        "Niedersachsen": "NI",
        "Nordrhein-Westfalen": "NW",
        "Rheinland-Pfalz": "RP",
        "Saarland": "SL",
        "Sachsen": "SN",
        "Sachsen-Anhalt": "ST",
        "Schleswig-Holstein": "SH",
        "Thüringen": "TH",
    }
)
"""The states by their full name, as the register writes it, with the code that the holiday tables use."""

AUGSBURG = "09761000"

FRONLEICHNAM_SAXONY = frozenset(
    {
        "14625080",  # Crostwitz
        "14625280",  # Königswartha, all but one hamlet
        "14625350",  # Nebelschütz
        "14625360",  # Neschwitz, the seat and Saritsch
        "14625440",  # Panschwitz-Kuckau
        "14625460",  # Puschwitz
        "14625470",  # Räckelwitz
        "14625490",  # Radibor
        "14625500",  # Ralbitz-Rosenthal
        "14625640",  # Wittichenau
    }
)
"""Source: Saxony's ordinance on Fronleichnam as a regional holiday (FronleichnamsVO, 1993), by today's boundaries."""

EICHSFELD = "16061"  # the whole district

FRONLEICHNAM_THURINGIA = frozenset(
    {
        "16063011",  # Buttlar
        "16063032",  # Geisa
        "16063068",  # Schleid
        "16064074",  # Südeichsfeld
    }
)
"""Source: Thuringia's holiday act (ThürFtG): where it was kept in 1994, by today's boundaries; besides Eichsfeld."""


def public_holiday(
    day: date, state: str | None, locality: str | None, language: Literal["de", "en"] = "de"
) -> str | None:
    """The holiday's name, or None. `state` is a full German name, None means nationwide ones only; `locality` an AGS.

    Names are Germany's; an English one exists for each. 24 and 31 December are no public holidays: see `Hours.closed`.
    """
    return _of_year(*_calendar(state, locality), day.year, language).get(day)


@lru_cache(maxsize=4096)
def _calendar(state: str | None, locality: str | None) -> tuple[str | None, bool]:
    """Which table applies, and whether with the holidays of mostly Catholic municipalities."""
    code = STATES[state] if state else None
    match code:
        case "BY" if locality == AUGSBURG:
            return "Augsburg", False  # the city's own table, 15 August included
        case "BY":
            return "BY", True
        case "SN":
            return "SN", locality in FRONLEICHNAM_SAXONY
        case "TH":
            in_eichsfeld = locality is not None and locality.startswith(EICHSFELD)
            return "TH", in_eichsfeld or locality in FRONLEICHNAM_THURINGIA
        case _:
            return code, False


@lru_cache(maxsize=1024)
def _of_year(table: str | None, catholic: bool, year: int, language: Literal["de", "en"]) -> Mapping[date, str]:  # noqa: FBT001
    found = holidays.country_holidays(
        "DE",
        subdiv=table,
        years=year,
        expand=False,
        language="de" if language == "de" else "en_US",
        categories=("public", "catholic") if catholic else ("public",),
    )
    return MappingProxyType(dict(found.items()))
