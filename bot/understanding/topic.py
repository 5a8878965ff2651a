"""The subject of a sentence: the shortest span that names it, verbatim; candidates are rated, the best one wins."""

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.matching.text import STOP
from bot.understanding.tokens import Token

if TYPE_CHECKING:
    from bot.understanding.heard import Heard

LONGEST = 5
# Words after which a subject stands for certain, and words after which it may.
_LEADS = frozenset(
    "zu zum zur thema themen uber wegen bezuglich betreffs betreffend betrifft hinsichtlich sachen rund about on regarding"
    " concerning re stichwort topic subject".split()
)
_MAY_LEAD = frozenset("mit bei beim fur with for of im von vom in eine einen ein die das den der".split())
_BESIDE = frozenset(
    "als statt anstatt ans instead im in ins am furs fur beim bei fur for at on nach per mit via".split()
)
_ONLINE = frozenset("online digital papierlos mobil elektronisch".split())
_ARTICLES = frozenset(
    "der die das den dem des ein eine einen einem einer eines ne nen nem ner the a an our your their unser unsere unserem"
    " unseren unserer ihr ihre ihren ihrem ihrer euer eure euren eurem thema themen dem um".split()
)
_HEADS = (
    "management verwaltung planung beteiligung digitalisierung bewirtschaftung beschaffung forderung ausbau software"
    " verfahren portal plattform strategie konzept schutz sicherheit recht register akte wesen steuer bildung entwicklung"
    " infrastruktur archivierung automatisierung anmeldung antrag genehmigung zulassung vergabe buchung abrechnung"
    " management controlling ing ment tion pflege betreuung wirtschaft technik service system systeme konto app kasse"
).split()
_ASKED_FOR = re.compile(
    r"-(?:ansprech\w+|kontakt\w*|expert\w*|profi\w*|erfahrung\w*|kenner\w*|know-?how|leute\w*|spezialist\w*|nutzer\w*|anwender\w*|user\w*)$",
    re.IGNORECASE,
)
SURE = 2.5  # from here on a subject was named for certain: of the table, or after "zum Thema"


@dataclass(frozen=True, slots=True)
class Candidate:
    first: int
    last: int
    score: float
    known: bool


def topic_of(heard: "Heard") -> str | None:
    """None where nothing names a subject."""
    best = best_candidate(heard)
    return without_asking(heard.between(best.first, best.last)) or None if best else None


def without_asking(name: str) -> str:
    """ "BCM-Ansprechpartner" is asked for BCM."""
    return _ASKED_FOR.sub("", name)


def best_candidate(heard: "Heard") -> Candidate | None:
    found = heard.subjects
    return max(found, key=lambda one: (one.score, -one.first)) if found else None


def candidates(heard: "Heard") -> list[Candidate]:
    """Runs of words that neither ask nor are a date, a place or a person; names of the topic table before others."""
    known = _known(heard)
    covered = {index for first, last in known for index in range(first, last)}
    found = [_rated(heard, *_widened(heard, first, last), known=last - first) for first, last in known]
    for run in _runs(heard.free):
        first, last = _trimmed(heard, *run)
        if first < last and covered.isdisjoint(range(first, last)):
            found.append(_rated(heard, first, last, known=0))
    return _told_apart(heard, found)


def _told_apart(heard: "Heard", found: list[Candidate]) -> list[Candidate]:
    """Of "Terminkalender im Bürgerbüro" the first is the subject, although only the second may be in the table."""
    ends = {one.last for one in found}
    told = []
    for one in found:
        at = one.first - 1
        while at >= 0 and heard.tokens[at].fold in _ARTICLES | {"of"}:
            at -= 1
        beside = at > 0 and heard.tokens[at].fold in _BESIDE and at in ends
        told.append(replace(one, score=one.score - 3.5) if beside else one)
    return told


def _known(heard: "Heard") -> list[tuple[int, int]]:
    """Names of the table, the longest at each place; a word that merely asks is none by itself."""
    found: list[tuple[int, int]] = []
    tokens = heard.tokens
    at = 0
    while at < len(tokens):
        longest = None
        for last in range(at + 1, min(at + LONGEST, len(tokens)) + 1):
            if tokens[last - 1].kind != "word" or last - 1 in heard.taken:
                break
            naming = [i for i in range(at, last) if i in heard.free and not _soft(heard, i)]
            whole = last - at == 1 and tokens[at].capital and not heard.begins(tokens[at]) and at in heard.free
            if not (naming or whole or last - at > 1) or any(_says_nothing(heard, i) for i in (at, last - 1)):
                continue
            if last - 1 in heard.free or _may_end(heard, last - 1):
                if (at, last) in heard.named:
                    longest = last
        if longest is not None:
            found.append((at, longest))
        at = longest or at + 1
    return found


def _soft(heard: "Heard", index: int) -> bool:
    word = heard.tokens[index].fold
    return heard.phrases.is_soft(word) and word != "it"


