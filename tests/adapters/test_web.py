"""What whoever runs the bot can ask over HTTP."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text

from adapters.beside import beside
from adapters.config import load
from adapters.web import application
from adapters.web.metrics import Metrics
from bot.events import Account
from bot.kinds import Kind
from bot.messages import Message, Text
from bot.ports import Outgoing
from storage.unit_of_work import Storage

MARKER = "Kreiselkompass"


class Beats:
    """A scheduler whose lateness the test decides."""

    def __init__(self) -> None:
        self.overdue: dict[str, float] = {}

    def late(self) -> Mapping[str, float]:
        return self.overdue

    def last_beats(self) -> Mapping[str, float]:
        return {"deliver": 0.5, "plan": 1.5}


@pytest.fixture
def beats() -> Beats:
    return Beats()


@pytest.fixture
async def storage(data: Path) -> AsyncIterator[Storage]:
    async with beside(load(data=data)) as lotse:
        yield lotse.storage


@pytest.fixture
async def web(storage: Storage, beats: Beats) -> AsyncIterator[TestClient]:
    metrics = Metrics()
    metrics.delivered("delivered", "console")
    async with TestClient(TestServer(application(storage, beats, metrics))) as client:
        yield client


async def test_alive(web: TestClient):
    answer = await web.get("/healthz")
    assert (answer.status, await answer.json()) == (200, {"status": "ok"})


async def test_ready(web: TestClient):
    answer = await web.get("/readyz")
    assert (answer.status, await answer.json()) == (200, {"status": "ready"})


async def test_not_ready_while_a_job_is_overdue_but_alive(web: TestClient, beats: Beats):
    beats.overdue = {"deliver": 99.0}
    answer = await web.get("/readyz")
    assert answer.status == 503
    assert (await answer.json())["problems"] == ["deliver is overdue"]
    assert (await web.get("/healthz")).status == 200


async def test_not_ready_while_the_database_gives_no_answer(web: TestClient, storage: Storage):
    async with storage.unit() as uow:
        for table in ("marks", "outbox"):
            await uow.transaction.run(text(f"ALTER TABLE {table} RENAME TO away_{table}"))
        await uow.commit()
    answer = await web.get("/readyz")
    assert answer.status == 503
    assert (await answer.json())["problems"] == ["the database doesn't answer"]
    assert (await web.get("/metrics")).status == 200


async def test_not_ready_while_the_disk_is_full(web: TestClient, monkeypatch: pytest.MonkeyPatch):
    assert (await web.get("/readyz")).status == 200
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
    answer = await web.get("/readyz")
    assert (answer.status, (await answer.json())["problems"]) == (503, ["the disk is full"])


async def test_metrics_are_sums_without_people_or_texts(web: TestClient, storage: Storage):
    async with beside(load(data=Path(storage.engine.url.database or "").parent)) as lotse, storage.unit() as uow:
        message = Message(blocks=(Text(text=MARKER),))
        await uow.outbox.put(
            Outgoing(account=Account("console:ada"), person=None, kind=Kind.ANSWER, message=message, due=lotse.now())
        )
        await uow.commit()
    answer = await web.get("/metrics")
    page = await answer.text()
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert 'lotse_deliveries_total{outcome="delivered",platform="console"} 1.0' in page
    assert 'lotse_outbox{state="pending"} 1.0' in page
    assert 'lotse_beat_age_seconds{job="plan"} 1.5' in page
    assert MARKER not in page
    assert "ada" not in page
