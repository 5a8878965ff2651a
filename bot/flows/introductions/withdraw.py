"""Taking a request back ("doch nicht"): without a trace if the contact was not told yet."""

from datetime import timedelta

from bot.access import introduction_as_asker
from bot.flows.introductions import words as texts
from bot.flows.introductions.overview import state_line
from bot.flows.introductions.steps import open_to_asker, seen_by_asker, take_back
from bot.flows.introductions.whom import introduction_meant
from bot.intents import WithdrawIntroduction
from bot.introduction_states import IntroductionEvent
from bot.messages import Choice, Choices, Text
from bot.model import Introduction, IntroductionState
from bot.turn import Refusal, Replies, Turn

JUST_NOW = timedelta(minutes=15)  # so long "doch nicht" means the request just sent


async def withdraw(turn: Turn, wish: WithdrawIntroduction) -> Replies:
    if wish.introduction is not None:
        meant = [await introduction_as_asker(turn, wish.introduction)]
    else:
        asked = await turn.uow.introductions.asked_by(turn.me.key)
        takeable = [one for one in asked if one.state is IntroductionState.DRAFT or open_to_asker(one, turn.now)]
        meant = _narrowed(turn, await introduction_meant(turn, wish.person, takeable))
    if not meant:
        raise Refusal("introduction.nothing_to_withdraw")
    if len(meant) > 1:
        options = []
        for one in meant:
            contact = await turn.uow.people.get(one.contact)
            name = await texts.called(turn, contact, turn.say)
            label = turn.say("introduction.line", name=name, topic=texts.topic_of(turn, one, turn.say))
            options.append(Choice(label=label, intent=WithdrawIntroduction(introduction=one.key)))
        return [turn.reply(Text(text=turn.say("introduction.withdraw.which")), Choices(options=tuple(options)))]
    return await _take(turn, meant[0])


def _narrowed(turn: Turn, among: list[Introduction]) -> list[Introduction]:
    """The preview on the screen, or what was sent just now, where several might be meant."""
    if len(among) > 1 and turn.question is not None:
        about = [one for one in among if one.key == turn.question.about and one.state is IntroductionState.DRAFT]
        if about:
            return about
    sent = [one for one in among if one.state is not IntroductionState.DRAFT]
    if len(sent) != 1 and sent:
        newest = [one for one in sent if one.created_at > turn.now - JUST_NOW]
        return newest if len(newest) == 1 else sent
    return sent or among[:1]


async def _take(turn: Turn, found: Introduction) -> Replies:
    if found.state is IntroductionState.DRAFT:
        await turn.uow.introductions.discard(found.key)
        return [turn.tell("introduction.not_sent")]
    seen = seen_by_asker(found, turn.now)
    if not open_to_asker(found, turn.now):
        key = "introduction.withdraw.already" if seen == "withdrawn" else "introduction.withdraw.over"
        return [turn.reply(Text(text=turn.say(key)), await state_line(turn, found))]
    contact = await turn.uow.people.lock(found.contact)
    name = await texts.called(turn, contact, turn.say)
    unseen, replies = await take_back(turn, found, IntroductionEvent.WITHDRAW)
    key = "introduction.withdrawn.unseen" if unseen else "introduction.withdrawn"
    return [turn.tell(key, name=name), *replies]
