"""Three replicas, killed, stopped and cut off for a few seconds; the long run and its report are in bench/chaos.py."""

import asyncio
from collections import Counter
from pathlib import Path

from bench.chaos import Report, judge, torment
from bot.kinds import Kind
from storage.unit_of_work import Storage
from tests.scheduler.promises import known, promise


def test_nothing_is_lost_and_nothing_repeated_that_may_not_be(postgresql_url: str, tmp_path: Path) -> None:
    report = asyncio.run(torment(postgresql_url, tmp_path / "ledger", 8, seed=11))
    assert report.problems == []
    assert report.kills >= 3
    assert report.states["held"] > 0, "there was something to repeat"
    assert report.states["sent"] + report.states["held"] == report.promised


async def test_the_judge_finds_what_went_wrong(storage: Storage) -> None:
    """A message that arrived twice, and one that was never sent."""
    await known(storage, "Somebody", platform="plain")
    twice, never = await promise(storage, "Somebody", "1", "2", kind=Kind.NUDGE, platform="plain")
    report = Report(promised=2)
    await judge(storage, [f"plain {twice} first", f"plain {twice} first", f"ack {never}"], report)
    found = Counter(problem.partition(": ")[0] for problem in report.problems)
    assert found[twice] >= 2
    assert found[never] >= 2
