"""What each part of a text is about: a short one as a whole, a long one sentence by sentence."""

from typing import TYPE_CHECKING, TypeAlias

from bot.understanding.phrases import IDEAS, NAMING

if TYPE_CHECKING:
    from bot.understanding.heard import Heard

Part: TypeAlias = tuple[int, int]  # from which word to which

MARKS = frozenset("|?")  # between sentences
BRIEF, LONG = 4, 25  # words
STEP = 12  # how far the parts of a long sentence lie apart; each is LONG words at most
_TOLD = frozenset({f"{IDEAS}.share", f"{IDEAS}.learned"})


def ideas_of_parts(heard: "Heard") -> list[frozenset[str]]:
    """Of each part, with what there is in it and how long it is."""
    words, seen, situation = heard.words, heard.seen, heard.situation
    general = {situation.context} | ({situation.role} & {"admin"})
    if ":" in heard.text:
        general.add("colon")
    inside = {at: last - first for first, last in heard.names for at in range(first, last)}
    found: list[frozenset[str]] = []
    for first, last in _parts(heard):
        whole = last - first == len(words)
        part = words[first:last]
        ideas = general | _meant(heard, first, last, inside)
        ideas.update(word for word in part if word.startswith("@"))
        begin = seen[first] if first < len(seen) else 0
        end = seen[last] if last < len(seen) else len(heard.tokens)
        if any(begin <= at < end for at, _ in heard.names):
            ideas.add("topic")
        if any(begin <= heard.inside(one.start, one.end)[0] < end for one in heard.people):
            ideas.add("person")
        if "?" in part:
            ideas.add("question")
        ideas.add("brief" if len(heard.plain_words) <= BRIEF else "sentence" if whole else "long")
        found.append(frozenset(ideas))
    return found


def _meant(heard: "Heard", first: int, last: int, lengths: dict[int, int]) -> set[str]:
    """By these words. What is part of a subject's name says nothing beside ("Open Data" is about no personal data):
    `lengths` tells by token how many words the name has that it is part of.
    """
    hits = heard.hits if last - first == len(heard.words) else heard.phrases.find(heard.words[first:last])
    idea_of = heard.phrases.idea_of
    if not lengths:
        return {idea_of[owner] for owner in hits if owner in idea_of}
    inside = {place - first: lengths[at] for place, at in enumerate(heard.seen) if at in lengths}
    found: set[str] = set()
    for owner, several in hits.items():
        if (idea := idea_of.get(owner)) is None:
            continue
        least = 1 if idea in NAMING else 2  # words of a name from which none of them says anything by itself
        if any(hit.last - hit.first > 1 or inside.get(hit.first, 0) < least for hit in several):
            found.add(idea)
    return found


def _parts(heard: "Heard") -> list[Part]:
    """Where something is told after a colon ("Fazit aus Soest: …"), only what stands before says what is wanted."""
    if ":" not in heard.text:
        return _sentences(heard.words, len(heard.plain_words))
    colon = next((place for place, at in enumerate(heard.seen) if heard.tokens[at].text == ":"), None)
    if colon and not _TOLD.isdisjoint(heard.phrases.find(heard.words[:colon])):
        return [(0, colon)]
    return _sentences(heard.words, len(heard.plain_words))


def _sentences(words: list[str], plain: int) -> list[Part]:
    """A short text as a whole; a long one by sentences, a long sentence in pieces that overlap."""
    if plain <= LONG:
        return [(0, len(words))]
    ends = [at + 1 for at, word in enumerate(words) if word in MARKS]
    found: list[Part] = []
    for first, last in zip([0, *ends], [*ends, len(words)], strict=True):
        if last - first <= LONG:
            found.append((first, last))
        else:
            found += [(at, min(at + LONG, last)) for at in range(first, last - STEP, STEP)]
    return [(first, last) for first, last in found if first < last]
