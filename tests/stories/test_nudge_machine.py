"""Whatever happens in whatever order: a nudge comes once, to those it is meant for, in their hours, and its sums add up.

The same machine must find faults that are planted, or it would prove nothing.
"""

import asyncio
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot import sending
from bot.flows.nudges import report, run, verbs
from bot.hours import Hours, Place
from bot.model import Role
from bot.nudges.model import ZONE, NudgeEvent, NudgeState
from bot.rules import Rules
from bot.schedules.instants import first_after
from bot.turn import Scene
from scheduler.plan import Planner
from storage.register import topics
from storage.unit_of_work import Storage
from tests.databases import SQLiteFiles
from tests.stories.conftest import some_municipalities
from tests.stories.network import change, member
from tests.town import Arrived, Town

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = Hours()
NEXT_OPENING = Hours.next_opening  # as it is without a fault
STATES = {"Siegburg": "Nordrhein-Westfalen", "Buxtehude": "Niedersachsen"}
SPANS = {
    name: timedelta(hours=hours)
    for name, hours in {"5 hours": 5, "13 hours": 13, "a day": 24, "three days": 72}.items()
}
people = st.integers(min_value=0, max_value=4)
_files: list[SQLiteFiles] = []
_wrong: list[str] = []  # what a machine has found


@pytest.fixture(scope="module", autouse=True)
def files(sqlite_files: SQLiteFiles) -> None:
    """A machine makes its databases by itself."""
    _files.append(sqlite_files)


