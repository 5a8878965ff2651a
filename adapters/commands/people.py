"""Commands about people: export, erasure, import, roles."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Literal

from adapters.app import Unfit
from adapters.beside import beside
from adapters.commands.whom import person_named
from adapters.config import Settings
from adapters.imports import import_municipalities, import_people
from bot.access import is_last_admin
from bot.flows.export import as_html, as_json
from bot.flows.leaving import forget as forgotten
from bot.model import Person, Role
from bot.turn import Replies, Scene
from storage.unit_of_work import Unit


async def export(settings: Settings, whom: str, form: Literal["json", "html"]) -> bytes:
    """All that is stored about somebody, as they would get it in the chat."""
    async with beside(settings) as lotse, lotse.storage.unit() as uow:
        person = await person_named(uow, whom)
        everything = await uow.privacy.everything(person.key)
        await uow.audit.note(lotse.now(), "operator", "export", person.key)
        await uow.commit()
        scene = lotse.scene(uow)
        if form == "html":
            return as_html(everything, scene.words(person), lotse.now())
        return as_json(everything, lotse.now()) + b"\n"


def write_private(path: Path, content: bytes) -> None:
    """Readable by its owner only, also where a file was there that others could read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.truncate()
        file.write(content)


async def key_of(settings: Settings, whom: str) -> str:
    async with beside(settings) as lotse, lotse.storage.unit(write=False) as uow:
        return (await person_named(uow, whom)).key


async def forget(settings: Settings, whom: str) -> str:
    """Erases somebody as if they had said so in the chat: at once, everywhere, and neutral for the others."""
    erased: list[str] = []

    async def work(scene: Scene, uow: Unit) -> Replies:
        person = await person_named(uow, whom)
        erased.append(person.key)
        replies = await forgotten(scene, person)
        await uow.audit.note(scene.now, "operator", "forget", person.key)
        return replies

    async with beside(settings) as lotse:
        await lotse.carry_out(work)
        days = lotse.core.rules.notice.backup_days
    return (
        f"{erased[-1]} is erased: profile, requests, messages not yet sent; backups lose it within {days} days,"
        " and a restore erases it again"
    )


async def take_municipalities(settings: Settings, path: Path) -> str:
    async with beside(settings, make=True) as lotse:
        return f"{await import_municipalities(lotse, path)} municipalities and other bodies taken"


async def take_people(settings: Settings, path: Path) -> str:
    async with beside(settings, make=True) as lotse:
        members, invited = await import_people(lotse, path)
    days = settings.invitation_days
    left = f", {invited} invited: invisible, and deleted after {days} days without a yes" if invited else ""
    return f"{members} members taken{left}"


async def grant(settings: Settings, whom: str, role: Role, body: str | None) -> str:
    def change(person: Person) -> Person:
        return replace(person, role=role)

    async def work(scene: Scene, uow: Unit) -> Replies:
        person = await person_named(uow, whom)
        if role is Role.STAFF:
            raise Unfit("everybody is staff: take another role away with `lotse role revoke`")
        if role is Role.COORDINATOR:
            await _body_there(uow, body)
        if person.role is Role.ADMIN and role is not Role.ADMIN:
            raise Unfit("this is an admin: take that role away first, with `lotse role revoke`")
        await uow.people.save(change(person))
        await uow.people.grant(person.key, role, body if role is Role.COORDINATOR else None, scene.now)
        await uow.audit.note(scene.now, "operator", "role.granted", person.key, role=str(role), body=body)
        return []

    async with beside(settings) as lotse:
        await lotse.carry_out(work)
    return f"{role} granted"


async def revoke(settings: Settings, whom: str, role: Role, body: str | None) -> str:
    """Raises Unfit for the last admin: nobody could make another."""

    async def work(scene: Scene, uow: Unit) -> Replies:
        person = await person_named(uow, whom)
        held = [one for one in await uow.people.roles(person.key) if one[0] is role and body in (None, one[1])]
        if person.role is not role and not held:
            raise Unfit(f"nothing to take away: the role is {person.role}")
        if role is Role.ADMIN and await is_last_admin(scene, person):
            raise Unfit("this is the last admin: grant the role to somebody else first")
        for which, of in held:
            await uow.people.revoke(person.key, which, of or None)
        left = {which for which, _ in await uow.people.roles(person.key)}
        best = next((one for one in (Role.ADMIN, Role.COORDINATOR, Role.VENDOR) if one in left), Role.STAFF)
        await uow.people.save(replace(person, role=best))
        await uow.audit.note(scene.now, "operator", "role.revoked", person.key, role=str(role), body=body)
        return []

    async with beside(settings) as lotse:
        await lotse.carry_out(work)
    return f"{role} revoked"


async def _body_there(uow: Unit, body: str | None) -> None:
    if body is None:
        raise Unfit("a coordinator is one of a municipality: give its key with --body")
    if await uow.bodies.get(body) is None:
        raise Unfit(f"there is no body {body}: give the official key, such as 08116056")


async def all_roles(settings: Settings) -> list[str]:
    """One line for each role of each person: role, key, name, and the body it is for."""
    async with beside(settings) as lotse, lotse.storage.unit(write=False) as uow:
        granted = await uow.people.all_roles()
        people = await uow.people.many(person for person, _, _ in granted)
        bodies = await uow.bodies.many(body for _, _, body in granted if body)
        return [
            f"{role:<12}  {person:<24}  {people[person].name}" + (f", {bodies[body].name} ({body})" if body else "")
            for person, role, body in granted
        ]
