"""People of one running service, some in Teams, some in Element: they do and read the same, each in their own way."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeAlias

from adapters.matrix.local_synapse import Homeserver
from adapters.matrix.rooms import account_of as of_matrix
from adapters.teams.conversations import Conversation
from adapters.teams.conversations import account_of as of_teams
from bot.events import Account, Address
from tests.drawing import visible
from tests.matrix.people import PATIENCE, Human
from tests.teams.signing import SERVICE, TENANT
from tests.teams.wire import Line, TeamsClient, ids_of

HELP = "Das können Sie zu mir sagen"


@dataclass(slots=True, eq=False)
class InTeams(TeamsClient):
    """Waits for what they read: the service answers when it has got round to it."""

    name: str
    wire: Line
    tenant: str = TENANT
    user: str = ""
    chat: str = ""
    responses: list[Any] = field(default_factory=list)
    unread: int = 0
    platform: str = "teams"

    def __post_init__(self) -> None:
        self.user, self.chat = ids_of(self.name)

    @property
    def line(self) -> Line:
        return self.wire

    @property
    def account(self) -> Account:
        return of_teams(self.tenant, self.user)

    @property
    def address(self) -> Address:
        return Conversation(service_url=SERVICE, id=self.chat, tenant=self.tenant).address()

    async def opens_chat(self) -> None:
        """Nothing to do: whoever has the app has the chat."""

    async def joins(self) -> None:
        await self.sends(self.activity("installationUpdate", action="add"))

    async def leaves(self) -> None:
        await self.sends(self.activity("installationUpdate", action="remove"))

    async def says(self, text: str) -> None:
        await self.sends(self.activity(text=text, textFormat="plain"))

    async def picks(self, label: str) -> None:
        """Presses the newest button whose label begins like this, however old its card."""
        action = next(one for one in self.buttons() if one["verb"] == "pick" and one["data"]["l"].startswith(label))
        await self.executes("pick", action["data"]["m"], action["data"]["p"])

    async def reads(self, having: str) -> str:
        """Waits for a message with these words; everything since the last look."""
        try:
            async with asyncio.timeout(PATIENCE):
                while having not in self.text(self.unread):
                    await self.wire.stub.arrival()
        except TimeoutError:
            raise AssertionError(f"{self.name} waits in vain for {having!r}; {self.text()[-3000:]}") from None
        text = self.text(self.unread)
        self.unread = len(self.activities)
        return text

    def text(self, since: int = 0) -> str:
        """As it is read where no card can be shown."""
        return "\n\n".join(
            "\n".join([visible(one.get("text") or ""), *(card["fallbackText"] for card in cards_of(one))]).strip()
            for one in self.activities[since:]
        )

    @property
    def downloads(self) -> list[str]:
        """The links to files, oldest first."""
        urls = [url for one in self.activities for card in cards_of(one) for url in urls_in(card)]
        return [url for url in urls if "/files/" in url]


class InElement(Human):
    """With the name that others see."""

    platform = "matrix"

    def __init__(self, homeserver: Homeserver, name: str, bot: str, folder: Path) -> None:
        login = f"{name.lower().replace(' ', '.')}-{bot.partition(':')[0].lstrip('@')}"  # the server keeps accounts
        super().__init__(homeserver, login, bot, folder / login)
        self.name = name

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        await self.client.set_displayname(self.name)
        return self

    @property
    def account(self) -> Account:
        return of_matrix(self.user)

    @property
    def address(self) -> Address:
        """None yet: the bot opens the chat where there is none."""
        return Address("")

    async def joins(self) -> None:
        await self.opens_chat()

    async def leaves(self) -> None:
        await self.client.room_leave(self.room)

    async def opens_room(self, other: "InElement") -> str:
        """With the bot and somebody else in it."""
        made = await self.client.room_create(invite=[self.bot, other.user])
        await other.until(lambda: made.room_id in other.client.rooms)
        await self.until(lambda: self._in(made.room_id) == 3)
        return str(made.room_id)

    def _in(self, room: str) -> int:
        known = self.client.rooms.get(room)
        return len([one for one in known.users.values() if not one.invited]) if known else 0

    async def mentions(self, text: str, room: str) -> None:
        await self.says(f"Lotse, {text}", room=room, **{"m.mentions": {"user_ids": [self.bot]}})

    def text(self, since: int = 0) -> str:
        return self._text(since).strip()

    async def reads(self, having: str) -> str:
        """Without what isn't read but pressed."""
        return (await super().reads(having)).strip()


Person: TypeAlias = InTeams | InElement


async def nothing_came(person: Person) -> None:
    """Whatever was due before a question of their own would have come before its answer."""
    await person.says("/hilfe")
    read = await person.reads(HELP)
    assert read.startswith(HELP), read


def cards_of(activity: dict[str, Any]) -> list[Any]:
    return [one["content"] for one in activity.get("attachments", [])]


def urls_in(card: Any) -> list[str]:
    """Of all Action.OpenUrl, in order."""
    match card:
        case {"type": "Action.OpenUrl", "url": url}:
            return [url]
        case dict():
            return [url for value in card.values() for url in urls_in(value)]
        case list():
            return [url for value in card for url in urls_in(value)]
        case _:
            return []
