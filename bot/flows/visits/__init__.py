"""Visits: planned with two yeses, moved when both agree, remembered the working day before."""

from bot.flows.visits.afterwards import (
    AGAIN,
    ASK,
    ask_guest,
    ask_guest_again,
    ask_host,
    ask_host_again,
    missed,
    over,
)
from bot.flows.visits.answer import answer_visit, cancel, reschedule
from bot.flows.visits.course import (
    OVER,
    REMIND,
    SNOOZED,
    person_gone,
    remind_guest,
    remind_host,
    snoozed_guest,
    snoozed_host,
)
from bot.flows.visits.overview import history, my_visits, snooze
from bot.flows.visits.plan import plan_visit, send_visit
from bot.intents import (
    AnswerVisit,
    CancelVisit,
    MissedVisit,
    MyVisits,
    PlanVisit,
    RescheduleVisit,
    SendVisit,
    Snooze,
    VisitHistory,
)
from bot.turn import DueHandler, Handlers

__all__ = ["DUE", "HANDLERS", "person_gone"]

HANDLERS: Handlers = {
    PlanVisit: plan_visit,
    SendVisit: send_visit,
    AnswerVisit: answer_visit,
    RescheduleVisit: reschedule,
    CancelVisit: cancel,
    MyVisits: my_visits,
    VisitHistory: history,
    Snooze: snooze,
    MissedVisit: missed,
}
DUE: dict[str, DueHandler] = {
    REMIND["guest"]: remind_guest,
    REMIND["host"]: remind_host,
    SNOOZED["guest"]: snoozed_guest,
    SNOOZED["host"]: snoozed_host,
    OVER: over,
    ASK["guest"]: ask_guest,
    ASK["host"]: ask_host,
    AGAIN["guest"]: ask_guest_again,
    AGAIN["host"]: ask_host_again,
}
