"""What keeps a conversation going."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Help: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Greet: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Thanks: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Yes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class No: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """The choice at this position (from 0) of the newest open question, or of an earlier one: that `message`."""

    position: int
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown: ...
