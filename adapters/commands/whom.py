"""Who is meant on the command line: a person key, an account, or a name that only one person has."""

from adapters.console import PLATFORM, account_of
from bot.events import Account
from bot.model import Person
from storage.unit_of_work import Unit


class Nobody(Exception):
    """Nobody is called so, or several are; the message names the remedy."""


async def person_named(uow: Unit, whom: str) -> Person:
    """Raises Nobody."""
    if (found := await uow.people.get(whom)) is not None:
        return found
    platform, _, name = whom.partition(":")
    account = await uow.accounts.get(account_of(name) if platform == PLATFORM else Account(whom))
    if account is not None and account.person is not None:
        return (await uow.people.many([account.person]))[account.person]
    several = await uow.people.by_name(whom)
    if len(several) == 1:
        return several[0]
    if several:
        which = []
        for one in several:
            accounts = [row.account for row in await uow.accounts.of_person(one.key)]
            which.append(", ".join([one.key, *accounts]))
        raise Nobody(f"{len(several)} people are called so; give the key or the account of one: {'; '.join(which)}")
    raise Nobody("nobody has this key, account or name: write the name in full, or the account such as console:NAME")
