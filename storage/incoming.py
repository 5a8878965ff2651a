"""An event as JSON values and back, for adapters that must answer before its turn is taken."""

from datetime import datetime
from typing import Any

from bot.events import Edited, Filled, Incoming, Joined, Left, Picked, Said, Unreadable, What

_WHAT: dict[str, type[What]] = {
    cls.__name__.lower(): cls for cls in (Said, Picked, Filled, Joined, Left, Edited, Unreadable)
}


def to_data(incoming: Incoming) -> dict[str, Any]:
    what = {"is": type(incoming.what).__name__.lower(), **_values(incoming.what)}
    return {**_values(incoming), "at": incoming.at.isoformat(), "what": what}


def from_data(data: dict[str, Any]) -> Incoming:
    """Raises ValueError for what `to_data` of this release would not have written."""
    what = dict(data["what"])
    kind = _WHAT.get(what.pop("is"))
    if kind is None:
        raise ValueError("not an event of this release")
    return Incoming(**{**data, "at": datetime.fromisoformat(data["at"]), "what": kind(**what)})


def _values(event: Incoming | What) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__slots__}
