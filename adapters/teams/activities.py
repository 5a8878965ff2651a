"""From JSON to the SDK's model of an activity, by what the SDK's models declare; that is read once, when this is loaded.

The SDK itself goes through its declarations again for each message, and tries several ways for each of sixty fields:
longer than all that is done besides until a message is in the inbox. What is made is the same, and what it refuses is
refused (`tests/teams/test_activities.py`). Rare kinds of fields are left to it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from botbuilder.schema import Activity
from msrest.exceptions import DeserializationError  # type: ignore[attr-defined]
from msrest.serialization import Deserializer

Read: TypeAlias = Callable[[Any], Any]

REFUSED = (DeserializationError, ValueError, TypeError, AttributeError, KeyError, OverflowError, RecursionError)
"""What `activity_of` raises for what is no activity."""

_CLASSES: Mapping[str, Any] = Activity._infer_class_models()  # noqa: SLF001  (where the SDK itself takes them from)
_SDK: Any = Deserializer(_CLASSES)  # type: ignore[no-untyped-call]
_USUAL = re.compile(r"[12]\d{3}-(?!00)\d\d-(?!00)\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Filled:
    """Reads an object as one of the SDK's models."""

    model: Any
    fields: dict[str, tuple[str, Read]] = field(default_factory=dict)  # by the name in JSON

    def __call__(self, data: Any) -> Any:
        made = self.model()
        attributes = vars(made)
        for name, value in data.items():
            known = self.fields.get(name)
            if known is None:
                made.additional_properties[name] = value
            elif value is not None:
                attribute, read = known
                attributes[attribute] = read(value)
        return made


_models: dict[str, _Filled] = {}


def _reader(declared: str) -> Read:
    """For a kind of field, as the SDK names it."""
    match declared:
        case "str":
            return _text
        case "object":
            return _as_it_is
        case "iso-8601":
            return _instant
        case _ if declared in _CLASSES:
            return _model(declared)
        case _ if declared.startswith("["):
            each = _reader(declared[1:-1])
            return lambda several: _list(several, each)
        case _:
            return lambda value: _SDK.deserialize_data(value, declared)


def _model(name: str) -> _Filled:
    found = _models.get(name)
    if found is None:
        found = _models[name] = _Filled(_CLASSES[name])  # before its fields: they may be of this model themselves
        for attribute, declared in _CLASSES[name]._attribute_map.items():  # noqa: SLF001
            found.fields[declared["key"]] = attribute, _reader(declared["type"])
    return found


def _text(value: Any) -> str:
    """The SDK makes words of whatever it gets."""
    return value if isinstance(value, str) else str(value)


def _as_it_is(value: Any) -> Any:
    return value


def _instant(value: Any) -> Any:
    """As the service writes it; other ways to write it are left to the SDK."""
    return datetime.fromisoformat(value) if _USUAL.fullmatch(value) else _SDK.deserialize_iso(value)


def _list(several: Any, each: Read) -> list[Any]:
    if not isinstance(several, list):
        raise TypeError("not a list")
    return [None if one is None else each(one) for one in several]


activity_of = _model("Activity")
"""Raises one of REFUSED."""
