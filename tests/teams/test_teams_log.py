"""What the log holds after everything that can happen to Teams: ids, codes and numbers; no words, no names, no tokens."""

import io

import structlog

from bot.ports import Undeliverable
from tests.stories.network import member
from tests.teams.signing import token
from tests.teams.stub_connector import Fate
from tests.teams.test_compose import search
from tests.teams.test_teams_sending import promise
from tests.teams.test_token import FORGED, bearer
from tests.teams.wire import Line, TeamsPerson, WireTown

WORD = "Kreiselkompass"
WRONG = "a text that must not matter"  # what the service says beside its code


async def a_working_day(line: Line, town: WireTown) -> None:
    """A request and its yes, by words and by presses, a search in the compose box, a file, a mention in a channel."""
    svenja = await member(town, "Svenja Harms", "Buxtehude", helps_with=("E-Akte",), phone="04161 501")
    miriam = await member(town, "Miriam Vogt", "Ulm")
    assert isinstance(svenja, TeamsPerson)
    assert isinstance(miriam, TeamsPerson)
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    await miriam.picks("Mit Nr. 1 bekannt machen")
    await miriam.fills(reason=f"wegen {WORD}")
    await miriam.picks("Ja, mit E-Mail-Adresse")
    await svenja.picks("Ja, gern")
    await svenja.picks("Nur E-Mail")
    await miriam.says("meine daten exportieren")
    await search(miriam, WORD)
    await miriam.says_in_room(WORD)
    assert WORD in str(svenja.activities)
    assert "harms@rathaus.example" in str(miriam.activities)


async def a_bad_day(line: Line, miriam: TeamsPerson) -> None:
    """Strangers, garbage, a service that refuses, resets and hangs up, and a bug."""
    for forge in FORGED.values():
        assert (await line.post(miriam.activity(text=WORD), auth=forge(line.key)))[0] == 401
    for body in (f'{{"text": "{WORD}"'.encode(), f'["{WORD}"]'.encode(), WORD.encode()):
        assert (await line.post(body))[0] == 400
    assert (await line.post({**miriam.activity(text=WORD), "serviceUrl": "https://evil.example/"}))[0] == 401
    strange = token(line.key, serviceurl="https://evil.example/")
    elsewhere = miriam.activity(text=WORD, serviceUrl="https://evil.example/")
    assert (await line.post(elsewhere, auth=bearer(strange)))[0] == 403
    for fate in (Fate(status=400, code="BadSyntax"), Fate(status=403), Fate(status=429), Fate(status=502), Fate()):
        line.stub.fates = [fate]
        await line.adapter.transport.deliver(promise(miriam))
    inside = line.adapter._webhook.inside
    assert inside is not None
    inside.turns.submit = None  # type: ignore[method-assign,assignment]
    assert (await line.post(miriam.activity(text=WORD)))[0] == 500


async def test_no_word_no_name_no_token(line: Line, town: WireTown, lines: io.StringIO):
    structlog.get_logger().info("planted", action="test", row=WORD)
    await a_working_day(line, town)
    miriam = town.person("Miriam Vogt")
    assert isinstance(miriam, TeamsPerson)
    await a_bad_day(line, miriam)
    written = lines.getvalue()
    for event in ("not authenticated", "not an activity", "message refused", "webhook failed", "keys fetched"):
        assert f'"{event}"' in written, event
    assert written.count(WORD) == 1  # the planted one alone
    for hidden in (WRONG, "Miriam", "Harms", "rathaus.example", "04161", "Bearer", "eyJ", "evil.example", "Traceback"):
        assert hidden not in written, hidden


async def test_the_code_of_a_refusal_is_told(line: Line, town: WireTown, lines: io.StringIO):
    miriam = town.person("Miriam Vogt")
    assert isinstance(miriam, TeamsPerson)
    line.stub.fates = [Fate(status=400, code="BadSyntax")]
    assert await line.adapter.transport.deliver(promise(miriam)) == Undeliverable(cause="message refused (400)")
    assert '"BadSyntax"' in lines.getvalue()
