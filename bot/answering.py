"""What is answered to one event.

Text is read in this order: slash command or "abbrechen" (both drop the dialog), what goes before an open dialog
(`bot.asides`, `bot.earlier`), open dialog, number, label or plain words for the newest question, words of an earlier
question, phrases.
"""

from dataclasses import replace

from bot import earlier
from bot.access import allowed_here
from bot.asides import PASSING, wish_before
from bot.events import Edited, Filled, Joined, Left, Picked, Said, Unreadable
from bot.flows import HANDLERS, accounts, first_contact
from bot.forms import Field, Form, Invalid, read
from bot.hearing import hear, is_clear, lacks_town, names_their_town, patient_form
from bot.intents import Cancel, Intent, Language, No, Pick, SetAffiliation, Unknown, Yes, name_of
from bot.messages import Ask, Choice, Choices, Message, Text
from bot.model import Dialog
from bot.ports import Question
from bot.turn import Refusal, Replies, Reply, Turn
from bot.understand import Understanding
from bot.words import Words


async def answer(turn: Turn) -> Replies:
    """What is answered to one event."""
    what = turn.incoming.what
    if not allowed_here(turn):
        return [turn.tell("access.domain")] if turn.incoming.where == "direct" and isinstance(what, Said) else []
    if turn.incoming.where == "room" and not isinstance(what, Picked):  # a press says nothing; it is answered directly
        return await in_room(turn)
    match what:
        case Joined():
            return await first_contact.joined(turn)
        case Left():
            await turn.uow.accounts.save(replace(turn.account, reachable=False))
            return []
        case Unreadable(kind=kind):
            return [turn.tell(f"dispatch.unreadable.{kind}", max=turn.rules.max_text)]
        case Edited(text=text):
            return [edited(turn, text)]
        case Picked(message=message, position=position):
            return await pressed(turn, message, position)
        case Filled(message=message, answers=answers):
            question = await turn.uow.questions.get(message)
            if question is None or question.account != turn.account.account or not isinstance(question.asked, Ask):
                raise Refusal("dispatch.question_gone")
            return await filled(replace(turn, question=question), question.asked.form, answers)
        case Said(text=text) if len(text) > turn.rules.max_text:
            return [turn.tell("dispatch.unreadable.long", max=turn.rules.max_text)]
        case Said(text=text):
            return await said(turn, text)


def edited(turn: Turn, text: str) -> Reply:
    """What was acted on stands. Whether the new words are meant as a new wish is asked, where they are one."""
    wish = hear(turn, text[: turn.rules.max_text]).intent
    if turn.person is None or isinstance(wish, Unknown | Yes | No | Cancel | Pick):
        return turn.tell("dispatch.edited")
    options = (
        Choice(label=turn.say("dispatch.edited.yes"), intent=wish, says="yes"),
        Choice(label=turn.say("dispatch.edited.no"), intent=Cancel(), says="no"),
    )
    return turn.reply(Text(text=turn.say("dispatch.edited.ask")), Choices(options=options, forget=True))


async def in_room(turn: Turn) -> Replies:
    """In rooms the bot says that it will write directly, and does: no names, no hits, no hints there."""
    what = turn.incoming.what
    if not isinstance(what, Said):
        return []
    void = [turn.tell("accounts.void_in_room")] if await accounts.voided(turn, what.text) else []
    if not turn.incoming.mentioned:
        return void
    there = replace(turn.tell("dispatch.room"), room=turn.incoming.address)
    return [there, *(void or await said(turn, what.text))]