class Nudging(RuleBasedStateMachine):
    """A nudge on Mondays and Fridays at nine, five people without a profile, days around Allerheiligen."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.seen = 0
        self.filled: dict[str, Any] = {}  # account → since when they have a profile
        self.paused: list[tuple[Any, Any]] = []  # spans in which the nudge was paused

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        self.do(self._begin())

    async def _begin(self) -> None:
        self.storage = await Storage.open(_files[0].fresh(Path(self.folder.name)))
        async with self.storage.unit() as uow:
            await uow.bodies.put(*some_municipalities())
            await uow.topics.ship(topics())
            await uow.commit()
        self.town = Town(self.storage)
        await self.town.later("2027-10-28 10:00")
        self.people = [await member(self.town, f"{place} {n}", place, listing=None) for n, place in enumerate(["Siegburg", "Buxtehude", "Siegburg", "Buxtehude", "Siegburg"])]  # fmt: skip
        ab = await member(self.town, "Anna Berg", "Köln", helps_with=("E-Akte",), role=Role.ADMIN)
        await ab.says("jeden Montag und Freitag um 9 alle ohne Profil ans Ausfüllen erinnern")
        await ab.says("scharf schalten")
        await ab.says("ja")

    def teardown(self) -> None:
        if hasattr(self, "storage"):
            self.do(self.storage.close())
        self.runner.close()
        self.folder.cleanup()

    # ------------------------------------------------------------ what may happen

    @rule(span=st.sampled_from(sorted(SPANS)))
    def time_passes(self, span: str) -> None:
        self.do(self.town.later(SPANS[span]))

    @rule(span=st.sampled_from(sorted(SPANS)))
    def service_is_down(self, span: str) -> None:
        self.town.now += SPANS[span]
        self.do(self.town.settle())

    @rule(span=st.sampled_from(["5 hours", "a day"]))
    def two_planners_wake_at_once(self, span: str) -> None:
        async def both() -> None:
            self.town.now += SPANS[span]
            other = Planner(self.storage, self.town.core.take_due)
            await asyncio.gather(self.town.planner.plan(self.town.now), other.plan(self.town.now))
            await self.town.settle()

        self.do(both())

    @rule()
    def restart(self) -> None:
        later = Town(self.storage, now=self.town.now)
        later.arrived = self.town.arrived
        later.numbers = self.town.numbers
        for person in self.people:
            person.town = later
        self.town = later

    @rule(who=people)
    def fills_in_their_profile(self, who: int) -> None:
        person = self.people[who]
        self.do(person.says("Ich kann bei der E-Akte helfen"))
        self.filled.setdefault(person.account, self.town.now)

    @rule(who=people, off=st.booleans())
    def switches_prompts(self, who: int, *, off: bool) -> None:
        self.do(change(self.town, self.people[who], prompts_off=off))

    @rule()
    def pauses_or_resumes(self) -> None:
        async def turned() -> None:
            async with self.storage.unit() as uow:
                scene = Scene(now=self.town.now, rules=Rules(), knowledge=self.town.core.knowledge, uow=uow)
                (nudge,) = await uow.nudges.all()
                event = NudgeEvent.RESUME if nudge.state is NudgeState.PAUSED else NudgeEvent.PAUSE
                await verbs.move(scene, nudge, event, "operator")
                await uow.commit()
            if event is NudgeEvent.PAUSE:
                self.paused.append((self.town.now, None))
            else:
                self.paused[-1] = (self.paused[-1][0], self.town.now)

        self.do(turned())

    # ------------------------------------------------------------ what must hold

    @invariant()
    def all_is_well(self) -> None:
        if not hasattr(self, "town"):
            return
        try:
            self._what_arrived_was_right()
            self.do(self._sums_add_up_and_each_time_comes_once())
        except AssertionError as error:
            _wrong.append(str(error))
            raise

    def _what_arrived_was_right(self) -> None:
        arrived = [one for one in self.town.arrived if one.delivery.kind == "nudge"]
        for one in arrived[self.seen :]:
            self._check(one)
        self.seen = len(arrived)
        twice = Counter((one.delivery.about, one.delivery.person) for one in arrived)
        assert all(count == 1 for count in twice.values())

    def _check(self, one: Arrived) -> None:
        person = next(known for known in self.people if known.account == one.delivery.account)
        place = Place(state=STATES[person.name.split()[0]])
        assert NEXT_OPENING(HOURS, one.at, place) == one.at, "outside their hours"
        assert person.account not in self.filled or one.at <= self.filled[person.account], "not meant any more"
        assert not any(since < one.at and (until is None or one.at < until) for since, until in self.paused), "paused"

    async def _sums_add_up_and_each_time_comes_once(self) -> None:
        async with self.storage.unit(write=False) as uow:
            scene = Scene(now=self.town.now, rules=Rules(), knowledge=self.town.core.knowledge, uow=uow)
            (nudge,) = await uow.nudges.all()
            runs = await uow.nudges.runs(nudge.key)
            assert len({one.at for one in runs}) == len(runs)
            for one in runs:
                found = await report.sums_of(scene, one)
                assert found.add_up(), found
                assert one.skipped is not None or one.began_at - one.at <= timedelta(hours=24), "far too late"


def tried(examples: int) -> None:
    run_state_machine_as_test(
        Nudging,
        settings=settings(
            max_examples=examples, stateful_step_count=14, deadline=None, derandomize=True, database=None,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_nothing_goes_wrong_whatever_happens() -> None:
    tried(15)


Fault = Callable[[pytest.MonkeyPatch], None]


async def _wanted(*_: object) -> None:
    return None


def unasked_when_sent(patch: pytest.MonkeyPatch) -> None:
    """Whether it is still meant isn't asked again."""
    patch.setattr(sending, "_unwanted_nudge", _wanted)


def at_any_hour(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Hours, "next_opening", lambda _, at, __: at)


def pause_ignored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(run, "_awake", lambda nudge, _: replace(nudge, state=NudgeState.ACTIVE))
    patch.setattr(verbs, "plan_next", _plan_always)
    patch.setattr(run, "plan_next", _plan_always)


async def _plan_always(scene: Scene, nudge: Any) -> None:
    following = first_after(nudge.when(), ZONE, scene.now)
    assert following is not None
    await scene.uow.agenda.set(run.DUE_NOW, nudge.key, following)


def whatever_was_missed_is_sent(patch: pytest.MonkeyPatch) -> None:
    plain = Rules
    patch.setattr("tests.town.Rules", lambda: plain(catch_up=timedelta(days=30)))


@pytest.mark.parametrize("fault", [unasked_when_sent, at_any_hour, pause_ignored, whatever_was_missed_is_sent])
def test_a_planted_fault_is_found(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    _wrong.clear()
    with pytest.raises(BaseException):  # noqa: B017, PT011  (its words: what fails is tried again, and keys are random)
        tried(200)  # stops at the first find
    assert re.search("outside their hours|not meant any more|paused|far too late", _wrong[0])
