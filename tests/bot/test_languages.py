"""The catalogues: complete in both languages, each text used, each key used there; formal German; what we say works."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

import adapters
import bot
from bot.intents import BY_NAME, DeleteMe, ExportData, PrivacyInfo, Unknown, WithdrawConsent
from bot.knowledge import Knowledge
from bot.languages import LANGUAGES, Entry, LanguageCode, catalogue, text
from bot.matching.places import Gazetteer
from bot.matching.topics import TopicTable
from bot.understand import Situation, understand
from storage.register import municipalities, topics

SOURCES = [
    source.read_text(encoding="utf-8")
    for package in (adapters, bot)
    for source in Path(next(iter(package.__path__))).rglob("*.py")
]
KEY = re.compile(r'f?"((?:[a-z_]+|\{[^}"]+\})(?:\.(?:[a-z_0-9]|\{[^}"]+\})+)+)"')
# Values of ours that the code puts into keys itself, and what it takes from outside into them.
EXPORT = re.compile(r"export\.(table|column)\.\w+")
INFORMAL = re.compile(r"\b(du|dich|dir|dein\w*|euch|euer|eure\w*|habt|könnt ihr)\b", re.IGNORECASE)


def placeholders(entry: Entry) -> set[str | None]:
    forms = [form for form in (entry.one, entry.many) if form is not None]
    return {name for form in forms for _, name, _, _ in Formatter().parse(form) if name is not None}


@cache
def patterns() -> tuple[re.Pattern[str], ...]:
    """The keys in the sources; what stands in braces may be anything without a dot."""
    found = {match[1] for source in SOURCES for match in KEY.finditer(source)}
    return tuple(
        re.compile(r"[\w-]+".join(re.escape(part) for part in re.split(r"\{[^}]+\}", key))) for key in sorted(found)
    )


def test_both_languages_have_the_same_texts():
    assert set(catalogue("de")) == set(catalogue("en"))


def test_placeholders_and_counts_are_the_same_in_both():
    german, english = catalogue("de"), catalogue("en")
    for key, entry in german.items():
        assert placeholders(entry) == placeholders(english[key]), key
        assert (entry.one is None) == (english[key].one is None), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty(language: LanguageCode):
    for key, entry in catalogue(language).items():
        assert entry.many.strip(), key
        assert entry.one is None or entry.one.strip(), key


def test_every_key_in_the_code_stands_in_the_catalogues():
    features = {key.partition(".")[0] for key in catalogue("de")}
    missing = []
    for source in SOURCES:
        for call in re.finditer(r'(?:\bsay|\btell|words|Refusal|Invalid)\(\s*"([a-z_]+\.[a-z_.0-9]+)"', source):
            if call[1] not in catalogue("de"):
                missing.append(call[1])
    assert missing == []
    assert features >= {"first_contact", "dispatch", "form", "access", "introduction", "contacts"}


def test_every_text_is_used():
    unused = [
        key
        for key in catalogue("de")
        if not EXPORT.fullmatch(key) and not any(pattern.fullmatch(key) for pattern in patterns())
    ]
    assert unused == []


def test_every_intent_can_be_offered_by_name():
    assert {key.removeprefix("intent.") for key in catalogue("de") if key.startswith("intent.")} == set(BY_NAME)


def test_german_is_formal():
    ours = {key: entry.many for key, entry in catalogue("de").items() if ".example." not in key}  # not what people say
    informal = {key: words for key, words in ours.items() if INFORMAL.search(words)}
    assert informal == {}


def test_a_count_of_one_has_its_own_words():
    assert text("de", "listing.since", n=1) == "seit einem Jahr"
    assert text("de", "listing.since", n=3) == "seit 3 Jahren"
    assert text("en", "listing.since", n=1) == "for one year"


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    known = Knowledge()
    known.places, known.topics = Gazetteer(municipalities()), TopicTable(topics())
    return known


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_are_told_to_write_is_understood(language: LanguageCode, knowledge: Knowledge):
    """Every sentence in quotation marks in our own help, profile and notice leads somewhere."""
    now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    situation = Situation(today=now.date(), now=now, language=language, lexicon=knowledge, role="admin")
    sentences = {
        sentence
        for key, entry in catalogue(language).items()
        if re.match(r"(help|profile|notice|privacy|desk|first_contact|affiliation\.set|affiliation\.tied)\b", key)
        and ".ask" not in key
        for sentence in re.findall(r"„([^“{}]+)“|“([^”{}]+)”", entry.many)
        for sentence in sentence
        if sentence and sentence not in NOT_TO_BE_SAID
    }
    assert len(sentences) > 20
    lost = [said for said in sorted(sentences) if isinstance(meaning(said, situation), Unknown)]
    assert lost == []


NOT_TO_BE_SAID = {"zurzeit nicht verfügbar", "not available at present", "lotse --help", "Plochingen", "mehr", "more"}


def meaning(said: str, situation: Situation) -> object:
    filled = said.replace("…", "Ulm" if re.search(r"arbeite in|work in", said) else "E-Akte")
    return understand(filled, situation).intent


def told(key: str, language: LanguageCode) -> list[str]:
    """The sentences in quotation marks in one text, in order."""
    marks = r"„([^“{}]+)“" if language == "de" else r"“([^”{}]+)”"
    return [said for said in re.findall(marks, catalogue(language)[key].many) if said not in NOT_TO_BE_SAID]


def test_what_people_are_told_to_write_means_the_same_in_both_languages(knowledge: Knowledge):
    """ "Changed your mind? Write …" has to take back what "Doch nicht? …" takes back."""
    now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    situation = Situation(today=now.date(), now=now, lexicon=knowledge)
    features = r"(help|notice|privacy|first_contact|affiliation\.(?:set|tied)|introduction\.(?:sent|queued|too_many))"
    different = []
    for key in catalogue("de"):
        if re.match(features, key) and not key.endswith("_hint"):
            by = replace(situation, role="admin" if key == "help.admin" else "staff")
            for german, english in zip(told(key, "de"), told(key, "en"), strict=True):
                if type(meaning(german, by)) is not type(meaning(english, replace(by, language="en"))):
                    different.append((key, german, english))
    assert different == []


@pytest.mark.parametrize("context", ["none", "after_results", "asked_consent", "asked_lesson", "nudge", "asked_text"])
def test_ones_rights_are_heard_whatever_was_asked(knowledge: Knowledge, context: str):
    now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    situation = Situation(today=now.date(), now=now, context=context, lexicon=knowledge)
    keys = [key for key in catalogue("de") if key.startswith("notice.")]
    said = [one for key in keys for language in LANGUAGES for one in told(key, language)]
    assert {"Datenschutz", "privacy", "Was ist über mich gespeichert?", "What is stored about me?"} <= {*said}
    rights = (PrivacyInfo, ExportData, DeleteMe, WithdrawConsent)
    answers = {"Ja", "Nein", "yes", "no", "English", "Deutsch"}
    assert [one for one in said if one not in answers and not isinstance(meaning(one, situation), rights)] == []
