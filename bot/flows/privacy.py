"""Privacy in the chat: what is known, who reads it, the export, and the two ways to go: withdrawn, or erased."""

from bot.flows import notice
from bot.flows.export import as_html, as_json
from bot.flows.leaving import forget, withdraw
from bot.flows.profile import entry_lines
from bot.intents import Cancel, DeleteMe, ExportData, PrivacyInfo, WithdrawConsent
from bot.messages import Block, Choice, Choices, Facts, File, Text
from bot.turn import Handlers, Replies, Turn


async def info(turn: Turn, wish: PrivacyInfo) -> Replies:
    match wish.about:
        case "readers":
            return [turn.reply(*notice.readers(turn))]
        case "notice":
            return [turn.reply(*notice.full_notice(turn))]
        case _:
            return [turn.reply(*await _mine(turn), holds_personal=True)]


async def _mine(turn: Turn) -> list[Block]:
    """All that is stored, in short; the export has it word for word."""
    me, say = turn.me, turn.say
    asked, received = await turn.uow.introductions.asked_by(me.key), await turn.uow.introductions.asked_of(me.key)
    handed = await turn.uow.introductions.handed_to(me.key)
    accounts = await turn.uow.accounts.of_person(me.key)
    rows = [
        *await entry_lines(turn, me),
        (say("privacy.accounts"), "; ".join(f"{say.platform(row.platform)}: {row.name}" for row in accounts)),
        (say("privacy.enquiries"), say.number(len(await turn.uow.enquiries.of(me.key)))),
        (say("privacy.requests"), say("privacy.requests.value", asked=len(asked), received=len(received))),
        (say("privacy.handed"), say.number(len(handed))),
        (say("privacy.desk"), say.number(len(await turn.uow.desk.of(me.key)))),
    ]
    return [
        Text(text=say("privacy.title"), style="title"),
        Facts(rows=tuple(rows)),
        Text(text=say("privacy.not_stored")),
        Text(text=say("privacy.how"), style="hint"),
    ]


async def export(turn: Turn, wish: ExportData) -> Replies:
    """Two files: for machines and for reading. They hold what is the person's own, of others only what was given to them."""
    del wish
    everything = await turn.uow.privacy.everything(turn.me.key)
    day = turn.today(turn.me).isoformat()
    files = (
        File(name=f"lotse-{day}.json", content_type="application/json", content=as_json(everything, turn.now)),
        File(name=f"lotse-{day}.html", content_type="text/html", content=as_html(everything, turn.say, turn.now)),
    )
    return [turn.reply(Text(text=turn.say("privacy.export")), *files, holds_personal=True)]


async def delete_me(turn: Turn, wish: DeleteMe) -> Replies:
    """One confirmation; then it is gone at once."""
    days = turn.rules.notice.backup_days
    if not wish.confirmed:
        options = (
            Choice(label=turn.say("privacy.delete.yes"), intent=DeleteMe(confirmed=True), says="yes"),
            Choice(label=turn.say("privacy.delete.no"), intent=Cancel(), says="no"),
        )
        text = Text(text=turn.say("privacy.delete.ask", days=days))
        return [turn.reply(text, Choices(options=options, asked="confirm"))]
    replies = await forget(turn, turn.me)
    return [turn.tell("privacy.delete.done", days=days), *replies]


async def withdraw_consent(turn: Turn, wish: WithdrawConsent) -> Replies:
    del wish
    return await withdraw(turn)


HANDLERS: Handlers = {
    PrivacyInfo: info,
    ExportData: export,
    DeleteMe: delete_me,
    WithdrawConsent: withdraw_consent,
}
