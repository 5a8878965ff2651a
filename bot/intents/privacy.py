"""Consent, one's own data, and protection from others."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    person: str | int | None = None
    introduction: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unblock:
    """Of somebody one has blocked oneself; all of them are shown where nobody is named."""

    person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    introduction: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The answer to the notice."""

    given: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawConsent: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyInfo:
    """What do you know about me; who reads this. `about` tells which of the answers is wanted."""

    about: Literal["mine", "readers", "notice"] = "mine"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportData: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteMe:
    confirmed: bool = False
