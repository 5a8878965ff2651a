"""What the bot learned from examples: anew whenever one is added, the same on any machine, and explained in words."""

import io
import json
from pathlib import Path

from adapters.commands import learning
from bot.understanding import learned
from bot.understanding.heard import Heard
from bot.understanding.learned import SLOTS, Learned, read, write

UNSEEN = Path(__file__).parents[1] / "bot" / "data" / "unseen.jsonl"
VISITS = [
    {"text": "Am 3. Dezember schauen wir in Siegburg rein", "intent": "plan_visit", "slots": {}},
    {"text": "wir schauen nächste Woche in Jena rein", "intent": "plan_visit", "slots": {}},
    {"text": "Siegburg: wir schauen rein", "intent": "plan_visit", "slots": {}},
]
SEARCHES = [
    {"text": "Wer hat Erfahrung mit Drohnen?", "intent": "find_contacts", "slots": {"topic": "Drohnen"}},
    {"text": "Wer hat Erfahrung mit Chatbots?", "intent": "find_contacts", "slots": {"topic": "Chatbots"}},
    {"text": "wer hat denn Erfahrung mit der E-Akte", "intent": "find_contacts", "slots": {"topic": "E-Akte"}},
]


def meant(cases: list[dict[str, object]], text: str) -> str:
    reader = learning.reader()
    likely = scores(learning.learn(cases, reader), reader.heard({"text": text}))
    return max(likely, key=lambda intent: likely[intent])


def scores(of: Learned, heard: Heard) -> dict[str, float]:
    return dict(zip(of.intents, of.scores(heard), strict=True))


def test_what_is_shipped_was_learned_from_the_examples_as_they_stand():
    """After an example was added or changed: `lotse learn`."""
    assert learned.learned().digest == learning.digest_of(learning.examples())


def test_a_way_of_saying_it_is_learned_from_an_example_and_no_code():
    said = "auf einen Sprung vorbei in Jena"
    assert meant([*VISITS, *SEARCHES], "Wer hat Erfahrung mit Drohnen?") == "find_contacts"
    hops = [
        {"text": f"auf einen Sprung {word} vorbei", "intent": "my_visits", "slots": {}}
        for word in ("in Siegburg", "in Jena", "am Montag")
    ]
    assert meant([*VISITS, *SEARCHES, *hops], said) == "my_visits"
    assert meant([*VISITS, *SEARCHES], said) != "my_visits"


def test_the_same_examples_give_the_same_weights_and_a_file_keeps_them():
    reader = learning.reader()
    one, other = (learning.learn([*VISITS, *SEARCHES], reader) for _ in range(2))
    assert (one.weights == other.weights).all()
    assert [one.spans[slot].by_place for slot in SLOTS] == [other.spans[slot].by_place for slot in SLOTS]
    kept = io.BytesIO()
    write(one, kept)
    kept.seek(0)
    again = read(kept)
    heard = reader.heard({"text": "Wer hat Erfahrung mit Lärmkartierung?"})
    assert again.intents == one.intents
    assert scores(again, heard)["find_contacts"] > scores(again, heard)["plan_visit"]
    found = again.span("topic", heard, "find_contacts")
    assert found is not None
    assert heard.between(*found) == "Lärmkartierung"


def test_no_example_is_part_of_what_is_measured_with():
    """Whoever wants to know how well people are understood needs sentences that nothing was learned from."""
    learned_from = {case["text"] for case in learning.examples()}
    measured = [json.loads(line)["text"] for line in UNSEEN.read_text("utf-8").splitlines()]
    assert len(measured) == 700
    assert learned_from.isdisjoint(measured)
