"""Whatever happens in whatever order: nobody is asked twice, and nobody outside the hours that hold for them."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.hours import Hours, Place
from bot.kinds import Kind
from bot.messages import plain_text
from scheduler.plan import Planner
from storage.register import topics
from storage.unit_of_work import Storage
from tests.databases import SQLiteFiles
from tests.stories.conftest import some_municipalities
from tests.stories.network import read
from tests.stories.test_visit_j6 import miriam_and_jens, planned
from tests.town import Town, Townsperson

HOURS = Hours()
PLACES = {
    "Miriam Vogt": Place(tz="Europe/Berlin", state="Baden-Württemberg", locality=None),
    "Jens Kalthoff": Place(tz="Europe/Berlin", state="Nordrhein-Westfalen", locality=None),
}
ASKED_ONCE = {"Was nehmen Sie selbst mit": "asked", "Noch einmal kurz": "asked again", "steht bevor": "remembered"}

steps = st.lists(
    st.one_of(
        st.tuples(st.just("later"), st.sampled_from(["3 hours", "1 day", "4 days", "13 days"])),
        st.tuples(
            st.sampled_from(["guest", "host"]),
            st.sampled_from(
                [
                    "können wir den termin auf den 14.12. schieben?",
                    "können wir den termin auf den 5.1. schieben?",
                    "ok",
                    "nein, das passt nicht",
                    "erinner mich morgen um 10 uhr nochmal",
                    "keine zeit, erinnere mich nächste woche",
                    "der termin ist ausgefallen",
                    "nichts neues, nur bestätigung",
                    "besuch absagen",
                    "ja",
                ]
            ),
        ),
        st.just(("restart", "")),
    ),
    max_size=9,
)
PERIODS = {
    "3 hours": timedelta(hours=3),
    "1 day": timedelta(days=1),
    "4 days": timedelta(days=4),
    "13 days": timedelta(days=13),
}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=steps)
@example(
    told=[
        ("later", "4 days"),
        ("later", "4 days"),
        ("later", "13 days"),
        ("guest", "erinner mich morgen um 10 uhr nochmal"),
    ]
)
def test_each_question_comes_once_and_in_hours(
    sqlite_files: SQLiteFiles, tmp_path_factory: pytest.TempPathFactory, told: list[tuple[str, str]]
):
    asyncio.run(_lived(sqlite_files.fresh(tmp_path_factory.mktemp("visit")), told))


async def _lived(url: str, told: list[tuple[str, str]]) -> None:
    storage = await Storage.open(url)
    async with storage.unit() as uow:
        await uow.bodies.put(*some_municipalities())
        await uow.topics.ship(topics())
        await uow.commit()
    town = Town(storage)
    miriam, jens = await miriam_and_jens(town)
    await planned(town, miriam, jens)
    for who, what in told:
        match who:
            case "later":
                await _two_planners(town, PERIODS[what])
            case "restart":
                town.planner = Planner(storage, town.core.take_due)
            case _:
                await (miriam if who == "guest" else jens).says(what)
    await _two_planners(town, timedelta(days=60))
    for person, who in ((miriam, "guest"), (jens, "host")):
        _checked(person, sum(one == who and "erinner" in what for one, what in told))
        read(person)
    await storage.close()


async def _two_planners(town: Town, period: timedelta) -> None:
    """Another process looks at the same agenda at the same moments."""
    second = Planner(town.storage, town.core.take_due)
    first = town.planner.plan

    async def both(now):  # type: ignore[no-untyped-def]
        counts = await asyncio.gather(first(now), second.plan(now))
        return sum(counts)

    town.planner.plan = both  # type: ignore[method-assign]
    await town.later(period)
    del town.planner.plan


def _checked(person: Townsperson, snoozes: int) -> None:
    """Whoever asks to be reminded again is, once more each time: they set the time themselves."""
    seen: dict[tuple[str | None, str, str], int] = {}
    for arrived in person.mailbox:
        delivery = arrived.delivery
        if delivery.kind in (Kind.PROMPT, Kind.VISIT_REMINDER):
            assert HOURS.may_send(arrived.at, PLACES[person.name]), f"{delivery.kind} at {arrived.at}"
        if delivery.kind not in (Kind.PROMPT, Kind.VISIT_REMINDER):
            continue
        text = plain_text(delivery.message)
        for words, name in ASKED_ONCE.items():
            if words in text:
                which = text.splitlines()[0] if name == "remembered" else ""
                key = (delivery.about, name, which)
                seen[key] = seen.get(key, 0) + 1
    assert all(count <= 1 + snoozes * (name == "asked again") for (_, name, _), count in seen.items()), seen
