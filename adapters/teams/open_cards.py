"""Cards that still ask something: once it was answered by typing, elsewhere, or is over, they lose their buttons too.

What a card says is kept in memory only, for its recipient, and no longer than it asks: our rows hold no text that has
been delivered. After a restart such a card keeps its buttons; pressed, it is told that the question is no longer open.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.teams.buttons import readable
from adapters.teams.conversations import Conversation
from bot.events import Account
from bot.messages import Ask, Choices, Message, ask, choices
from bot.ports import OVER, Delivery, Question
from bot.words import Words
from storage.unit_of_work import Storage, Unit

EACH = 5  # cards of one account
ALL = 2_000  # accounts
AT_ONCE = 500  # questions looked at in one statement
AT_MOST = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCard:
    """`says` is what stays readable without the buttons. A form is over also when its dialog is."""

    key: str
    remote_id: str
    to: Conversation
    says: Message
    is_form: bool
    sent: datetime


class OpenCards:
    def __init__(self) -> None:
        self._of: OrderedDict[Account, dict[str, OpenCard]] = OrderedDict()

    def sent(self, delivery: Delivery, to: Conversation, remote_id: str | None, at: datetime) -> None:
        """Also for a message that took the place of another: what that one said is gone."""
        asked = choices(delivery.message)
        mine = self._of.setdefault(delivery.account, {})
        if delivery.replaces_remote is not None:
            for key in [key for key, card in mine.items() if card.remote_id == delivery.replaces_remote]:
                del mine[key]
        if remote_id is not None and (ask(delivery.message) is not None or (asked is not None and asked.once)):
            says = readable(delivery.message)
            mine[delivery.key] = OpenCard(
                key=delivery.key, remote_id=remote_id, to=to, says=says, is_form=asked is None, sent=at
            )
            while len(mine) > EACH:
                del mine[next(iter(mine))]
        if not mine:
            del self._of[delivery.account]
            return
        self._of.move_to_end(delivery.account)
        while len(self._of) > ALL:
            self._of.popitem(last=False)

    def pressed(self, account: Account, key: str) -> None:
        """The client has shown the answered card already."""
        mine = self._of.get(account, {})
        mine.pop(key, None)
        if not mine:
            self._of.pop(account, None)

    @property
    def kept(self) -> dict[Account, int]:
        """How many cards of each account."""
        return {account: len(cards) for account, cards in self._of.items()}

    def waiting(self, account: Account) -> bool:
        return account in self._of

    async def to_look_at(self, storage: Storage) -> list[Account]:
        """Accounts with a question that was answered or became void without anything being sent there."""
        keys = {card.key: account for account, cards in self._of.items() for card in cards.values()}
        found: set[Account] = set()
        everything = list(keys)
        for start in range(0, len(everything), AT_ONCE):
            some = everything[start : start + AT_ONCE]
            async with storage.unit(write=False) as uow:
                still_open = await uow.questions.open(some)
            found |= {keys[key] for key in some if key not in still_open}
        return sorted(found)

    async def over(
        self, storage: Storage, accounts: Iterable[Account], now: datetime
    ) -> Mapping[Account, Sequence[tuple[OpenCard, str]]]:
        """Those that ask nothing any more, with what to say instead of the buttons; each is given once."""
        found: dict[Account, list[tuple[OpenCard, str]]] = {}
        cards = [(account, card) for account in accounts for card in self._of.get(account, {}).values()]
        async with storage.unit(write=False) as uow:
            waiting = await uow.questions.open([card.key for _, card in cards])
            for account, card in cards:
                asks = card.key in waiting and not card.is_form
                question = None if asks else await uow.questions.get(card.key)
                if not asks and not await _is_open(uow, question, account, now):
                    found.setdefault(account, []).append((card, _instead(question, Words(card.says.language))))
                elif now - card.sent > AT_MOST:
                    self.pressed(account, card.key)
        for account, closed in found.items():
            for card, _ in closed:
                self.pressed(account, card.key)
        return found


async def _is_open(uow: Unit, question: Question | None, account: Account, now: datetime) -> bool:
    if question is None or question.answered is not None:
        return False
    match question.asked:
        case Choices():
            return True
        case Ask(form=form):
            dialog = await uow.dialogs.get(account, now)
            return form.patient or (dialog is not None and dialog.form == form)


def _instead(question: Question | None, say: Words) -> str:
    if question is None or question.answered == OVER:
        return say("teams.over")
    if isinstance(question.asked, Choices) and question.answered is not None:
        options = question.asked.options
        if 0 <= question.answered < len(options):
            return say("teams.picked", label=options[question.answered].label[:200])
    return say("teams.answered")
