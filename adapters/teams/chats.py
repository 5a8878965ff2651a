"""The link that opens a chat between two people in Teams who have been introduced, with a first sentence as draft.

It is made of what was handed over and nothing else: without a released e-mail address there is none. Between tenants
it may not open (that is for their administrators to allow), so it stands beside the contact data, never instead.
"""

from urllib.parse import quote

from adapters.teams.buttons import Link
from adapters.teams.conversations import PLATFORM
from bot.messages import Facts
from bot.ports import Delivery
from bot.words import Words
from storage.unit_of_work import Storage

CHAT = "https://teams.microsoft.com/l/chat/0/0"


async def chat_link(storage: Storage, delivery: Delivery) -> Link | None:
    """For a message that shows the contact data of somebody who can be reached in Teams too."""
    if delivery.about is None or delivery.person is None:
        return None
    shown = {value for block in delivery.message.blocks if isinstance(block, Facts) for _, value in block.rows}
    if not shown:
        return None
    async with storage.unit(write=False) as uow:
        handed = next(
            (
                one
                for one in await uow.introductions.handed_to(delivery.person)
                if one.introduction == delivery.about and one.email is not None and {one.email, one.name} <= shown
            ),
            None,
        )
        if handed is None or handed.email is None:
            return None
        accounts = await uow.accounts.of_person(handed.of)
    if not any(row.platform == PLATFORM and row.reachable for row in accounts):
        return None
    say = Words(delivery.message.language)
    draft = say("teams.draft", name=handed.name)
    url = f"{CHAT}?users={quote(handed.email, safe='')}&message={quote(draft, safe='')}"
    return Link(name=say("teams.chat", name=handed.name), url=url)
