"""How deliveries are shown: as lines of JSON for programs, or readable for somebody in front of a terminal.

What people typed is never read as markup, and control characters in it don't reach the terminal.
"""

import asyncio
import base64
import json
import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol, TextIO, assert_never

from rich.console import Console as Terminal
from rich.padding import Padding
from rich.text import Text as Styled

from adapters.console import account_of, name_of
from adapters.lines import BERLIN
from bot.messages import (
    Ask,
    Block,
    Choices,
    Contacts,
    Facts,
    File,
    Message,
    Quote,
    Text,
    Together,
    ask,
    choices,
    plain_text,
)
from bot.ports import Delivery
from bot.words import Words
from storage.unit_of_work import Storage


class Screen(Protocol):
    """Where a conversation in the terminal is seen."""

    async def show(self, delivery: Delivery) -> None: ...
    def tell(self, text: str) -> None:
        """The terminal's own words, not the bot's."""


# ---------------------------------------------------------------- for programs


class JsonLines:
    """One object per delivered message, on a line of its own, written at once. The terminal's own words go elsewhere."""

    def __init__(self, out: TextIO, aside: TextIO, now: Callable[[], datetime]) -> None:
        self._out = out
        self._aside = aside
        self._now = now

    async def show(self, delivery: Delivery) -> None:
        self._out.write(json.dumps(as_object(delivery, self._now()), ensure_ascii=False) + "\n")
        self._out.flush()

    def tell(self, text: str) -> None:
        print(text, file=self._aside, flush=True)


def as_object(delivery: Delivery, now: datetime) -> dict[str, Any]:
    message = delivery.message
    asked, question = ask(message), choices(message)
    return {
        "at": now.astimezone(BERLIN).isoformat(timespec="seconds"),
        "to": name_of(delivery),
        "text": plain_text(message),
        "choices": [option.label for option in question.options] if question else [],
        "form": None if asked is None else _field(asked),
        "files": [_file(block) for block in message.blocks if isinstance(block, File)],
    }


def _field(asked: Ask) -> dict[str, Any]:
    field = asked.field
    return {
        "name": field.name,
        "label": field.label,
        "kind": field.kind,
        "hint": field.hint,
        "required": field.required,
    }


def _file(file: File) -> dict[str, str]:
    described = {"name": file.name, "content_type": file.content_type}
    if file.content_type.partition(";")[0].startswith(("text/", "application/json")):
        try:
            return described | {"text": file.content.decode("utf-8")}
        except UnicodeDecodeError:
            pass
    return described | {"base64": base64.b64encode(file.content).decode("ascii")}


# ---------------------------------------------------------------- for people


class Readable:
    """Answers to the one who speaks under "Lotse", messages to others under an arrow, their town and their name."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._turnstile = asyncio.Lock()  # looking up a town must not change the order
        self.storage: Storage | None = None
        self.speaker = ""

    async def show(self, delivery: Delivery) -> None:
        async with self._turnstile:
            words = Words(delivery.message.language)
            to = name_of(delivery)
            if to == self.speaker:
                self._print(Styled(words("console.bot"), style="bold"))
            else:
                place = await self._place(delivery.person)
                self._print(Styled("→ " + ", ".join([*([place] if place else []), clean(to)]) + ":", style="bold"))
            for number, block in enumerate(delivery.message.blocks):
                if number and not isinstance(block, File):
                    self._print(Styled())
                self._terminal.print(Padding(_styled(block, words), (0, 0, 0, 2), expand=False), highlight=False)
            self._print(Styled())

    def tell(self, text: str) -> None:
        self._print(Styled(clean(text), style="italic"))

    def echo(self, text: str) -> None:
        """What the one who speaks has said, where no terminal echoed it."""
        self._print(Styled(f"{self.speaker}> {clean(text)}", style="bold"))
        self._print(Styled())

    def _print(self, text: Styled) -> None:
        self._terminal.print(text, highlight=False, soft_wrap=True)

    async def place_of(self, name: str) -> str | None:
        """The town of the one who is called so here."""
        if self.storage is None:
            return None
        async with self.storage.unit(write=False) as uow:
            account = await uow.accounts.get(account_of(name))
        return await self._place(account.person if account else None)

    async def _place(self, person: str | None) -> str | None:
        if self.storage is None or person is None:
            return None
        async with self.storage.unit(write=False) as uow:
            body = (await uow.people.bodies_of([person])).get(person)
        return body.name if body else None


def readable(message: Message) -> str:
    """As the terminal shows it, without styles; for tests and for what is not a terminal."""
    words = Words(message.language)
    return "\n\n".join(_styled(block, words).plain for block in message.blocks)


def clean(text: str) -> str:
    """Without what would steer the terminal."""
    kept = (letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs", "Cf"))
    return "".join(kept)


def _styled(block: Block, words: Words) -> Styled:
    match block:
        case Text(text=text, style=style):
            return Styled(clean(text), style={"plain": "", "title": "bold", "hint": "dim"}[style])
        case Quote(text=text):
            return Styled("\n".join(f"│ {line}" for line in clean(text).splitlines()), style="italic")
        case Facts(rows=rows):
            lines = [Styled.assemble((f"{clean(label)}: ", "bold"), clean(value)) for label, value in rows]
            return Styled("\n").join(lines)
        case Contacts(entries=entries):
            return Styled("\n\n").join(
                Styled("\n").join(
                    [
                        Styled.assemble(f"{number}. ", (clean(entry.title), "bold"), f", {clean(entry.place)}"),
                        *(
                            Styled(f"   {clean(line)}")
                            for line in [*([" · ".join(entry.facts)] if entry.facts else []), *entry.reasons]
                        ),
                    ]
                )
                for number, entry in enumerate(entries, start=1)
            )
        case Choices(options=options):
            return Styled("\n".join(f"{n}) {clean(option.label)}" for n, option in enumerate(options, start=1)))
        case Ask(field=field):
            hint = Styled(f"\n({clean(field.hint)})", style="dim") if field.hint else Styled()
            return Styled.assemble((clean(field.label), "bold"), hint)
        case Together():
            return Styled()
        case File(name=name, content_type=content_type, content=content):
            return Styled(
                words("console.file", name=clean(name), content_type=content_type, size=words.number(len(content)))
            )
        case _:
            assert_never(block)
