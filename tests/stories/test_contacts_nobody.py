"""Nobody there: said so, with what relaxing a filter would give, near topics, and the demand noted."""

from bot.intents import FindContacts
from tests.stories.network import member, read, wants
from tests.town import Town, Townsperson


async def test_what_relaxing_one_filter_would_give(town: Town):
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    await member(town, "Petra Lang", "Plochingen", helps_with=("E-Akte",))
    await member(town, "Uwe Ulmer", "Ulm", helps_with=("E-Akte",))
    await member(town, "Bodo Bayer", "Bayreuth", helps_with=("E-Akte",))
    told = await wants(town, miriam, FindContacts(topic="E-Akte", state="Bayern", size="small"))
    assert "in Bayern, kleine Kommunen (unter 20.000): Dazu finde ich zurzeit niemanden." in told
    assert "Ohne „in Bayern“: eine Person" in told
    assert "Ohne „kleine Kommunen (unter 20.000)“: eine Person" in told
    assert "Bescheid geben, wenn jemand da ist" in told
    assert "Das Netzwerkbüro fragen" in told
    assert "Petra" not in told
    await miriam.picks("Ohne „in Bayern“")
    relaxed = read(miriam)
    assert relaxed.startswith("Thema „E-Akte“, kleine Kommunen (unter 20.000): Eine Person passt.")
    assert "Petra Lang" in relaxed


async def test_near_topics_are_offered_where_somebody_is(town: Town):
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    async with town.storage.unit(write=False) as uow:
        topics = {one.id: one for one in await uow.topics.all()}
    narrow = next(one for one in topics.values() if one.broader)
    broader = topics[str(narrow.broader)]
    await member(town, "Petra Lang", "Plochingen", helps_with=(broader.label_de,))
    told = await wants(town, miriam, FindContacts(topic=narrow.label_de))
    assert "Dazu finde ich zurzeit niemanden" in told
    assert f"Verwandtes Thema „{broader.label_de}“: eine Person" in told


async def test_noted_demand_is_told_once_when_somebody_turns_up(town: Town):
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    told = await wants(town, miriam, FindContacts(topic="E-Akte"))
    assert "Dazu finde ich zurzeit niemanden" in told
    await miriam.picks("Bescheid geben")
    assert "Ist notiert" in read(miriam)
    await miriam.picks("Bescheid geben")
    assert "Das ist schon notiert" in read(miriam)

    await town.later("2026-11-28 12:00")  # a Saturday
    petra = await member(town, "Petra Lang", "Plochingen", helps_with=("E-Akte",), phone="0171 2345678")
    await turned_up(town, petra)
    assert read(miriam) == ""
    await town.later("2026-11-30 09:00")
    news = read(miriam)
    assert "Sie wollten Bescheid bekommen: Zum Thema „E-Akte“ gibt es jetzt jemanden." in news
    assert "1. Petra Lang, Sachbearbeitung, Plochingen" in news
    assert "0171" not in news
    await miriam.picks("Mit Nr. 1 bekannt machen")
    assert "Ein Satz genügt" in read(miriam)

    second = await member(town, "Uwe Ulmer", "Ulm", helps_with=("E-Akte",))
    await turned_up(town, second)
    await town.later("2026-12-10 09:00")
    assert read(miriam) == ""


async def test_demand_with_filters_waits_for_somebody_who_fits(town: Town):
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    await wants(town, miriam, FindContacts(topic="E-Akte", state="Bayern"))
    await miriam.picks("Bescheid geben")
    read(miriam)
    petra = await member(town, "Petra Lang", "Plochingen", helps_with=("E-Akte",))
    await turned_up(town, petra)
    assert read(miriam) == ""
    bodo = await member(town, "Bodo Bayer", "Bayreuth", helps_with=("E-Akte",))
    await turned_up(town, bodo)
    news = read(miriam)
    assert "Bodo Bayer" in news
    assert "Petra Lang" not in news


async def test_their_own_offer_meets_nobody_s_demand_but_others(town: Town):
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg", helps_with=("E-Akte",))
    await wants(town, miriam, FindContacts(topic="E-Akte"))
    await miriam.picks("Bescheid geben")
    read(miriam)
    await turned_up(town, miriam)
    assert read(miriam) == ""


async def turned_up(town: Town, person: Townsperson):
    """What the profile does when somebody has chosen how to be listed."""
    from bot.flows.contacts import demand_met
    from bot.turn import Scene

    async with town.storage.unit() as uow:
        scene = Scene(now=town.now, rules=town.core.rules, knowledge=town.core.knowledge, uow=uow)
        assert await demand_met(scene, await uow.people.get(person.key)) == []
        await uow.commit()
    await town.settle()
