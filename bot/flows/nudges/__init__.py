"""Nudges in the chat: who may, and which intent goes where. `run` is what time brings, `verbs` what all ways in share."""

from bot.flows.nudges.change import activate, change, pause, resume, stop
from bot.flows.nudges.create import create
from bot.flows.nudges.run import DUE
from bot.flows.nudges.show import list_all, preview, show, stats
from bot.intents import (
    NudgeActivate,
    NudgeChange,
    NudgeCreate,
    NudgeList,
    NudgePause,
    NudgePreview,
    NudgeResume,
    NudgeShow,
    NudgeStats,
    NudgeStop,
)
from bot.turn import Handlers

__all__ = ["DUE", "HANDLERS"]

HANDLERS: Handlers = {
    NudgeCreate: create,
    NudgeChange: change,
    NudgeActivate: activate,
    NudgePause: pause,
    NudgeResume: resume,
    NudgeStop: stop,
    NudgeList: list_all,
    NudgeShow: show,
    NudgePreview: preview,
    NudgeStats: stats,
}
