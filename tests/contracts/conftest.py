"""Workers over the `storage` of a test."""

from random import Random

import pytest

from storage.unit_of_work import Storage
from storage.worker import SqlWorker
from tests.scheduler.promises import PLATFORMS, known


@pytest.fixture
async def worker(storage: Storage) -> SqlWorker:
    await known(storage, "vogt", "kalthoff", "harms")
    return SqlWorker(storage, rng=Random(1))


@pytest.fixture
async def careful(storage: Storage) -> SqlWorker:
    """On a platform where the same key twice arrives once."""
    return SqlWorker(storage, idempotent=PLATFORMS, rng=Random(1))
