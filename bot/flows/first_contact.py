"""First contact: the notice with its two answers, the question kept meanwhile, and the town, which alone is asked for.

Before consent an account row is all there is: who wrote, where to answer, when the notice was shown. After a no the
name and the question go too; what stays is what it takes to answer and not to ask again unasked.
"""

from dataclasses import replace
from typing import Literal
from zoneinfo import ZoneInfo

from bot.events import Account, Said
from bot.flows import accounts, notice, privacy, upkeep
from bot.flows.affiliation import ask_municipality, settle_tied, welcome
from bot.flows.help import help_for_newcomers
from bot.flows.leaving import withdraw
from bot.intents import (
    Cancel,
    Consent,
    DeleteMe,
    ExportData,
    Greet,
    Help,
    Intent,
    Language,
    LinkAccount,
    No,
    Pick,
    PrivacyInfo,
    Thanks,
    Unknown,
    WithdrawConsent,
    Yes,
)
from bot.messages import Block, Choices, Text
from bot.model import Consent as ConsentRow
from bot.model import Person, Role, new_key
from bot.turn import DueHandler, Handlers, Refusal, Replies, Scene, Turn
from bot.words import Words

KEPT = "first_contact.kept_question"  # subject: the account


async def joined(turn: Turn) -> Replies:
    """The bot was added and nothing was said: the notice, once, in the direct chat."""
    if turn.person is not None or turn.account.noticed_at is not None or turn.account.refused_at is not None:
        return []
    return await show_notice(turn)


async def notice_changed(turn: Turn) -> bool:
    """Whether the person has agreed to an older version than the one in force, or withdrawn."""
    version = turn.rules.notice.version
    if turn.person is None or turn.account.notice_version == version:
        return False
    given = await turn.uow.people.consent(turn.person.key)
    if given is not None and given.version == version:
        await turn.uow.accounts.save(replace(turn.account, notice_version=version))
        return False
    return True


async def before_consent(turn: Turn, intent: Intent) -> Replies:
    """What can be done without consent; everything else is kept until there is an answer to the notice."""
    match intent:
        case Consent(given=True) | Yes() if _notice_is_open(turn):
            return await accept(turn)
        case Consent(given=False):
            return await refuse(turn)
        case No() if _notice_is_open(turn):
            return await refuse(turn)
        case Help():
            helped = turn.reply(*help_for_newcomers(turn))
            return [helped] if _shown_today(turn) else [helped, *await show_notice(turn)]
        case PrivacyInfo(about="readers" | "notice" as about):
            return await privacy_before_consent(turn, about)
        case Language(language=language) if language is not None:
            noticed = turn.account.noticed_at if language == (turn.account.language or "de") else None
            account = replace(turn.account, language=language, noticed_at=noticed)  # to be read before a yes
            return await before_consent(replace(turn, account=account, say=Words(language)), Greet())
        case LinkAccount(code=code) if code:
            return await accounts.redeem(turn, code)
        case ExportData() | DeleteMe() | WithdrawConsent() | PrivacyInfo():
            return await about_ones_data(turn, intent)
        case Greet() | Thanks() | Consent() | Yes() | No() | Cancel() | Pick():
            return await show_notice(turn)
        case _:
            return await show_notice(turn, keep=intent)


async def show_notice(turn: Turn, keep: Intent | None = None) -> Replies:
    """The notice, in full once a day at most; otherwise a short reminder of the choice."""
    account = turn.account
    what = turn.incoming.what
    kept = False
    if keep is not None and isinstance(what, Said) and not (isinstance(keep, Unknown) and account.kept_question):
        account = replace(account, kept_question=what.text)
        await turn.uow.agenda.set(KEPT, account.account, turn.now + turn.rules.kept_question)
        kept = True
    blocks: list[Block] = []
    if turn.person is not None and not _shown_today(turn):
        blocks.append(Text(text=turn.say("first_contact.changed")))
    if _shown_today(turn):
        blocks.append(Text(text=turn.say("first_contact.reminder")))
    elif account.refused_at is not None:
        blocks += [Text(text=turn.say("first_contact.back_again")), *notice.short_notice(turn)]
    else:
        blocks += notice.short_notice(turn)
        if account.person is not None and turn.person is None:
            blocks.append(Text(text=turn.say("first_contact.invited")))
    if not _shown_today(turn):
        account = replace(account, noticed_at=turn.now)
    await turn.uow.accounts.save(account)
    if kept:
        blocks.append(Text(text=turn.say("first_contact.kept")))
    return [turn.reply(*blocks, *notice.choice(turn))]


async def privacy_before_consent(turn: Turn, about: Literal["mine", "readers", "notice"]) -> Replies:
    """A question about privacy is answered and never counts as consent; the choice is repeated briefly."""
    match about:
        case "readers":
            blocks = notice.readers(turn)
        case "notice":
            blocks = notice.full_notice(turn)
        case _:
            blocks = [Text(text=turn.say("first_contact.known_before"))]
    if not _shown_today(turn):
        blocks += notice.short_notice(turn)
        await turn.uow.accounts.save(replace(turn.account, noticed_at=turn.now))
    return [turn.reply(*blocks, *notice.choice(turn))]


async def about_ones_data(turn: Turn, intent: Intent) -> Replies:
    """Rights don't wait for consent: whoever was imported, or has withdrawn, sees and erases what there is of them."""
    known = turn.account.person
    person = turn.person or (await turn.uow.people.lock(known) if known else None)
    if person is not None and not isinstance(intent, WithdrawConsent):
        return await privacy.HANDLERS[type(intent)](replace(turn, person=person), intent)
    if isinstance(intent, PrivacyInfo):
        return await privacy_before_consent(turn, "mine")
    await turn.uow.accounts.save(replace(turn.account, kept_question=None))
    await turn.uow.agenda.drop(turn.account.account, KEPT)
    return [turn.tell("first_contact.nothing_stored")]


