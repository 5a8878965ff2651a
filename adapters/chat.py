"""The chat program: lines in, deliveries out, until there are no more lines."""

import signal
from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO, Protocol, TextIO

from adapters import demo
from adapters.app import Lotse, Unfit, assembled
from adapters.config import Settings
from adapters.console import Console, HandClock, Session
from adapters.lines import Become, MoveClock, Say, ShowHelp, Unusable, read, said
from adapters.screen import Readable, Screen
from bot.words import Words
from storage.engine import DatabaseInUse, sqlite_file
from storage.meta import SENDING_HELD

UNUSABLE_LINES = 2  # the exit code


class BackInTime(Exception):
    """The clock never goes back; the message names the remedy."""


class Lines(Protocol):
    """Where lines come from; None at the end."""

    async def next(self, session: Session) -> bytes | str | None: ...


class Piped:
    """Lines of standard input. Ctrl+C ends them."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source

    async def next(self, _session: Session) -> bytes | None:
        # Nothing else happens while a line is awaited, so waiting in the loop's own thread is no harm; and there
        # Ctrl+C reaches it.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return self._source.readline() or None
        except KeyboardInterrupt:
            return None
        finally:
            signal.signal(signal.SIGINT, before)


class Written:
    """Lines that are known beforehand."""

    def __init__(self, lines: Iterable[bytes | str], screen: Readable | None = None) -> None:
        self._lines = iter(lines)
        self._screen = screen

    async def next(self, _session: Session) -> bytes | str | None:
        line = next(self._lines, None)
        if line is not None and self._screen is not None:
            self._screen.echo(str(line))
        return line


async def converse(
    settings: Settings,
    *,
    lines: Lines,
    screen: Screen,
    complaints: TextIO,
    clock: HandClock,
    at: datetime | None = None,
    with_demo: bool = False,
) -> int:
    """The exit code. Raises BackInTime, `adapters.app.Unfit` and DatabaseInUse before anything has happened."""
    console = Console(screen.show)
    try:
        async with assembled(settings, transports=[console], now=clock, mode="demo") as lotse:
            target = await _set_clock(lotse, clock, at)
            if with_demo:
                await demo.make(lotse, clock.now)
            session = Session(lotse, clock, demo.SPEAKER)
            if isinstance(screen, Readable):
                screen.storage = lotse.storage
                screen.speaker = session.speaker
                await _welcome(session, screen)
            await _tell_if_held(lotse, complaints)
            await session.move(target)
            return await _carry_out(lines, session, screen, complaints, console)
    except DatabaseInUse as busy:
        raise Unfit(_who_holds(settings, busy)) from None


async def _set_clock(lotse: Lotse, clock: HandClock, at: datetime | None) -> datetime:
    """Takes the kept time, and says up to when to move from there."""
    async with lotse.storage.unit(write=False) as uow:
        kept = await uow.meta.clock()
    if kept is None:
        clock.now = at or demo.START
        return clock.now
    if at is not None and at < kept:
        raise BackInTime(f"the clock of this database shows {said(kept)} and never goes back: give --at a later time")
    clock.now = kept
    return at or kept


async def _carry_out(lines: Lines, session: Session, screen: Screen, complaints: TextIO, console: Console) -> int:
    number, code = 0, 0
    while not console.closed and (raw := await lines.next(session)) is not None:
        number += 1
        try:
            match read(raw, session.now):
                case Say(text=text):
                    await session.say(text)
                case Become(name=name):
                    known = await session.become(name)
                    if isinstance(screen, Readable):
                        screen.speaker = session.speaker
                        key = "console.became" if known else "console.became_new"
                        screen.tell(Words()(key, name=session.speaker))
                case MoveClock(target=target):
                    await session.move(target)
                    if isinstance(screen, Readable):
                        screen.tell(Words()("console.time", moment=Words().moment(session.now)))
                case ShowHelp(text=text):
                    screen.tell(Words()("console.help"))
                    await session.say(text)
                case None:
                    pass
        except Unusable as reason:
            print(f"line {number}: {reason}", file=complaints, flush=True)
            code = UNUSABLE_LINES
    return code


async def _welcome(session: Session, screen: Readable) -> None:
    words = Words()
    place = await screen.place_of(session.speaker)
    screen.tell(words("console.welcome"))
    if place:
        moment = words.moment(session.now)
        screen.tell(words("console.speaking", name=session.speaker, place=place, moment=moment))
    screen.tell("\n".join([words("console.try"), *(f"  {line}" for line in examples())]))
    screen.tell(words("console.more") + "\n")


def examples() -> tuple[str, ...]:
    """Three sentences to begin with."""
    return tuple(Words()(f"console.example.{number}") for number in (1, 2, 3))


async def _tell_if_held(lotse: Lotse, complaints: TextIO) -> None:
    async with lotse.storage.unit(write=False) as uow:
        held = await uow.meta.get(SENDING_HELD)
    if held is not None:
        print(f"nothing is sent: {held}; see `lotse doctor`, then `lotse release`", file=complaints, flush=True)


def _who_holds(settings: Settings, busy: DatabaseInUse) -> str:
    file = sqlite_file(settings.database)
    assert file is not None
    try:
        process = file.with_name(file.name + ".lock").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        process = ""
    return f"{busy} (it is process {process})" if process.isdigit() else str(busy)
