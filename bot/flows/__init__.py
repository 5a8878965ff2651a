"""The features, one file each; here is only the table that says who handles which intent, and what time brings."""

from collections.abc import Mapping

from bot.flows import (
    accounts,
    affiliation,
    brokering,
    contacts,
    desk,
    figures,
    first_contact,
    help,  # noqa: A004
    introductions,
    lessons,
    moderation,
    nudges,
    offers,
    privacy,
    profile,
    topics,
    upkeep,
    visits,
)
from bot.turn import DueHandler, Handlers

__all__ = ["DUE", "HANDLERS", "first_contact"]

HANDLERS: Handlers = {
    **first_contact.HANDLERS,
    **affiliation.HANDLERS,
    **offers.HANDLERS,
    **profile.HANDLERS,
    **contacts.HANDLERS,
    **introductions.HANDLERS,
    **accounts.HANDLERS,
    **privacy.HANDLERS,
    **moderation.HANDLERS,
    **desk.HANDLERS,
    **brokering.HANDLERS,
    **topics.HANDLERS,
    **figures.HANDLERS,
    **nudges.HANDLERS,
    **visits.HANDLERS,
    **lessons.HANDLERS,
    **help.HANDLERS,
}
DUE: Mapping[str, DueHandler] = {
    **first_contact.DUE,
    **contacts.DUE,
    **introductions.DUE,
    **upkeep.DUE,
    **visits.DUE,
    **lessons.DUE,
    **nudges.DUE,
}
