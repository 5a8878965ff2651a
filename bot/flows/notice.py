"""The privacy notice in the chat: the short one of a first contact, who reads what, and the whole of it."""

from bot.intents import Consent
from bot.messages import Block, Choice, Choices, Facts, Text
from bot.turn import Turn


def short_notice(turn: Turn) -> list[Block]:
    """Who runs the bot, what it stores, what others see, contact data, see and delete, copies, the full notice."""
    notice, say = turn.rules.notice, turn.say
    rows = (
        (say("notice.short.controller"), notice.controller),
        (say("notice.short.stored"), say("notice.short.stored.text")),
        (say("notice.short.seen"), say("notice.short.seen.text")),
        (say("notice.short.contact"), say("notice.short.contact.text")),
        (say("notice.short.yours"), say("notice.short.yours.text")),
        (say("notice.short.copies"), say("notice.short.copies.text")),
        (say("notice.short.more"), notice.url or say("notice.by_asking")),
        (say("notice.short.other_language"), say("notice.short.other_language.text")),
    )
    blocks: list[Block] = [Text(text=say("notice.hello"), style="title"), Facts(rows=rows)]
    if turn.incoming.encrypted is not None:
        key = "notice.encrypted" if turn.incoming.encrypted else "notice.not_encrypted"
        blocks.append(Text(text=say(key)))
    return blocks


def full_notice(turn: Turn) -> list[Block]:
    """Everything the law wants named, in the words of this deployment."""
    notice, say = turn.rules.notice, turn.say
    rows = [
        (say("notice.row.controller"), notice.controller),
        (say("notice.row.officer"), notice.officer),
        (say("notice.row.basis"), say(f"notice.basis.{notice.legal_basis}")),
        (say("notice.row.purpose"), say("notice.purpose")),
        (say("notice.row.recipients"), say("notice.recipients")),
        (say("notice.row.retention"), say("notice.retention", days=notice.backup_days)),
        (say("notice.row.rights"), say("notice.rights")),
        (say("notice.row.authority"), notice.authority or say("notice.authority")),
        (say("notice.row.version"), notice.version),
    ]
    if notice.url is not None:
        rows.append((say("notice.row.url"), notice.url))
    return [Text(text=say("notice.title"), style="title"), Facts(rows=tuple(rows))]


def readers(turn: Turn) -> list[Block]:
    """Who reads what is written here, truthfully and one by one."""
    return [Text(text=turn.say("notice.readers"))]


def choice(turn: Turn) -> list[Block]:
    """The two answers, in plain words, about the version in force."""
    yes = Choice(label=turn.say("notice.yes"), intent=Consent(given=True), says="yes")
    no = Choice(label=turn.say("notice.no"), intent=Consent(given=False), says="no")
    return [
        Text(text=turn.say("notice.question")),
        Choices(options=(yes, no), asked="notice", about=turn.rules.notice.version),
    ]