async def accept(turn: Turn) -> Replies:
    """Consent: a person begins, or one who was invited or had withdrawn becomes visible. Then only the town is asked."""
    account, now, version = turn.account, turn.now, turn.rules.notice.version
    person = await _person_of(turn)
    await turn.uow.people.add_consent(ConsentRow(person=person.key, version=version, given_at=now))
    again = account.refused_at is not None
    for row in await turn.uow.accounts.of_person(person.key):
        await turn.uow.accounts.save(replace(row, refused_at=None))
    account = replace(
        account,
        person=person.key,
        name=turn.incoming.name,
        notice_version=version,
        refused_at=None,
        language=person.language,
    )
    await turn.uow.accounts.save(account)
    await turn.uow.totals.add("people.consented", turn.today())
    await upkeep.plan(turn, person)
    turn = replace(turn, account=account, person=person)
    blocks: list[Block] = [Text(text=turn.say("first_contact.consented", day=turn.say.day(now), version=version))]
    if again:
        blocks.append(Text(text=turn.say("first_contact.consented_link")))
    if person.role is Role.ADMIN:
        blocks.append(Text(text=turn.say("first_contact.admin")))
    blocks += await settle_tied(turn) or await _next(turn, person)
    return [turn.reply(*blocks)]


async def _next(turn: Turn, person: Person) -> list[Block]:
    known = (await turn.uow.people.bodies_of([person.key], turn.today(person))).get(person.key)
    if known is None and person.role is not Role.ADMIN:
        return ask_municipality(turn)
    return await welcome(turn, known)


async def _person_of(turn: Turn) -> Person:
    account, now = turn.account, turn.now
    admin = account.account in turn.rules.admins
    known = await turn.uow.people.lock(account.person) if account.person else None
    if known is None:
        person = Person(
            key=new_key("p"),
            name=turn.incoming.name or account.name,
            language=turn.say.language,
            role=Role.ADMIN if admin else Role.STAFF,
            created_at=now,
            active_at=now,
            confirmed_at=now,
        )
        await turn.uow.people.add(person)
    else:
        person = replace(known, invited_until=None, active_at=now, confirmed_at=now)
        if admin:
            person = replace(person, role=Role.ADMIN)
        await turn.uow.people.withdraw_consent(person.key, now)
        await turn.uow.people.save(person)
    if admin:
        await turn.uow.people.grant(person.key, Role.ADMIN, None, now)
        await turn.uow.audit.note(now, person.key, "role.granted", person.key, role=str(Role.ADMIN))
    return person


async def refuse(turn: Turn) -> Replies:
    """Accepted without pressing. A person who says no to a new version has withdrawn their consent."""
    if turn.person is not None:
        return await withdraw(turn)
    person = turn.account.person
    if person is not None and not await turn.uow.people.consents(person):
        await turn.uow.privacy.erase(person, turn.now)  # entered by the network office, never agreed to
        person = None
    account = replace(turn.account, person=person, name="", kept_question=None, refused_at=turn.now)
    await turn.uow.accounts.save(account)
    await turn.uow.agenda.drop(account.account, KEPT)
    return [turn.tell("first_contact.refused")]


async def answered_already(turn: Turn, wish: Consent) -> Replies:
    """An old button of the notice, pressed by somebody who has consented since."""
    given = await turn.uow.people.consent(turn.me.key)
    if given is None:
        raise Refusal("consent.needed")
    key = "first_contact.already" if wish.given else "first_contact.already_no"
    return [turn.tell(key, day=turn.say.day(given.given_at), version=given.version)]


async def take_kept_question(turn: Turn) -> tuple[Turn, str] | None:
    """The question asked before consent, once there is consent, and the turn to answer it in."""
    account = await turn.uow.accounts.get(turn.account.account)
    if account is None or account.kept_question is None or account.person is None:
        return None
    person = await turn.uow.people.get(account.person)
    if person is None or person.invited_until is not None:
        return None
    text = account.kept_question
    account = replace(account, kept_question=None)
    await turn.uow.accounts.save(account)
    await turn.uow.agenda.drop(account.account, KEPT)
    words = turn.words(person)
    return replace(turn, account=account, person=person, say=words, question=None), text


async def drop_kept_question(scene: Scene, subject: str) -> Replies:
    account = await scene.uow.accounts.get(Account(subject))
    if account is not None and account.kept_question is not None:
        await scene.uow.accounts.save(replace(account, kept_question=None))
    return []


def _notice_is_open(turn: Turn) -> bool:
    """Whether a yes can only be meant for the notice in force: nobody agrees to what they haven't been shown."""
    asked = turn.question.asked if turn.question else None
    return isinstance(asked, Choices) and asked.asked == "notice" and asked.about == turn.rules.notice.version


def _shown_today(turn: Turn) -> bool:
    """The whole notice once a day at most. After a no, the short way back counts as shown too."""
    shown, refused = turn.account.noticed_at, turn.account.refused_at
    if shown is None or (refused is not None and shown <= refused):
        return False
    zone = ZoneInfo(turn.say.timezone)
    return shown.astimezone(zone).date() == turn.now.astimezone(zone).date()


HANDLERS: Handlers = {Consent: answered_already}
DUE: dict[str, DueHandler] = {KEPT: drop_kept_question}
