"""`lotse understand`: what the bot makes of a sentence, and why; for machines by line, for an admin in words."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.commands.standard_input import BadLine
from bot.intents import Accept, Decline, Intent, Introduce, Later, Pick, SuggestOther, name_of, slots_of
from bot.knowledge import Knowledge
from bot.matching.places import Gazetteer
from bot.matching.topics import TopicTable
from bot.understand import Option, Situation, taken_apart, understand
from bot.understanding.heard import Heard
from storage.register import municipalities, topics

OPTIONS: dict[str, tuple[Option, ...]] = {
    "asked_consent": (
        Option(label="Ja", says="yes"),
        Option(label="Ja, aber später", says=None),
        Option(label="Jemand anderes", says=None),
        Option(label="Nein", says="no"),
    ),
}
"""What stands open in a context, as the chat would offer it."""
CONSENT: tuple[Intent, ...] = (Accept(), Later(), SuggestOther(), Decline())
CONTEXTS = ("none", "after_results", "asked_consent", "asked_lesson", "visit_reminder")
INNER = frozenset({"only", "never", "question", "without", "not_state", "visitable", "since", "about", "confirmed"})
"""Slots of ours that the published form of an intent doesn't have."""


class Reader:
    """Understands with the shipped register and topics; `now` stands for the moment of writing."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._lexicon = Knowledge()
        self._lexicon.places = Gazetteer(municipalities())
        self._lexicon.topics = TopicTable(topics())

    def read(self, case: dict[str, Any]) -> dict[str, Any]:
        """Takes text, context and role. Raises BadLine."""
        text, context = case.get("text"), case.get("context", "none")
        if not isinstance(text, str):
            raise BadLine('text is missing; write {"text": "…", "context": "none", "role": "staff"}')
        if context not in CONTEXTS:
            raise BadLine(f"unknown context; write one of {', '.join(CONTEXTS)}")
        found = understand(text, self._situation(case))
        intent = self._picked(found.intent, context)
        return {
            "intent": name_of(intent),
            "slots": self._slots(intent),
            "language": found.language,
            "alternatives": [name_of(one) for one in found.alternatives],
            "because": list(found.because),
        }

    def heard(self, case: Mapping[str, Any]) -> Heard:
        """The text taken apart, as what is learned from it sees it."""
        return taken_apart(case["text"], self._situation(case))

    def _situation(self, case: Mapping[str, Any]) -> Situation:
        context = case.get("context", "none")
        return Situation(
            context=context,
            options=OPTIONS.get(context, ()),
            today=self._now.date(),
            now=self._now,
            role="admin" if case.get("role") == "admin" else "staff",
            lexicon=self._lexicon,
        )

    def _picked(self, intent: Intent, context: str) -> Intent:
        """What the choice at this place of the newest question stands for in the chat."""
        match intent, context:
            case Pick(position=position), "after_results":
                return Introduce(person=position + 1)
            case Pick(position=position), "asked_consent" if position < len(CONSENT):
                return CONSENT[position]
            case _:
                return intent

    def explained(self, text: str) -> str:
        """For a person: the topic, the place, and why."""
        found = self.read({"text": text})
        lines = [f"{text} → {found['intent']}"]
        for name, value in found["slots"].items():
            resolved = self._lexicon.topic(value) if name == "topic" else None
            known = f" (topic {resolved.topic.label_de}: {resolved.because} {resolved.matched!r})" if resolved else ""
            lines.append(f"    {name}: {value}{known}")
        return "\n".join([*lines, *(f"    because: {reason}" for reason in found["because"])])

    def _slots(self, intent: Intent) -> dict[str, Any]:
        slots = {name: value for name, value in slots_of(intent).items() if name not in INNER}
        if state := slots_of(intent).get("not_state"):
            slots |= {"state": state, "outside_state": True}
        if "time" in slots:
            slots["time"] = slots["time"][:5]
        return slots


def parsed(line: str) -> dict[str, Any]:
    """Raises BadLine."""
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BadLine('no JSON object; write {"text": "…", "context": "none", "role": "staff"}')
    return found