async def said(turn: Turn, text: str) -> Replies:
    account = turn.account.account
    dialog = await turn.uow.dialogs.get(account, turn.now)
    heard = hear(turn, text)
    command = text.lstrip().startswith("/") or isinstance(heard.intent, Cancel)
    if dialog is not None and command:
        await turn.uow.dialogs.drop(account)
    elif dialog is not None:
        if (chosen := await earlier.instead_of(turn, dialog, text)) is not None:
            await turn.uow.dialogs.drop(account)
            return await picked(replace(turn, question=chosen.question), chosen.question, chosen.position)
        return await fill_or_leave(turn, dialog, text)
    question = turn.question
    patient = None if command or question is None or question.answered is not None else patient_form(question)
    if isinstance(heard.intent, Pick) and question is not None:
        return await numbered(turn, text, question, heard.intent, patient)
    waited_for = patient is not None and not (patient.patient and is_clear(heard, text, patient))
    if (waited_for or earlier.may_be_meant(heard.intent)) and (
        found := await earlier.answers(turn, text, None if waited_for else heard.intent)
    ):
        return await answered_earlier(turn, text, found)
    if waited_for and patient is not None:
        dialog = Dialog(account=account, form=patient, started_at=turn.now)
        return await (fill_next if patient.patient else fill_or_leave)(turn, dialog, text)
    if not heard.sure and heard.alternatives and turn.person is not None:
        return [which_one(turn, heard)]
    if isinstance(heard.intent, Unknown) and names_their_town(turn, text):
        return await handle(turn, SetAffiliation(municipality=text))
    return await handle(turn, heard.intent)


async def numbered(turn: Turn, text: str, question: Question, pick: Pick, patient: Form | None) -> Replies:
    """A choice of the newest question; an answer, where any words are one and no choice has that number ("20"); after a
    form that was left, a choice of the question before it.
    """
    offered = len(question.asked.options) if isinstance(question.asked, Choices) else 0
    if patient is not None and pick.position >= offered:
        return await fill_next(turn, Dialog(account=turn.account.account, form=patient, started_at=turn.now), text)
    if offered:
        return await picked(turn, question, pick.position)
    found = await earlier.numbered(turn, pick.position)
    return await answered_earlier(turn, text, found) if found else await handle(turn, pick)


async def answered_earlier(turn: Turn, text: str, found: list[earlier.Answer]) -> Replies:
    if not earlier.has_to_be_asked(found, text):
        question, _, position = found[0]
        return await picked(replace(turn, question=question), question, position)
    if (wish := earlier.which_request(found)) is not None:
        return await handle(replace(turn, question=None), wish)
    return [earlier.ask_which(turn, found)]


def which_one(turn: Turn, heard: Understanding) -> Reply:
    """Two readings: asked with two buttons, rather than guessed."""
    readings = [heard.intent, *heard.alternatives][:3]
    options = tuple(Choice(label=turn.say(f"intent.{name_of(one)}"), intent=one) for one in readings)
    return turn.reply(Text(text=turn.say("dispatch.which")), Choices(options=options, forget=True))


async def pressed(turn: Turn, message: str, position: int) -> Replies:
    """A choice of whatever was asked there, as long as it still can be answered."""
    question = await turn.uow.questions.get(message)
    if question is None or question.account != turn.account.account:
        raise Refusal("dispatch.question_gone")
    await turn.uow.dialogs.drop(turn.account.account)
    return await picked(replace(turn, question=question), question, position)


async def picked(turn: Turn, question: Question, position: int) -> Replies:
    asked = question.asked
    if not isinstance(asked, Choices) or not 0 <= position < len(asked.options):
        raise Refusal("dispatch.no_such_choice", n=len(asked.options) if isinstance(asked, Choices) else 0)
    if asked.once:
        await turn.uow.questions.answer(question.message, position, turn.now)
    intent = asked.options[position].intent
    if isinstance(intent, Pick) and intent.message is not None:
        return await pressed(turn, intent.message, intent.position)
    return await handle(turn, intent)


