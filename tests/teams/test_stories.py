"""The journeys J1 and J3, and stories of the core once more, with people in Teams on the wire: every word a signed
request, every answer an activity that has arrived at the service.
"""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.messages import plain_text
from storage.unit_of_work import Storage
from tests.stories import test_introduction_after as after
from tests.stories import test_introduction_later as later
from tests.stories.network import _offer, member, read
from tests.stories.test_first_contact import (  # noqa: F401
    test_a_question_about_privacy_is_answered_and_is_no_consent,
    test_a_topic_becomes_findable_with_the_choice_how_to_be_listed,
    test_an_old_button_pressed_again_changes_nothing,
    test_the_first_words_bring_the_notice_and_nothing_else,
    test_the_town_is_told_apart_and_the_first_question_answered,
    test_there_is_one_notice_a_day,
)
from tests.stories.test_introduction_j3 import on_the_list
from tests.stories.test_introduction_j3 import test_j3 as core_j3
from tests.teams.signing import OTHER_TENANT
from tests.teams.wire import Line, TeamsPerson, WireTown

QUESTION = "Hallo, kennt jemand wen der die E-Akte schon eingeführt hat?"

test_two_check_ins = after.test_two_check_ins_then_silence
test_asking_again = after.test_asking_again_after_the_introduction_repeats_the_contact
test_later_restarts = later.test_later_restarts_the_window_on_that_date
test_to_and_fro = later.test_questions_to_and_fro_carry_no_contact_data


@pytest.fixture
async def miriam(town: WireTown) -> TeamsPerson:
    await member(town, "Svenja Harms", "Buxtehude", helps_with=("E-Akte",))
    return in_teams(town, "Miriam Vogt")


def in_teams(town: WireTown, name: str) -> TeamsPerson:
    found = town.person(name)
    assert isinstance(found, TeamsPerson)
    return found


def on_screen(who: TeamsPerson) -> str:
    """All that has arrived, as it is read where no card can be shown."""
    texts = []
    for activity in who.activities:
        cards = [one["content"]["fallbackText"] for one in activity.get("attachments", [])]
        texts.append("\n".join([activity.get("text", ""), *cards]))
    return "\n\n".join(texts)


async def test_j1(town: WireTown, miriam: TeamsPerson, line: Line):
    """First contact: a question before consent, an ambiguous town; beside it somebody who says no."""
    await miriam.says(QUESTION)
    notice = read(miriam)
    assert "beantworte sie gleich danach" in notice
    await town.later("2026-11-23 10:02")
    await miriam.says("wer liest das denn alles mit?")
    assert "nur den Eintrag, den Sie selbst wählen" in read(miriam)
    await town.later("2026-11-23 10:03")
    await miriam.picks("Ja, einverstanden")
    assert "Montag, 23. November 2026" in read(miriam)
    await miriam.fills(municipality="Erbach")
    assert "Odenwaldkreis, Hessen" in read(miriam)
    await miriam.picks("Erbach (Alb-Donau-Kreis")
    found = read(miriam)
    assert "Erbach (Alb-Donau-Kreis), Baden-Württemberg" in found
    assert "Svenja Harms" in found
    await town.later("2026-11-23 10:06")
    await miriam.says("ich kann bei Online-Terminvergabe helfen, machen wir seit 3 jahren")
    assert "Gefunden wird das Thema erst" in read(miriam)
    await miriam.picks("Nur Funktion und Kommune")
    await miriam.says("Projektleitung")
    entry = "Projektleitung, Erbach (Alb-Donau-Kreis), BW, 14.100 Einw., Online-Terminvergabe seit 3 Jahren"
    assert entry in read(miriam)
    await miriam.says("zeig mal mein profil")
    assert "nur mit Funktion und Kommune" in read(miriam)

    jens = town.person("Jens Kalthoff", platform="matrix", domain="hueckelhoven.example")
    await jens.joins()
    await jens.says("nö lieber nicht")
    read(jens)
    before = len(line.stub.requests)
    await town.later("2026-11-24 13:59")
    assert read(jens) == ""
    assert len(line.stub.requests) == before  # no second notice to anybody
    await jens.says("ok hab mit unserem datenschützer gesprochen, bin dabei")
    await jens.says("Hückelhofen")
    await jens.says("ja")
    read(jens)
    await jens.says("wer kennt sich mit Online-Terminvergabe aus?")
    assert "Projektleitung" in read(jens)
    assert "Miriam" not in jens.last
    assert on_screen(miriam).count("Ich speichere Ihren Namen") == 1


async def test_j3(town: WireTown, line: Line):
    """Two yeses from Teams to Element, started at night; and no contact data on the wire before the second one."""
    await core_j3(town)
    sent = [request.body for _, request in line.stub.taken]
    handed = next(n for n, body in enumerate(sent) if "jens.kalthoff@hueckelhoven.example" in str(body))
    assert not any("0171 2345678" in str(body) for body in sent)
    assert not any("jens.kalthoff@" in str(body) for body in sent[:handed])


