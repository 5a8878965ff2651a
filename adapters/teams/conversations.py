"""Where somebody is reached in Teams: what stands in an account's address, and what is remembered beside it.

The address of an account is its direct chat, refreshed by each activity from there. For accounts without one (seen
in a channel only, or imported) the chat is opened; what that needs is kept as notes: the newest service URL of each
tenant, and the id by which the service knows a member.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from pydantic_core import to_json

from adapters.teams.reading import loads
from bot.events import Account, Address
from storage.unit_of_work import Storage, Unit

PLATFORM = "teams"
CHAT, MEMBER, SERVICE = "chat", "member", "service"  # kinds of notes


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    service_url: str
    id: str
    tenant: str

    def address(self) -> Address:
        return Address(to_json({"service_url": self.service_url, "id": self.id, "tenant": self.tenant}).decode())


def conversation_of(address: Address) -> Conversation | None:
    """None for an account without a direct chat, or one whose address somebody else has written."""
    try:
        return Conversation(**loads(address)) if address else None
    except (ValueError, TypeError):
        return None


def account_of(tenant: str, user: str) -> Account:
    """Tenant and Entra object id: the same person, whatever they write from."""
    return Account(f"{PLATFORM}:{tenant}:{user}")


def tenant_and_user(account: Account) -> tuple[str, str] | None:
    """None for an account that somebody has written down in another way."""
    parts = account.split(":")
    return (parts[1], parts[2]) if len(parts) == 3 and all(parts) else None


class Memory:
    """What is kept in the notes. Few rows change: the same service URL is written once."""

    def __init__(self) -> None:
        self._services: dict[str, str] = {}

    async def seen(
        self, uow: Unit, account: Account, tenant: str, *, service_url: str, member: str | None, at: datetime
    ) -> None:
        """`member` only where there is no direct chat yet; it goes with the person's erasure."""
        if self._services.get(tenant) != service_url:
            await uow.notes.put(PLATFORM, SERVICE, tenant, {"url": service_url}, at)
        if member is not None:
            await uow.notes.put(PLATFORM, MEMBER, account, {"id": member}, at, account=account)

    def knows(self, conversation: Conversation) -> bool:
        """Nothing of it would be written for a direct chat."""
        return self._services.get(conversation.tenant) == conversation.service_url

    def written(self, tenant: str, service_url: str) -> None:
        """After the commit."""
        self._services[tenant] = service_url

    async def chat(self, storage: Storage, account: Account) -> Conversation | None:
        """One that was opened from here."""
        async with storage.unit(write=False) as uow:
            found = await uow.notes.get(PLATFORM, CHAT, account)
        return None if found is None else Conversation(**found)

    async def way_to(self, storage: Storage, account: Account, tenant: str) -> tuple[str | None, str | None]:
        """Service URL and member id, as far as they are known."""
        async with storage.unit(write=False) as uow:
            service = await uow.notes.get(PLATFORM, SERVICE, tenant)
            member = await uow.notes.get(PLATFORM, MEMBER, account)
        return service["url"] if service else None, member["id"] if member else None

    async def opened(self, storage: Storage, account: Account, conversation: Conversation, at: datetime) -> None:
        async with storage.unit() as uow:
            await uow.notes.put(PLATFORM, CHAT, account, asdict(conversation), at, account=account)
            await uow.commit()