async def fill_or_leave(turn: Turn, dialog: Dialog, text: str) -> Replies:
    """A wish that goes before the form is carried out. What only passes leaves the form open and its question is asked
    again; so is the one for the town, which nobody would come back to by themselves.
    """
    field = dialog.form.next_field(dialog.answers)
    wish = wish_before(turn, dialog.form, field, text) if field is not None else None
    if field is None or wish is None:
        return await fill_next(turn, dialog, text)
    await turn.uow.dialogs.drop(turn.account.account)
    replies = await handle(turn, wish)
    town = isinstance(dialog.form.intent, SetAffiliation) and lacks_town(turn) and not isinstance(wish, Cancel)
    if any(asks(reply.message) for reply in replies) or not (town or isinstance(wish, PASSING)):
        return replies
    if isinstance(wish, Language) and wish.language is not None and not dialog.answers:
        person = turn.person and replace(turn.person, language=wish.language)
        later = replace(turn, person=person, say=Words(wish.language, turn.say.timezone))
        again = await handle(later, dialog.form.intent)
        if any(asks(reply.message) for reply in again):
            return [*replies, *again]
    await turn.uow.dialogs.save(dialog)
    return [*replies, turn.reply(Ask(form=dialog.form, field=field))]


async def fill_next(turn: Turn, dialog: Dialog, text: str) -> Replies:
    """The text answers the field that is asked; then the next one is asked, or the intent is complete."""
    field = dialog.form.next_field(dialog.answers)
    assert field is not None
    value = read(field, text)
    if isinstance(value, Invalid):
        await turn.uow.dialogs.save(dialog)
        return [turn.reply(Text(text=turn.say(value.key, **value.values)), Ask(form=dialog.form, field=field))]
    answers = {**dialog.answers, field.name: value}
    following = dialog.form.next_field(answers)
    if following is not None:
        await turn.uow.dialogs.save(replace(dialog, answers=answers))
        return [turn.reply(Ask(form=dialog.form, field=following))]
    await turn.uow.dialogs.drop(turn.account.account)
    return await complete(turn, dialog.form, answers)


async def filled(turn: Turn, form: Form, answers: dict[str, str]) -> Replies:
    """A whole card at once: all mistakes are named together, and what could be taken isn't asked again."""
    values: dict[str, str] = {}
    wrong: list[tuple[Field, Invalid]] = []
    for field in form.fields:
        value = read(field, answers.get(field.name, ""))
        if isinstance(value, Invalid):
            wrong.append((field, value))
        else:
            values[field.name] = value
    if wrong:
        await turn.uow.dialogs.save(
            Dialog(account=turn.account.account, form=form, answers=values, started_at=turn.now)
        )
        texts = (Text(text=f"{field.label}: {turn.say(bad.key, **bad.values)}") for field, bad in wrong)
        return [turn.reply(*texts, Ask(form=form, field=wrong[0][0]))]
    await turn.uow.dialogs.drop(turn.account.account)
    return await complete(turn, form, values)


async def complete(turn: Turn, form: Form, answers: dict[str, str]) -> Replies:
    if turn.question is not None and patient_form(turn.question) == form:
        await turn.uow.questions.answer(turn.question.message, -1, turn.now)
    return await handle(turn, form.filled(answers))


async def handle(turn: Turn, intent: Intent) -> Replies:
    """Before consent to the notice in force only the first contact speaks; afterwards each intent has its handler."""
    if turn.person is None or await first_contact.notice_changed(turn):
        replies = await first_contact.before_consent(turn, intent)
    else:
        replies = await HANDLERS[type(intent)](turn, intent)
    for reply in replies:
        asked = next((block for block in reply.message.blocks if isinstance(block, Ask)), None)
        if asked is not None and reply.account == turn.account.account and not asked.form.patient:
            answers: dict[str, str] = {}
            await turn.uow.dialogs.save(
                Dialog(account=turn.account.account, form=asked.form, answers=answers, started_at=turn.now)
            )
    if turn.account.kept_question is not None and not any(asks(reply.message) for reply in replies):
        replies = [*replies, *await answer_kept(turn)]
    return replies


def asks(message: Message) -> bool:
    return any(isinstance(block, Ask | Choices) for block in message.blocks)


async def answer_kept(turn: Turn) -> Replies:
    """The question asked before consent is answered as soon as there is consent and nothing else is being asked."""
    taken = await first_contact.take_kept_question(turn)
    if taken is None:
        return []
    later, text = taken
    try:
        return await said(later, text)
    except Refusal as refusal:  # what was settled before it stays
        return [later.tell(refusal.key, **refusal.values)]
