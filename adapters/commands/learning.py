"""`lotse learn`: makes the weights of bot/understanding/learned.py from the examples; the same from the same on one machine.

Two models, both plain logistic regressions: the intent among all intents, the subject among all spans of a text. Each
goes over the examples a few times and mends its weights after each one (Adagrad), in an order drawn with a fixed seed; the
mean of the later rounds counts, so that the order matters less.
"""

import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np

from adapters.commands.understanding import Reader
from adapters.rows import BadFile
from bot.understanding.features import Spans
from bot.understanding.heard import Heard
from bot.understanding.learned import (
    FILE,
    SLOTS,
    Learned,
    Weights,
    features_of,
    none_of,
    write,
)
from bot.understanding.naming import Rows, by_place, known, names_of

Case: TypeAlias = Mapping[str, Any]

FOLDER = "examples"
SEED = 2026
OFTEN = 3  # examples that a feature has to be in
EPOCHS, STEP, DECAY = 8, 0.5, 2e-4
SPAN_EPOCHS, SPAN_STEP, SPAN_DECAY = 10, 0.15, 2e-4
DIGITAL = re.compile(r"\b(?:digital|elektronisch|online|papierlos|mobil)\w*\s+$", re.IGNORECASE)
INTENTS = {  # where each slot may be named
    "topic": frozenset(
        "find_contacts find_lessons introduce offer_topic want_topic remove_topic plan_visit share_lesson subscribe"
        " unsubscribe".split()
    ),
    "name": frozenset(
        "nudge_pause nudge_resume nudge_preview nudge_stats nudge_show nudge_activate nudge_stop".split()
    ),
    "person": frozenset({"introduce", "suggest_other", "plan_visit"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A text's spans, each with its features, and which of them name the slot; the last stands for "none"."""

    spans: list[list[str]]
    right: list[bool]


def examples() -> list[Case]:
    """All lines of all files of examples. Raises BadFile where they aren't: they stand in the source tree only."""
    folder = files("bot.languages").joinpath(FOLDER)
    if not folder.is_dir():
        raise BadFile(["the examples aren't part of an installed package: run `lotse learn` in the source tree"])
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".jsonl"))
    return [json.loads(line) for name in names for line in folder.joinpath(name).read_text("utf-8").splitlines()]


def reader() -> Reader:
    """At the moment that the dates of the examples count from."""
    return Reader(datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Europe/Berlin")))


def store(found: Learned) -> Path:
    """Where the bot looks for it, in the source tree."""
    path = Path(str(files("bot.languages").joinpath(FILE)))
    with path.open("wb") as file:
        write(found, file)
    return path


def digest_of(cases: Iterable[Case]) -> str:
    lines = (json.dumps(case, ensure_ascii=False, sort_keys=True) for case in cases)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def learn(cases: Sequence[Case], reader: Reader) -> Learned:
    """Takes about half a minute for 5,000 examples."""
    heard = [reader.heard(case) for case in cases]
    intents = tuple(sorted({case["intent"] for case in cases}))
    features, weights, bias = _intents(
        [set(names_of(one.features)) for one in heard], [case["intent"] for case in cases], intents
    )
    return Learned(
        intents=intents,
        rows=Rows(features),
        weights=weights,
        usual=weights.mean(axis=1),
        bias=bias,
        spans={slot: Weights(by_place(_spans(choices(slot, cases, heard)))) for slot in SLOTS},
        digest=digest_of(cases),
    )


def choices(slot: str, cases: Sequence[Case], heard: Sequence[Heard]) -> list[Choice]:
    """Of all examples in which the slot may be named."""
    may = (pair for pair in zip(cases, heard, strict=True) if pair[0]["intent"] in INTENTS[slot])
    return [choice for case, one in may if (choice := choice_of(slot, case, one)) is not None]


def choice_of(slot: str, case: Case, heard: Heard) -> Choice | None:
    """None where it is named by no span that could be chosen."""
    spans, slots = Spans(heard), case.get("slots", {})
    named = (slots.get(slot), *slots.get(f"{slot}_accept", ()))
    accepted = {plain(name) for name in named if isinstance(name, str)}  # not "the second"
    found = heard.runs
    right = [plain(heard.between(*one)) in accepted for one in found]
    if accepted and not any(right):
        return None
    return Choice(
        spans=[
            *(features_of(spans, *one) for one in found),
            names_of(none_of(case["intent"], heard.situation.context)),
        ],
        right=[*_with_adjectives(heard, found, right), not accepted],
    )


def _with_adjectives(heard: Heard, found: list[tuple[int, int]], right: list[bool]) -> list[bool]:
    """ "digitaler Bauantrag" is the subject where "Bauantrag" is labelled, too: examples differ in it."""
    ends = {one: index for index, one in enumerate(found)}
    wider = list(right)
    for (first, last), fits in zip(found, right, strict=True):
        before = ends.get((first - 1, last))
        if fits and before is not None and DIGITAL.search(heard.text[: heard.tokens[first].start]):
            wider[before] = True
    return wider


def plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _numbered(lists: Iterable[Iterable[str]]) -> dict[str, int]:
    count = Counter(chain.from_iterable(set(names) for names in lists))
    often = {name for name, n in count.items() if n >= OFTEN}
    often |= {new for name in count if (new := known(name, often)) != name}
    return {name: row for row, name in enumerate(sorted(often))}


def _intents(texts: list[set[str]], meant: list[str], intents: tuple[str, ...]) -> Any:
    features = _numbered(texts)
    rows = [np.array(sorted(features[name] for name in text if name in features), dtype=int) for text in texts]
    right = [intents.index(intent) for intent in meant]
    weights = np.zeros((len(features), len(intents)))
    bias = np.zeros(len(intents))
    seen, seen_bias = np.full_like(weights, 1e-6), np.full_like(bias, 1e-6)
    chance = random.Random(SEED)  # noqa: S311  for the order only
    order = list(range(len(rows)))
    mean, mean_bias = np.zeros_like(weights), np.zeros_like(bias)
    for epoch in range(EPOCHS):
        chance.shuffle(order)
        for at in order:
            at_rows = rows[at]
            share = 1 / max(1.0, len(at_rows)) ** 0.5
            scores = bias + weights[at_rows].sum(axis=0) * share
            wrong = np.exp(scores - scores.max())
            wrong /= wrong.sum()
            wrong[right[at]] -= 1
            change = wrong * share + DECAY * weights[at_rows]
            seen[at_rows] += change * change
            weights[at_rows] -= STEP * change / np.sqrt(seen[at_rows])
            seen_bias += wrong * wrong
            bias -= STEP * wrong / np.sqrt(seen_bias)
        if epoch >= EPOCHS // 2:
            mean += weights / (EPOCHS - EPOCHS // 2)
            mean_bias += bias / (EPOCHS - EPOCHS // 2)
    return features, mean.astype(np.float32), mean_bias.astype(np.float32)


def _spans(choices: list[Choice]) -> dict[str, float]:
    features = _numbered(chain.from_iterable(one.spans) for one in choices)
    weights = np.zeros(len(features))
    seen = np.full_like(weights, 1e-6)
    prepared = [_prepared(one, features) for one in choices]
    chance = random.Random(SEED)  # noqa: S311  for the order only
    order = list(range(len(prepared)))
    mean = np.zeros_like(weights)
    for epoch in range(SPAN_EPOCHS):
        chance.shuffle(order)
        for at in order:
            flat, of_span, right = prepared[at]
            scores = np.bincount(of_span, weights[flat], minlength=len(right))
            likely = np.exp(scores - scores.max())
            wrong = likely / likely.sum() - likely * right / max(float((likely * right).sum()), 1e-30)
            rows, where = np.unique(flat, return_inverse=True)
            change = np.bincount(where, wrong[of_span], minlength=len(rows)) + SPAN_DECAY * weights[rows]
            seen[rows] += change * change
            weights[rows] -= SPAN_STEP * change / np.sqrt(seen[rows])
        if epoch >= SPAN_EPOCHS // 2:
            mean += weights / (SPAN_EPOCHS - SPAN_EPOCHS // 2)
    return {name: round(float(mean[row]), 3) for name, row in features.items() if abs(mean[row]) > 0.02}


def _prepared(choice: Choice, features: dict[str, int]) -> tuple[Any, Any, Any]:
    """Features of all spans in a row, the span of each, and which spans are right."""
    rows = [[features[name] for one in span if (name := known(one, features)) in features] for span in choice.spans]
    flat = np.array(list(chain.from_iterable(rows)), dtype=int)
    of_span = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    return flat, of_span, np.array(choice.right, dtype=float)
