"""Files of members and municipalities: all of it, or nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.app import Lotse
from adapters.beside import beside
from adapters.config import load
from adapters.imports import import_municipalities, import_people
from adapters.rows import BadFile
from bot.events import Account
from bot.ports import ERASED
from tests.adapters.conftest import Chat

CSV = """name,municipality,topics,function,email,phone,account,role,consented_on
Ada Beispiel,Plochingen,"E-Akte; Chatbots",Projektleitung,ada@plochingen.example,069 90009001,console:Ada Beispiel,staff,2026-11-01
Bob Beispiel,Siegburg,E-Akte,,,,console:Bob Beispiel,,
"""


@pytest.fixture
async def lotse(data: Path) -> AsyncIterator[Lotse]:
    async with beside(load(data=data)) as opened:
        yield opened


def written(tmp_path: Path, text: str, name: str = "members.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


async def problems(lotse: Lotse, path: Path) -> list[str]:
    with pytest.raises(BadFile) as raised:
        await import_people(lotse, path)
    async with lotse.storage.unit(write=False) as uow:
        assert await uow.people.by_name("Ada Beispiel") == []  # nothing of the file is kept
    return list(raised.value.problems)


async def test_members_who_agreed_are_found_and_the_others_only_invited(lotse: Lotse, chat: Chat, tmp_path: Path):
    assert await import_people(lotse, written(tmp_path, CSV)) == (1, 1)
    talk = await chat("/als Neu Hier", "Wer kennt sich mit der E-Akte aus?", "ja", "Esslingen am Neckar")
    assert "Ada Beispiel, Projektleitung, Plochingen" in talk.texts[-1]
    assert "Bob" not in talk.texts[-1]


async def test_an_invited_person_is_asked_for_consent_when_they_write(lotse: Lotse, chat: Chat, tmp_path: Path):
    await import_people(lotse, written(tmp_path, CSV))
    talk = await chat("/als Bob Beispiel", "hallo", "ja", "Zeig mal mein Profil")
    assert talk.objects[0]["choices"] == ["Ja, einverstanden", "Lieber nicht"]
    assert "Siegburg" in talk.texts[-1]


async def test_an_invited_person_is_gone_after_thirty_days_without_a_yes(lotse: Lotse, chat: Chat, tmp_path: Path):
    await import_people(lotse, written(tmp_path, CSV))
    await chat("/zeit +29d")
    async with lotse.storage.unit(write=False) as uow:
        assert len(await uow.people.by_name("Bob Beispiel")) == 1
    await chat("/zeit +2d")
    async with lotse.storage.unit(write=False) as uow:
        assert await uow.people.by_name("Bob Beispiel") == []
        assert len(await uow.people.by_name("Ada Beispiel")) == 1


async def test_json_lines_with_ids_and_a_text_of_their_own(lotse: Lotse, tmp_path: Path):
    lines = (
        '{"id": "m1", "name": "Ada Beispiel", "municipality": "08116056", "topics": ["E-Akte", "Kreiselkompass"],'
        ' "text": "Wir scannen seit Jahren.", "consented_on": "2026-11-01"}\n'
        '\n{"id": "m2", "name": "Bob", "topics": [], "text": "Ohne Kommune.", "consented_on": "2026-11-01"}\n'
    )
    assert await import_people(lotse, written(tmp_path, lines, "members.jsonl")) == (2, 0)
    async with lotse.storage.unit(write=False) as uow:
        offers = await uow.people.offers("m1")
        consent = await uow.people.consent("m1")
        bodies = await uow.people.bodies_of(["m1", "m2"])
    assert {(offer.topic, offer.text) for offer in offers} == {
        ("eakte", "E-Akte"),
        (None, "Kreiselkompass"),
        (None, "Wir scannen seit Jahren."),
    }
    assert consent is not None
    assert (consent.source, consent.version) == ("import", lotse.core.rules.notice.version)
    assert [body.name for body in bodies.values()] == ["Plochingen"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Bob,Erbach,,,,,,,", "several municipalities are called 'Erbach': write the key (08425039 for Erbach"),
        ("Bob,Plochinegn,,,,,,,", "did you mean Plochingen?"),
        ("Bob,Nirgendwo an der Traufe,,,,,,,", "there is no municipality"),
        (",Plochingen,,,,,,,", "name is missing"),
        ("Bob,,,,keine,,,,", "email is none"),
        ("Bob,,,,,abc,,,", "phone is none"),
        ("Bob,,,,,,bob,,", "console:"),
        ("Bob,,,,,,,chef,", "write one of staff, coordinator, admin, vendor"),
        ("Bob,,,,,,,coordinator,", "a coordinator needs a municipality"),
        ("Bob,,,,,,,,gestern", "write it like 2026-11-23"),
        ("Bob,,,,,,,,2099-01-01", "future"),
        ("Bob,,,,,,,,,,", "more fields than columns"),
    ],
)
async def test_a_bad_row_is_named_and_nothing_is_kept(lotse: Lotse, tmp_path: Path, row: str, reason: str):
    head, good, _ = CSV.splitlines()
    (problem,) = await problems(lotse, written(tmp_path, f"{head}\n{good}\n{row}\n"))
    assert problem.startswith("line 3: ")
    assert reason in problem


async def test_a_row_after_a_text_of_several_lines_has_its_own_number(lotse: Lotse, tmp_path: Path):
    text = 'name,text,consented_on\nAda Beispiel,"zwei\nZeilen",2026-11-01\nBob,,gestern\n'
    assert (await problems(lotse, written(tmp_path, text)))[0].startswith("line 4: ")


async def test_all_bad_rows_are_named_at_once(lotse: Lotse, tmp_path: Path):
    rows = "".join(f"Ada Beispiel {n},,x\n" for n in range(30))
    found = await problems(lotse, written(tmp_path, f"name,municipality,consented_on\n{rows}"))
    assert len(found) == 21
    assert found[-1] == "… and 10 more"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("members.csv", b"name,stadt\nAda,Plochingen\n", "unknown column 'stadt'"),
        ("members.csv", b"name\n", "has no rows"),
        ("members.csv", "name\nJörg\n".encode("latin-1"), "line 2: no UTF-8"),
        ("members.jsonl", b'{"name": "Ada Beispiel"}\n{"name": \n', "line 2: no JSON"),
        ("members.jsonl", b'["Ada"]\n', "line 1: no object"),
        ("members.jsonl", b'{"name": {"first": "Ada"}}\n', "line 1: name is no text"),
        ("members.jsonl", f'{{"id": "{ERASED}", "name": "X"}}\n'.encode(), "line 1: id has"),
        (
            "members.jsonl",
            b'{"id": "a", "name": "X"}\n{"id": "a", "name": "Y"}\n',
            "line 2: there is a person with the id",
        ),
    ],
)
async def test_a_bad_file_is_told(lotse: Lotse, tmp_path: Path, name: str, content: bytes, reason: str):
    path = tmp_path / name
    path.write_bytes(content)
    assert any(reason in problem for problem in await problems(lotse, path))


async def test_a_file_that_is_not_there_is_told(lotse: Lotse, tmp_path: Path):
    assert "none.csv can't be read" in (await problems(lotse, tmp_path / "none.csv"))[0]


async def test_nobody_is_taken_twice_and_nobody_who_refused(lotse: Lotse, chat: Chat, tmp_path: Path):
    await chat("/als Ada Beispiel", "hallo", "nein")
    (problem,) = await problems(lotse, written(tmp_path, CSV))
    assert problem.startswith("line 2: whoever has the account has refused")
    only_bob = "\n".join([CSV.splitlines()[0], CSV.splitlines()[2]])
    await import_people(lotse, written(tmp_path, only_bob))
    (problem,) = await problems(lotse, written(tmp_path, only_bob))
    assert problem == "line 2: the account belongs to somebody already"


async def test_an_imported_account_keeps_what_is_known_of_it(lotse: Lotse, chat: Chat, tmp_path: Path):
    await chat("/als Ada Beispiel", "hallo")
    await import_people(lotse, written(tmp_path, CSV))
    async with lotse.storage.unit(write=False) as uow:
        row = await uow.accounts.get(Account("console:ada beispiel"))
    assert row is not None
    assert row.address == "Ada Beispiel"


async def test_municipalities_and_other_bodies(lotse: Lotse, chat: Chat, tmp_path: Path):
    text = (
        "key;name;state;population;lat;lon;kind\n"
        "vg-musterland;Verbandsgemeinde Musterland;Rheinland-Pfalz;17000;49.9;7.2;association\n"
    )
    assert await import_municipalities(lotse, written(tmp_path, text, "bodies.csv")) == 1
    talk = await chat("/als Ada Beispiel", "hallo", "ja", "Verbandsgemeinde Musterland")
    assert "Verbandsgemeinde Musterland, Rheinland-Pfalz" in talk.texts[-1]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("x;X;Bayrn;1;49;9", "unknown state"),
        ("x;X;Bayern;viele;49;9", "population is no number"),
        ("x;X;Bayern;1;149;9", "lat is not between"),
        (";X;Bayern;1;49;9", "ags is missing"),
    ],
)
async def test_a_bad_municipality_is_named(lotse: Lotse, tmp_path: Path, row: str, reason: str):
    path = written(tmp_path, f"key;name;state;population;lat;lon\n{row}\n", "bodies.csv")
    with pytest.raises(BadFile, match=reason):
        await import_municipalities(lotse, path)


async def test_a_file_taken_before_the_first_start_serves_the_terminal(tmp_path: Path):
    """The machine's clock is not the terminal's: members belong to their town from their consent on."""
    settings = load(data=tmp_path / "new")
    async with beside(settings, make=True) as lotse:
        await import_people(lotse, written(tmp_path, CSV))
    talk = await Chat(settings=settings)("/als Ada Beispiel", "Zeig mal mein Profil", at="2026-11-02T10:00")
    assert "Plochingen, Baden-Württemberg" in talk.texts[-1]