def _says_nothing(heard: "Heard", index: int) -> bool:
    """An article or the like: left out where names are compared, so that it would seem to be part of one."""
    token = heard.tokens[index]
    return token.fold in STOP and not token.text.isupper()


def _may_end(heard: "Heard", index: int) -> bool:
    """ "Smart City" ends so, although cities are asked for, too."""
    word = heard.tokens[index].fold
    return len(word) > 3 and not any(word in stop for stop in heard.phrases.stopwords.values())


def _rated(heard: "Heard", first: int, last: int, *, known: int) -> Candidate:
    tokens = heard.tokens[first:last]
    score = 4.0 + 0.5 * known if known else 0.0
    score += _led(heard, first)
    score += min(sum(len(token.text) for token in tokens), 24) / 12
    nouns = [token for token in tokens if token.capital and not heard.begins(token)]
    if nouns:
        score += 1.0
    elif heard.has_capitals and not known and len(tokens) == 1 and not tokens[0].capital:
        score -= 1.5  # where nouns have capitals, a small word is none
    if any(token.text.isupper() and len(token.text) > 1 for token in tokens) and heard.has_small:
        score += 0.5
    if not known and tokens[-1].fold.endswith(tuple(_HEADS)):
        score += 0.8
    score += heard.near_request(first) + _opposed(heard, first)
    return Candidate(first, last, score, bool(known))


def _opposed(heard: "Heard", first: int) -> float:
    """ "Nicht Wärmeplanung, sondern Wärmenetze": the second is meant."""
    before = heard.tokens[first - 1].fold if first else ""
    return -2.5 if before in {"nicht", "statt", "weder", "not"} else 1.0 if before in {"sondern", "rather"} else 0.0


def _led(heard: "Heard", first: int) -> float:
    """By what stands in front, over articles and adjectives that belong to it."""
    at = first - 1
    while at >= 0 and heard.tokens[at].kind == "word" and heard.tokens[at].fold in _ARTICLES - _LEADS:
        at -= 1
    if at < 0 or heard.tokens[at].kind != "word":
        after_colon = at >= 0 and heard.text[heard.tokens[at].start : heard.tokens[at].end] == ":"
        return 1.0 if after_colon else 0.0
    word = heard.tokens[at].fold
    if word == "zu" and heard.has_capitals and not any(token.capital for token in heard.tokens[first : first + 3]):
        return 0.0  # "zu technisch"
    return 2.5 if word in _LEADS else 1.2 if word in _MAY_LEAD else 0.0


def _widened(heard: "Heard", first: int, last: int) -> tuple[int, int]:
    """A name of the table with the adjectives in front and the nouns beside it: "EWO Fachverfahren"."""
    begin = first
    while begin - 1 in heard.free and _joins(heard, heard.tokens[begin - 1], heard.tokens[begin], left=True):
        begin -= 1
    end = last
    if end in heard.free and heard.tokens[end].fold in _ONLINE:
        end += 1
    while end in heard.free and _joins(heard, heard.tokens[end - 1], heard.tokens[end], left=False):
        end += 1
    return begin, end


def _joins(heard: "Heard", one: Token, other: Token, *, left: bool) -> bool:
    if heard.text[one.end : other.start].strip():
        return False
    beside = one if left else other
    if left and _is_adjective(beside.fold) and not beside.capital:
        return True
    if heard.is_english:
        return not left or beside.fold in _ONLINE or not heard.phrases.is_soft(beside.fold)
    if heard.has_capitals:
        return (beside.capital and (beside.text.isupper() or not heard.begins(beside))) or beside.text.isdigit()
    return beside.text.isdigit() or beside.fold == "it"


def _trimmed(heard: "Heard", first: int, last: int) -> tuple[int, int]:
    """Where nouns are written with capitals, what stands around them is no part of the name, but for adjectives."""
    while first < last and _soft(heard, first):
        first += 1
    while first < last and _soft(heard, last - 1) and not _completes(heard, first, last - 1):
        last -= 1
    nouns = [
        index for index in range(first, last) if heard.tokens[index].capital and not heard.begins(heard.tokens[index])
    ]
    if not nouns or last - first < 2 or heard.is_english:
        return first, last
    begin = nouns[0]
    while begin > first and _is_adjective(heard.tokens[begin - 1].fold):
        begin -= 1
    end = nouns[-1] + 1
    while end < last and heard.tokens[end].fold in _ONLINE:
        end += 1
    return begin, end


def _completes(heard: "Heard", first: int, index: int) -> bool:
    """Whether a word that asks is the end of a name: "heat planning", "Lotus Notes"."""
    if index == first:
        return False
    one, other = heard.tokens[index - 1], heard.tokens[index]
    return heard.is_english or (one.capital and other.capital and not heard.begins(one))


def _is_adjective(word: str) -> bool:
    return len(word) > 4 and word.endswith(("e", "en", "er", "es", "em"))


def _runs(free: frozenset[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for index in sorted(free):
        if runs and runs[-1][1] == index:
            runs[-1] = (runs[-1][0], index + 1)
        else:
            runs.append((index, index + 1))
    return runs
