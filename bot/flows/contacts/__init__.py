"""Contacts on a topic: found with reasons, refined, continued; nobody there, and demand noted."""

from bot.flows.contacts.demand import MET, demand_met, look_again, note_demand, tell_demand_met
from bot.flows.contacts.find import find_contacts, more, why_this
from bot.intents import FindContacts, More, NoteDemand, WhyThis
from bot.turn import DueHandler, Handlers

__all__ = ["DUE", "HANDLERS", "demand_met", "look_again"]

HANDLERS: Handlers = {
    FindContacts: find_contacts,
    More: more,
    WhyThis: why_this,
    NoteDemand: note_demand,
}
DUE: dict[str, DueHandler] = {MET: tell_demand_met}