async def test_j3_the_other_way_round(town: WireTown, storage: Storage):
    """From Element to Teams: the request is a card, and the yes a press of its button."""
    miriam, jens = await on_the_list(town)
    assert isinstance(miriam, TeamsPerson)
    async with storage.unit() as uow:
        person = await uow.people.get(miriam.key)
        assert person is not None
        await uow.people.add_offer(await _offer(uow, person, "Online-Terminvergabe", town.now, {}))
        await uow.commit()
    read(miriam)
    await jens.says("Wer kennt sich mit Online-Terminvergabe aus?")
    assert "Projektleitung Digitalisierung" in jens.last
    await jens.picks("Mit Nr. 1 bekannt machen")
    await jens.says("wir wollen das im frühjahr einführen")
    await jens.picks("Ja, mit E-Mail-Adresse")
    assert read(miriam) == ""
    await town.later("2026-11-24 09:00")
    request = read(miriam)
    assert "> wir wollen das im frühjahr einführen" in request
    assert "Niemand sieht Ihre Kontaktdaten, bevor Sie Ja sagen" in request
    await miriam.picks("Ja, gern")
    shown = miriam.responses[-1]["value"]
    assert "wir wollen das im frühjahr einführen" in str(shown)  # what was asked stays readable
    assert "Ihre Antwort: Ja, gern" in str(shown)
    for _ in range(3):  # which contact data to give, if it is asked
        if "jens.kalthoff@" not in on_screen(miriam):
            await miriam.says("ja, mail reicht")
    assert "jens.kalthoff@hueckelhoven.example" in on_screen(miriam)
    assert "miriam.vogt@erbach-donau.example" in read(jens)


async def both_in_teams(town: WireTown) -> tuple[TeamsPerson, TeamsPerson]:
    """Two people of two tenants, introduced to each other, both contact data released."""
    town.tenants["Svenja Harms"] = OTHER_TENANT
    svenja = await member(town, "Svenja Harms", "Buxtehude", helps_with=("E-Akte",), phone="04161 501")
    miriam = await member(town, "Miriam Vogt", "Ulm")
    assert isinstance(svenja, TeamsPerson)
    assert isinstance(miriam, TeamsPerson)
    assert svenja.tenant != miriam.tenant
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    await miriam.picks("Mit Nr. 1 bekannt machen")
    await miriam.says("wir fangen im frühjahr an")
    await miriam.picks("Ja, mit E-Mail-Adresse")
    assert "l/chat" not in str([*svenja.activities, *miriam.activities])
    await svenja.picks("Ja, gern")
    return miriam, svenja


async def test_two_people_in_teams_get_the_chat_beside_the_contact_data(town: WireTown):
    miriam, svenja = await both_in_teams(town)
    await svenja.picks("Nur E-Mail")
    for reader, other in ((miriam, svenja), (svenja, miriam)):
        (link,) = set(re.findall(r"https://teams\.microsoft\.com/l/chat/[^'\"]+", str(reader.activities)))
        query = parse_qs(urlsplit(link).query)
        address = f"{other.name.rsplit(maxsplit=1)[-1].lower()}@rathaus.example"
        assert query["users"] == [address]
        assert query["message"][0].startswith(f"Guten Tag {other.name}, Lotse hat uns")
        assert address in on_screen(reader)


async def test_without_a_released_address_there_is_no_chat_link(town: WireTown):
    _, svenja = await both_in_teams(town)
    await svenja.picks("Nur Telefon")
    (miriam,) = [one for one in [town.person("Miriam Vogt")] if isinstance(one, TeamsPerson)]
    assert "04161 501" in on_screen(miriam)
    assert "l/chat" not in str(miriam.activities)


async def test_a_form_with_a_mistake_comes_back_with_what_was_typed(town: WireTown, miriam: TeamsPerson):
    await miriam.says(QUESTION)
    await miriam.picks("Ja, einverstanden")
    read(miriam)
    await miriam.fills(municipality="")
    answer = miriam.responses[-1]
    assert answer["type"] == "application/vnd.microsoft.card.adaptive"
    assert "Da fehlt noch eine Antwort" in str(answer["value"])
    assert read(miriam) == ""  # nothing was sent in: the card waits
    await miriam.fills(municipality="Ulm")
    assert "Eingetragen: Ulm" in read(miriam)


async def test_what_arrives_is_what_was_promised(town: WireTown, miriam: TeamsPerson):
    await miriam.says(QUESTION)
    await miriam.says("ok einverstanden")
    await miriam.says("Ulm")
    for arrived, activity in zip(miriam.mailbox, miriam.activities, strict=True):
        cards = [one["content"]["fallbackText"] for one in activity.get("attachments", [])]
        assert cards in ([], [plain_text(arrived.delivery.message)])
