"""Which intents the ideas of a text speak for: rules with weights, written by hand, that add up."""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from bot.intents import BY_NAME

if TYPE_CHECKING:
    from bot.understanding.heard import Heard

BRIEF, LONG = 4, 25  # words
STEP = 12  # how far the parts of a long sentence lie apart; each is LONG words at most
AGAINST = 0.7  # so that one misheard idea doesn't silence what several others say
SHARES = (1.0, 0.5, 0.3, 0.2)  # several reasons for the same add up, each next one less


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of evidence.toml: `needed` ideas and `barred` ones, in the same part of a text."""

    intent: str
    weight: float
    needed: frozenset[str]
    barred: frozenset[str]
    source: str

    def fits(self, ideas: frozenset[str]) -> bool:
        return self.needed <= ideas and self.barred.isdisjoint(ideas)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an intent is likely, for admins: "visit move" or a phrase."""

    weight: float
    source: str


def rule(intent: str, line: str) -> Rule:
    """Raises ValueError for a line without a weight or without an idea."""
    weight, *ideas = line.split()
    needed = frozenset(idea for idea in ideas if not idea.startswith("-"))
    if not needed or intent not in BY_NAME:
        raise ValueError(f"evidence for {intent}: {line!r} needs an intent that exists, a weight and at least one idea")
    barred = frozenset(idea[1:] for idea in ideas if idea.startswith("-"))
    return Rule(intent, float(weight), needed, barred, " ".join(ideas))


@cache
def rules() -> dict[str, tuple[Rule, ...]]:
    """By the rarest of the needed ideas, so that few are tried."""
    text = files("bot.languages").joinpath("evidence.toml").read_text("utf-8")
    every = [rule(intent, line) for intent, lines in tomllib.loads(text).items() for line in lines]
    often = {idea: sum(idea in one.needed for one in every) for one in every for idea in one.needed}
    found: dict[str, list[Rule]] = {}
    for one in every:
        found.setdefault(min(one.needed, key=lambda idea: (often[idea], idea)), []).append(one)
    return {idea: tuple(several) for idea, several in found.items()}


def reasons(heard: "Heard") -> dict[str, list[Reason]]:
    """Of the part of the text that says most about an intent; a story around the request doesn't count."""
    best: dict[str, list[Reason]] = {}
    for ideas in heard.ideas:
        found: dict[str, list[Reason]] = {}
        for one in _fitting(ideas):
            found.setdefault(one.intent, []).append(Reason(one.weight, one.source))
        for intent, several in found.items():
            if intent not in best or total(several) > total(best[intent]):
                best[intent] = several
    return best


def _fitting(ideas: frozenset[str]) -> Iterator[Rule]:
    table = rules()
    for idea in ideas:
        yield from (one for one in table.get(idea, ()) if one.fits(ideas))


def total(several: Iterable[Reason]) -> float:
    """What speaks for it adds up with falling shares; of what speaks against it the gravest counts."""
    weights = sorted((one.weight for one in several), reverse=True)
    good = [weight for weight in weights if weight > 0]
    return sum(weight * share for weight, share in zip(good, SHARES, strict=False)) + AGAINST * min([0.0, *weights])


def parts(words: list[str]) -> list[tuple[int, int]]:
    """From which word to which: a short text as a whole; a long one by sentences, a long sentence in pieces that overlap."""
    if sum(1 for word in words if word not in {"|", "?"}) <= LONG:
        return [(0, len(words))]
    ends = [at + 1 for at, word in enumerate(words) if word in {"|", "?"}]
    found: list[tuple[int, int]] = []
    for first, last in zip([0, *ends], [*ends, len(words)], strict=True):
        if last - first <= LONG:
            found.append((first, last))
        else:
            found += [(at, min(at + LONG, last)) for at in range(first, last - STEP, STEP)]
    return [(first, last) for first, last in found if first < last]
