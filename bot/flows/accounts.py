"""A second account of the same person: linked by a code on the new account, confirmed on the old one.

A code lives for 15 minutes, works once, in a direct chat only, and is kept as a digest. Five wrong ones lock the
account that tried for as long as a code lives. An account with a profile of its own is never merged: whose words and
whose consent would count can't be told, so its owner erases one of the two first.
"""

import hashlib
import re
import secrets
from dataclasses import replace

from bot.hours import Kind
from bot.intents import ConfirmLink, LinkAccount, SetHome
from bot.messages import Choice, Choices, Message, Quote, Text
from bot.model import AccountRow, LinkCode, new_key
from bot.turn import Handlers, Refusal, Replies, Reply, Turn
from bot.words import Words

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is read in two ways
LENGTH = 8
TRIES = 5
_CODE = re.compile(rf"\b[{ALPHABET}]{{4}}[-\s]?[{ALPHABET}]{{4}}\b", re.IGNORECASE)


def new_code() -> str:
    """ "K7QM-3XTP": forty bits, for fifteen minutes."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{letters[: LENGTH // 2]}-{letters[LENGTH // 2 :]}"


def digest(code: str) -> str:
    """Letter case, hyphens and blanks don't matter."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(f"link {plain}".encode()).hexdigest()


async def link_account(turn: Turn, wish: LinkAccount) -> Replies:
    if wish.code:
        return await redeem(turn, wish.code)
    if turn.incoming.where != "direct":
        raise Refusal("accounts.direct_only")
    code = new_code()
    link = LinkCode(
        key=new_key("l"),
        digest=digest(code),
        account=turn.account.account,
        expires_at=turn.now + turn.rules.link_code,
    )
    await turn.uow.links.add(link)
    minutes = int(turn.rules.link_code.total_seconds() // 60)
    text = Text(text=turn.say("accounts.code", code=code, n=minutes, until=turn.say.clock(link.expires_at)))
    return [turn.reply(text, expires=link.expires_at, holds_personal=True)]


async def redeem(turn: Turn, code: str) -> Replies:
    """On the new account. Wrong tries are answered, not refused: they must be counted."""
    found = await turn.uow.links.by_digest(digest(code))
    if turn.incoming.where != "direct":
        if found is not None:
            await turn.uow.links.save(replace(found, expires_at=turn.now))
        return [turn.tell("accounts.void_in_room")]
    tried = await _wrong_tries(turn)
    if tried >= TRIES:
        return [turn.tell("accounts.locked")]
    old = await turn.uow.accounts.get(found.account) if found is not None else None
    if found is None or found.used_by is not None or found.expires_at <= turn.now or old is None or old.person is None:
        await _count_wrong_try(turn, tried)
        return [turn.tell("accounts.locked" if tried + 1 >= TRIES else "accounts.wrong_code")]
    if turn.account.person == old.person:
        return [turn.tell("accounts.same_person")]
    if turn.account.person is not None:
        return [turn.tell("accounts.own_profile")]
    await turn.uow.links.save(replace(found, used_by=turn.account.account))
    return [turn.tell("accounts.confirm_there"), await _ask_old_account(turn, found, old)]


async def voided(turn: Turn, text: str) -> bool:
    """Whether a code was among what was written where others read along; whatever stands around it, it is void now."""
    if turn.incoming.where == "direct":
        return False
    found = [await turn.uow.links.by_digest(digest(code)) for code in _CODE.findall(text)[:20]]
    codes = [link for link in found if link is not None and link.used_by is None and link.expires_at > turn.now]
    for link in codes:
        await turn.uow.links.save(replace(link, expires_at=turn.now))
    return bool(codes)


async def _ask_old_account(turn: Turn, link: LinkCode, old: AccountRow) -> Reply:
    assert old.person is not None
    person = await turn.uow.people.get(old.person)
    words = turn.words(person)
    row = turn.account
    blocks = (
        Text(text=words("accounts.asked", platform=words.platform(row.platform))),
        Quote(text=f"{turn.incoming.name} · {row.account}"),
        Choices(
            options=(
                Choice(label=words("accounts.yes"), intent=ConfirmLink(link=link.key, wanted=True), says="yes"),
                Choice(label=words("accounts.no"), intent=ConfirmLink(link=link.key, wanted=False), says="no"),
            ),
            asked="confirm",
            about=link.key,
        ),
    )
    message = Message(blocks=blocks, language=words.language)
    return Reply(message=message, account=old.account, about=link.key, kind=Kind.ANSWER)


async def confirm_link(turn: Turn, wish: ConfirmLink) -> Replies:
    """On the old account."""
    link = await turn.uow.links.get(wish.link)
    if link is None or link.account != turn.account.account or link.used_by is None:
        raise Refusal("accounts.link_gone")
    new = await turn.uow.accounts.get(link.used_by)
    if new is not None and new.person == turn.me.key:
        return [turn.tell("accounts.linked_already")]
    if new is None or new.person is not None or link.expires_at <= turn.now:
        raise Refusal("accounts.link_gone")
    await turn.uow.links.save(replace(link, expires_at=turn.now))
    if not wish.wanted:
        return [turn.tell("accounts.not_linked")]
    version = turn.rules.notice.version
    await turn.uow.accounts.save(
        replace(
            new,
            person=turn.me.key,
            language=turn.me.language,
            refused_at=None,
            kept_question=None,
            notice_version=version,
        )
    )
    await turn.uow.audit.note(turn.now, turn.me.key, "account.linked", turn.me.key)
    text = Text(text=turn.say("accounts.linked_here"))
    message = Message(blocks=(text,), language=turn.say.language)
    return [
        turn.reply(
            Text(text=turn.say("accounts.linked", platform=turn.say.platform(new.platform))),
            *await _home_choice(turn, new),
        ),
        Reply(message=message, account=new.account),
    ]


async def set_home(turn: Turn, wish: SetHome) -> Replies:
    """Where unasked messages go; typed questions are answered where they are typed all the same."""
    rows = await turn.uow.accounts.of_person(turn.me.key)
    if len(rows) < 2:
        raise Refusal("accounts.only_one")
    if wish.platform is None:
        return [turn.reply(*await _home_choice(turn))]
    said = PLATFORMS.get(wish.platform.casefold(), wish.platform.casefold())
    row = next((one for one in rows if said in (one.platform, one.account.casefold())), None)
    if row is None:
        raise Refusal(
            "accounts.no_such_platform", platforms=turn.say.listed([turn.say.platform(one.platform) for one in rows])
        )
    await turn.uow.people.save(replace(turn.me, home=row.account))
    return [turn.tell("accounts.home_set", platform=_named(row, turn.say))]


PLATFORMS = {
    "element": "matrix",
    "microsoft teams": "teams",
    "ms teams": "teams",
    "terminal": "console",
}  # as people call them


async def _home_choice(turn: Turn, joined: AccountRow | None = None) -> list[Text | Choices]:
    rows = [*await turn.uow.accounts.of_person(turn.me.key)]
    if joined is not None and all(row.account != joined.account for row in rows):
        rows.append(joined)
    options = tuple(Choice(label=_named(row, turn.say), intent=SetHome(platform=row.account)) for row in rows)
    return [Text(text=turn.say("accounts.ask_home")), Choices(options=options)]


def _named(row: AccountRow, say: Words) -> str:
    return f"{say.platform(row.platform)} ({row.name or row.account})"


# Wrong tries are links that nobody can redeem, one for each: they expire, and are cleaned away, as links are.


async def _wrong_tries(turn: Turn) -> int:
    for number in range(TRIES):
        kept = await turn.uow.links.by_digest(_try_digest(turn, number))
        if kept is None or kept.expires_at <= turn.now:
            return number
    return TRIES


async def _count_wrong_try(turn: Turn, number: int) -> None:
    until = turn.now + turn.rules.link_code
    kept = await turn.uow.links.by_digest(_try_digest(turn, number))
    if kept is not None:
        await turn.uow.links.save(replace(kept, expires_at=until))
        return
    account = turn.account.account
    await turn.uow.links.add(
        LinkCode(key=new_key("l"), digest=_try_digest(turn, number), account=account, expires_at=until, used_by=account)
    )


def _try_digest(turn: Turn, number: int) -> str:
    return hashlib.sha256(f"wrong try {number} of {turn.account.account}".encode()).hexdigest()


HANDLERS: Handlers = {LinkAccount: link_account, ConfirmLink: confirm_link, SetHome: set_home}
