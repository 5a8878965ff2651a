"""The catalogues: every text people read, by key, in formal German and in English (gettext, one file per feature)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

from babel.messages.pofile import read_po

LanguageCode: TypeAlias = Literal["de", "en"]
LANGUAGES: tuple[LanguageCode, ...] = ("de", "en")


@dataclass(frozen=True, slots=True)
class Entry:
    """A text, with its form for one where it counts something."""

    one: str | None
    many: str

    def filled(self, values: Mapping[str, Any]) -> str:
        """With its placeholders filled; `n` chooses between one and many."""
        chosen = self.one if self.one is not None and values.get("n") == 1 else self.many
        return chosen.format_map(values)


@cache
def catalogue(language: LanguageCode) -> dict[str, Entry]:
    """All texts of a language. Raises ValueError if two features use the same key."""
    texts: dict[str, Entry] = {}
    for resource in sorted(files(__name__).joinpath(language).iterdir(), key=lambda found: found.name):
        if not resource.name.endswith(".po"):
            continue
        with resource.open("rb") as source:
            for message in read_po(source, locale=language):
                if not message.id:
                    continue
                key = message.id if isinstance(message.id, str) else message.id[0]
                if key in texts:
                    raise ValueError(f"{resource.name}: {key} stands in another file too")
                forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
                texts[key] = Entry(forms[0] if len(forms) == 2 else None, forms[-1])
    return texts


def text(language: LanguageCode, key: str, **values: Any) -> str:
    """The text of a key with its placeholders filled. KeyError if there is none."""
    return catalogue(language)[key].filled(values)
