"""An audience in words: "alle, ohne Profil, aus Baden-Württemberg oder Nordrhein-Westfalen"."""

import re
from typing import Protocol

from bot.audiences.filters import Audience, Condition
from bot.matching.places import Gazetteer, label
from bot.matching.topics import TopicTable
from bot.public_holidays import STATES
from bot.words import Words


class Known(Protocol):
    """Places and topics by key; the core's knowledge."""

    places: Gazetteer
    topics: TopicTable


_NAMES = {code: state for state, code in STATES.items()}


def described(audience: Audience, say: Words, knowledge: Known) -> str:
    parts = [_said(one, say, knowledge) for one in audience.conditions]
    return ", ".join([say("audiences.all"), *parts])


def _said(condition: Condition, say: Words, knowledge: Known) -> str:
    values = [_value(condition.kind, value, say, knowledge) for value in condition.values]
    words = say(f"audiences.is.{condition.kind}", values=_either(values, say))
    return say("audiences.not", what=words) if condition.negated else words


def _either(values: list[str], say: Words) -> str:
    return say("audiences.or", first=", ".join(values[:-1]), last=values[-1]) if len(values) > 1 else "".join(values)


def _value(kind: str, value: str, say: Words, knowledge: Known) -> str:
    match kind:
        case "state":
            return _NAMES[value]
        case "body":
            body = next((one for one in knowledge.places.all if one.key == value), None)
            return value if body is None else label(body)
        case "offers" | "wants":
            topic = knowledge.topics.all.get(value)
            return value if topic is None else topic.label_de if say.language == "de" else topic.label_en
        case "guests" | "hosts" | "inactive" if value.endswith("d"):
            return say("audiences.since" if kind == "inactive" else "audiences.days", n=int(value[:-1]))
        case "guests" | "hosts":
            return value.replace("..", " – ")
        case "population":
            low, high = (say.number(int(one)) if one else "" for one in value.split(".."))
            return say(
                "audiences.from_to" if low and high else "audiences.from" if low else "audiences.to", low=low, high=high
            )
        case "platform":
            return re.sub("^matrix$", "Element (Matrix)", value).replace("teams", "Microsoft Teams")
        case _:
            return say(f"audiences.value.{kind}.{value}")
