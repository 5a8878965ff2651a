"""The sixteen states, as people name and shorten them."""

from bot.matching.text import fold

STATES: dict[str, tuple[str, ...]] = {
    "Baden-Württemberg": ("BW", "BaWü", "Ba-Wü", "BWL", "Ländle", "baden-württembergisch"),
    "Bayern": ("BY", "Bavaria", "bayerisch", "bayrisch"),
    "Berlin": ("BE", "berliner"),
    "Brandenburg": ("BB", "brandenburgisch"),
    "Bremen": ("HB", "bremisch"),
    "Hamburg": ("HH", "hamburgisch"),
    "Hessen": ("HE", "Hesse", "hessisch"),
    "Mecklenburg-Vorpommern": ("MV", "MeckPomm", "Meck-Pomm", "Mecklenburg-Western Pomerania", "Mecklenburg"),
    "Niedersachsen": ("NI", "NDS", "Lower Saxony", "niedersächsisch"),
    "Nordrhein-Westfalen": ("NRW", "NW", "North Rhine-Westphalia", "Nordrhein Westfalen", "nordrhein-westfälisch"),
    "Rheinland-Pfalz": ("RP", "RLP", "Rhineland-Palatinate", "rheinland-pfälzisch"),
    "Saarland": ("SL", "saarländisch"),
    "Sachsen": ("SN", "Saxony", "sächsisch"),
    "Sachsen-Anhalt": ("ST", "LSA", "Saxony-Anhalt", "sachsen-anhaltisch"),
    "Schleswig-Holstein": ("SH", "schleswig-holsteinisch"),
    "Thüringen": ("TH", "Thuringia", "thüringisch"),
}

_NAMES = {
    fold(said).replace("-", "").replace(" ", ""): state for state, names in STATES.items() for said in (state, *names)
}
_ENDINGS = ("e", "er", "en", "es", "em")


def state_named(text: str) -> str | None:
    """The full German name: "NRW", "Bavaria", "hessische" → "Nordrhein-Westfalen", "Bayern", "Hessen"."""
    said = fold(text).replace("-", "").replace(" ", "").strip(".,;:!?")
    if said in _NAMES:
        return _NAMES[said]
    for ending in _ENDINGS:
        if said.endswith(ending) and (found := _NAMES.get(said.removesuffix(ending))) and said[:-1] != fold(found)[:-1]:
            return found
    return None
