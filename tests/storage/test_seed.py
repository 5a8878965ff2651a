"""The register and the topics that are shipped."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from storage import register
from storage.meta import SEEDED
from storage.seed import seed
from storage.unit_of_work import Storage


async def test_a_new_database_knows_every_municipality_and_topic(storage: Storage):
    assert await seed(storage)

    async with storage.unit(write=False) as uow:
        assert len(await uow.bodies.all()) == 10_751
        assert len(await uow.topics.all()) == 114
        plochingen = await uow.bodies.get("08116056")
    assert plochingen is not None
    assert (plochingen.name, plochingen.state) == ("Plochingen", "Baden-Württemberg")


async def test_what_was_loaded_is_left_alone(storage: Storage):
    await seed(storage)
    async with storage.unit() as uow:
        (topic, *_) = await uow.topics.all()
        changed = replace(topic, label_de="Ein anderes Wort")
        await uow.topics.put(changed)
        mark = await uow.topics.mark()
        await uow.commit()

    assert not await seed(storage)

    async with storage.unit(write=False) as uow:
        assert changed in await uow.topics.all()
        assert await uow.topics.mark() == mark


async def test_the_topics_of_a_new_release_leave_added_names_and_merged_topics_as_they_are(storage: Storage):
    await seed(storage)
    async with storage.unit() as uow:
        known = {topic.id: topic for topic in await uow.topics.all()}
        await uow.topics.put(replace(known["eakte"], synonyms=(*known["eakte"].synonyms, "Aktenzauber")))
        await uow.topics.merge(known["dms"], known["eakte"])
        await uow.meta.put(SEEDED, "before")
        await uow.commit()

    assert await seed(storage)

    async with storage.unit(write=False) as uow:
        after = {topic.id: topic for topic in await uow.topics.all()}
    assert "dms" not in after
    assert "Aktenzauber" in after["eakte"].synonyms
    assert set(known["eakte"].synonyms) <= set(after["eakte"].synonyms)


async def test_a_release_with_another_name_for_a_topic_brings_it_into_a_database_that_is_there(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    await seed(storage)
    assert not await seed(storage)
    data = tmp_path / "data"
    shutil.copytree(str(register.DATA), data)
    shipped = (data / "topics.csv").read_text("utf-8")
    (data / "topics.csv").write_text(shipped.replace("eAkte;", "eAkte;Aktenwolke;", 1), "utf-8")
    monkeypatch.setattr(register, "DATA", data)

    assert await seed(storage)
    async with storage.unit(write=False) as uow:
        (akte,) = [topic for topic in await uow.topics.all() if topic.id == "eakte"]
    assert "Aktenwolke" in akte.synonyms
