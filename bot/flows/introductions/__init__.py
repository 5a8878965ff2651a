"""Introductions: a request with two yeses, from the asker's sentence to the check-in a week after both said yes."""

from bot.flows.introductions.answer import accept, decline, later, suggest_other
from bot.flows.introductions.course import DUE
from bot.flows.introductions.gone import asker_gone, between_gone, contact_back, contact_gone, contact_paused
from bot.flows.introductions.meeting import check_in, say_thanks, still_wanted
from bot.flows.introductions.overview import my_introductions, status
from bot.flows.introductions.relay import ask_back, pass_on
from bot.flows.introductions.request import (
    change_request,
    how_to_ask,
    introduce,
    next_candidate,
)
from bot.flows.introductions.room import open_room
from bot.flows.introductions.sending import queue, send_request
from bot.flows.introductions.steps import seen_by_asker
from bot.flows.introductions.talk import end_talk, talk_through
from bot.flows.introductions.withdraw import withdraw
from bot.intents import (
    Accept,
    AskBack,
    ChangeRequest,
    CheckIn,
    Decline,
    EndTalk,
    HowToAsk,
    Introduce,
    Later,
    MyIntroductions,
    NextCandidate,
    OpenRoom,
    PassOn,
    Queue,
    SayThanks,
    SendRequest,
    Status,
    StillWanted,
    SuggestOther,
    TalkThrough,
    WithdrawIntroduction,
)
from bot.turn import Handlers

__all__ = [
    "DUE",
    "HANDLERS",
    "asker_gone",
    "between_gone",
    "contact_back",
    "contact_gone",
    "contact_paused",
    "seen_by_asker",
]

HANDLERS: Handlers = {
    Introduce: introduce,
    SendRequest: send_request,
    ChangeRequest: change_request,
    WithdrawIntroduction: withdraw,
    MyIntroductions: my_introductions,
    Status: status,
    Accept: accept,
    Decline: decline,
    Later: later,
    SuggestOther: suggest_other,
    AskBack: ask_back,
    PassOn: pass_on,
    NextCandidate: next_candidate,
    HowToAsk: how_to_ask,
    StillWanted: still_wanted,
    Queue: queue,
    CheckIn: check_in,
    SayThanks: say_thanks,
    OpenRoom: open_room,
    TalkThrough: talk_through,
    EndTalk: end_talk,
}
