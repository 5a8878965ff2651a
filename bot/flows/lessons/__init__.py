"""What people took along: noted for themselves, released as far as they want, found by others, told to those who follow."""

from bot.flows.lessons import find, follow, news, note, release, withdrawal
from bot.flows.lessons.news import somebody_new
from bot.flows.lessons.withdrawal import person_gone
from bot.intents import (
    ApproveLesson,
    AskAuthor,
    CorrectLesson,
    FindLessons,
    FollowUp,
    LessonsAboutUs,
    MyLessons,
    ReleaseLesson,
    RemoveLesson,
    ShareLesson,
    Subscribe,
    Unsubscribe,
    WithdrawLesson,
)
from bot.turn import DueHandler, Handlers

__all__ = ["DUE", "HANDLERS", "person_gone", "somebody_new"]

HANDLERS: Handlers = {
    ShareLesson: note.share,
    CorrectLesson: note.correct,
    RemoveLesson: note.remove,
    MyLessons: note.my_lessons,
    ReleaseLesson: release.release,
    ApproveLesson: release.approve,
    LessonsAboutUs: release.about_us,
    WithdrawLesson: withdrawal.withdraw,
    FindLessons: find.find_lessons,
    AskAuthor: find.ask_author,
    FollowUp: follow.answer,
    Subscribe: news.subscribe,
    Unsubscribe: news.unsubscribe,
}
DUE: dict[str, DueHandler] = {
    withdrawal.APPROVAL_OVER: release.approval_over,
    follow.FIRST: follow.ask_first,
    follow.SECOND: follow.ask_last,
    news.DIGEST: news.tell_weekly,
    news.AT_ONCE: news.tell_at_once,
}
