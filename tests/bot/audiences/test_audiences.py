"""Audiences: as people say them, as they are read back, whom they mean, and how a second sentence changes them."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.audiences import ALL, AudienceError, Facts, canonical, changed, described, matches, parse, said
from bot.audiences.said import adds, only_of
from bot.knowledge import Knowledge
from bot.matching.places import Gazetteer
from bot.matching.topics import TopicTable
from bot.model import Person, Role
from bot.schedules import Unclear
from bot.words import Words
from storage.register import municipalities, topics

TODAY = date(2026, 11, 25)
PLACES = [one for one in municipalities() if one.name in ("Ulm", "Siegburg", "Plochingen", "Köln")]
KNOWLEDGE = Knowledge()
KNOWLEDGE.places = Gazetteer(PLACES)
KNOWLEDGE.topics = TopicTable(topics())

UNDERSTOOD = [line.split(" -> ") for line in """\
alle -> all
an alle -> all
everybody -> all
alle ohne Profil -> without-profile
alle, die noch kein Profil haben -> without-profile
everybody without a profile -> without-profile
alle ohne Thema außer NRW -> not state:NW; without-topic
alle aus NRW und BW -> state:BW,NW
nur NRW und Hessen -> state:HE,NW
nicht aus Bayern -> not state:BY
everyone from Hesse on Teams -> platform:teams; state:HE
alle kleinen Kommunen in Bayern -> size:small; state:BY
große Städte -> size:large
alle aus Kommunen unter 20.000 Einwohnern -> population:..20000
alle mit dem Thema E-Akte -> offers:eakte
alle, die E-Akte anbieten -> offers:eakte
experts on E-Akte -> offers:eakte
alle interessiert an E-Akte -> wants:eakte
Gäste der letzten 90 Tage -> guests:90d
alle Gastgeber der letzten drei Monate -> hosts:90d
guests of the last 3 months -> guests:90d
alle, die seit 6 Monaten inaktiv sind -> inactive:180d
inaktiv seit einem Jahr -> inactive:365d
alle Koordinatoren -> role:coordinator
die Englischsprachigen -> language:en
alle auf Element, nicht aus Berlin -> not state:BE; platform:matrix
alle aus Ulm -> body:08421000
state:NW,BW; without-profile -> state:BW,NW; without-profile""".splitlines()]  # fmt: skip


@pytest.mark.parametrize(("words", "meant"), UNDERSTOOD)
def test_what_is_said_is_understood_and_read_back(words: str, meant: str) -> None:
    heard = said(words, KNOWLEDGE)
    assert not isinstance(heard, Unclear), heard
    assert set(canonical(heard).split("; ")) == set(meant.split("; "))
    assert parse(canonical(heard)) == heard
    if "body:" in meant:
        return  # read back with its district, to be told apart
    for say in (Words("de"), Words("en")):
        assert said(described(heard, say, KNOWLEDGE), KNOWLEDGE) == heard


@pytest.mark.parametrize(
    "words",
    [
        "alle Digitalisierungsbeauftragten",
        "everybody with an accepted introduction",
        "alle außer Herrn Müller",
        "die Netten",
    ],
)
def test_what_is_not_understood_is_named(words: str) -> None:
    heard = said(words, KNOWLEDGE)
    assert isinstance(heard, Unclear)
    assert heard.values["words"]


@pytest.mark.parametrize(
    "text", ["state:XX", "size:tiny", "without-profile:yes", "shoe-size:44", "guests:x", "population:..", "role:boss"]
)
def test_a_bad_condition_is_refused_with_the_remedy(text: str) -> None:
    with pytest.raises(AudienceError) as refused:
        parse(text)
    assert text in Words()(refused.value.key, **refused.value.values_)


def somebody(**more: object) -> Facts:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    person = Person(key="p_1", name="Miriam Vogt", created_at=at, active_at=at, confirmed_at=at)
    plochingen = next(one for one in PLACES if one.name == "Plochingen")
    values: dict[str, object] = {"person": person, "body": plochingen, "account": None, "platform": "teams", **more}
    return Facts(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("audience", "one", "meant"),
    [
        ("all", somebody(), True),
        ("without-profile", somebody(), True),
        ("without-profile", somebody(offers=frozenset({"eakte"})), False),
        ("without-profile", somebody(wants=frozenset({"eakte"})), True),
        ("without-topic", somebody(wants=frozenset({"eakte"})), False),
        ("state:BW", somebody(), True),
        ("not state:BW", somebody(), False),
        ("state:BW", somebody(body=None), False),
        ("not state:BW", somebody(body=None), True),
        ("state:NW,BW; platform:matrix", somebody(), False),
        ("size:small", somebody(), True),
        ("population:10000..20000", somebody(), True),
        ("guests:30d", somebody(guest_on=(date(2026, 11, 5),)), True),
        ("guests:10d", somebody(guest_on=(date(2026, 11, 5),)), False),
        ("hosts:2026-11-01..2026-11-30", somebody(host_on=(date(2026, 11, 5),)), True),
        ("inactive:20d", somebody(), True),
        ("inactive:60d", somebody(), False),
        ("role:coordinator", somebody(roles=frozenset({Role.COORDINATOR})), True),
        ("language:en", somebody(), False),
        ("all", somebody(person=replace(somebody().person, role=Role.VENDOR)), False),
    ],
)
def test_whom_an_audience_means(audience: str, one: Facts, meant: bool) -> None:  # noqa: FBT001
    assert matches(parse(audience), one, TODAY) is meant


@pytest.mark.parametrize(
    ("before", "wish", "after"),
    [
        ("without-profile", "statt alle nur NRW und BW", "state:BW,NW; without-profile"),
        ("state:BW,NW; without-profile", "nee doch alle", "without-profile"),
        ("without-profile", "alle", "all"),
        ("state:BW", "auch Hessen", "state:BW,HE"),
        ("state:BW", "nur große Städte", "size:large"),
        ("state:BW", "nicht auf Teams", "not platform:teams; state:BW"),
        ("without-profile", "alle mit dem Thema E-Akte", "offers:eakte"),
    ],
)
def test_a_second_sentence_changes_what_it_is_about(before: str, wish: str, after: str) -> None:
    heard = said(only_of(wish), KNOWLEDGE)
    assert not isinstance(heard, Unclear), heard
    assert canonical(changed(parse(before), heard, add=adds(wish))) == after


def test_only_what_people_did_counts_as_behaviour() -> None:
    assert parse("guests:90d").on_behaviour
    assert not parse("without-profile; state:BW").on_behaviour
    assert not ALL.on_behaviour
