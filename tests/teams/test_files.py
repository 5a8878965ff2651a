"""Files as links: once, for a day, for whoever has the link; opening it takes nothing away."""

import re
from datetime import timedelta
from typing import Any

import pytest

from bot.events import Account
from bot.messages import File
from tests.teams.wire import Line, TeamsPerson, WireTown
from tests.town import BEGIN

QUESTION = "Hallo, kennt jemand wen der die E-Akte schon eingeführt hat?"


@pytest.fixture
async def links(town: WireTown, miriam: TeamsPerson) -> list[str]:
    """The paths of Miriam's export, as she got them."""
    for text in (QUESTION, "ok einverstanden", "Ulm", "meine daten exportieren"):
        await miriam.says(text)
    found: list[str] = re.findall(r"https://lotse\.example(/files/[\w-]+)", str(miriam.activities))
    return list(dict.fromkeys(found))


async def fetch(line: Line, method: str, path: str) -> tuple[int, Any, str]:
    async with line.client.request(method, line.url(path)) as answer:
        return answer.status, answer.headers, await answer.text()


async def test_an_export_comes_as_links(line: Line, links: list[str]):
    assert len(links) == 2
    status, headers, page = await fetch(line, "GET", links[0])
    assert status == 200
    assert "24. November 2026, 10:00 Uhr" in page
    assert '<html lang="de">' in page
    assert headers["Cache-Control"] == "no-store"
    contents = [(await fetch(line, "POST", path)) for path in links]
    assert [status for status, _, _ in contents] == [200, 200]
    assert all("Miriam Vogt" in body for _, _, body in contents)
    assert all(headers["Content-Disposition"].startswith("attachment; ") for _, headers, _ in contents)
    assert {headers["Content-Type"] for _, headers, _ in contents} == {"application/json", "text/html"}


async def test_opening_takes_nothing_away_and_a_download_is_the_only_one(line: Line, links: list[str]):
    for method in ("GET", "HEAD", "GET"):
        assert (await fetch(line, method, links[0]))[0] == 200
    assert (await fetch(line, "POST", links[0]))[0] == 200
    for method in ("POST", "GET"):
        status, _, page = await fetch(line, method, links[0])
        assert status == 410
        assert "Fragen Sie im Chat noch einmal" in page
        assert "Ask for the file again" in page


async def test_after_a_day_it_is_over_and_swept_away(line: Line, town: WireTown, links: list[str]):
    town.now = BEGIN + timedelta(hours=24)
    assert (await fetch(line, "GET", links[0]))[0] == 410
    assert (await fetch(line, "POST", links[0]))[0] == 410
    assert await line.adapter.files.sweep() == 1
    async with town.storage.unit(write=False) as uow:
        assert await uow.notes.all("web", "file") == []


@pytest.mark.parametrize("change", ["other", "shorter", "longer", "garbage"])
async def test_another_link_leads_nowhere(line: Line, links: list[str], change: str):
    path = links[0]
    made = {
        "other": path[:-1] + ("A" if path[-1] != "A" else "B"),
        "shorter": path[:-1],
        "longer": path + "A",
        "garbage": "/files/%00%ff..",
    }[change]
    assert (await fetch(line, "POST", made))[0] == 410
    assert (await fetch(line, "POST", links[0]))[0] == 200


async def test_the_database_holds_no_link(town: WireTown, links: list[str]):
    async with town.storage.unit(write=False) as uow:
        kept = str(await uow.notes.all("web", "file"))
    assert not any(link.removeprefix("/files/") in kept for link in links)


async def test_a_file_offered_again_makes_the_link_before_void(line: Line, town: WireTown):
    file = File(name="Termin „Ulm“.ics", content_type="text/calendar", content=b"BEGIN:VCALENDAR")
    account = Account("teams:x:y")
    first = await line.adapter.files.offer(file, "m_1-0", account, "en")
    second = await line.adapter.files.offer(file, "m_1-0", account, "en")
    assert (await fetch(line, "POST", first.removeprefix("https://lotse.example")))[0] == 410
    status, headers, page = await fetch(line, "GET", second.removeprefix("https://lotse.example"))
    assert "Download" in page
    status, headers, body = await fetch(line, "POST", second.removeprefix("https://lotse.example"))
    assert (status, body) == (200, "BEGIN:VCALENDAR")
    assert "filename*=UTF-8''Termin%20%E2%80%9EUlm%E2%80%9C.ics" in headers["Content-Disposition"]


async def test_whoever_is_forgotten_leaves_no_file(line: Line, town: WireTown, miriam: TeamsPerson, links: list[str]):
    await miriam.says("alle meine daten löschen")
    await miriam.says("ja")
    assert (await fetch(line, "POST", links[0]))[0] == 410
