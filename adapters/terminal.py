"""Which lines and which screen a chat has: a person at a terminal, a pipe, a program, or nobody at all."""

import sys
from datetime import datetime

from adapters import demo as demo_network
from adapters.chat import Piped, Written, converse, examples
from adapters.config import Settings
from adapters.console import HandClock
from adapters.screen import JsonLines, Readable


async def chat(settings: Settings, *, as_json: bool, at: datetime | None, with_demo: bool) -> int:
    """The exit code."""
    clock = HandClock(demo_network.START)
    if as_json:
        screen = JsonLines(sys.stdout, sys.stderr, clock)
        lines = Piped(sys.stdin.buffer)
        return await converse(
            settings, lines=lines, screen=screen, complaints=sys.stderr, clock=clock, at=at, with_demo=with_demo
        )
    return await _readable(settings, clock, at=at, with_demo=with_demo, play=False)


async def demo(settings: Settings) -> int:
    """In the demo network; where there is no terminal, its examples are played."""
    clock = HandClock(demo_network.START)
    return await _readable(settings, clock, at=None, with_demo=True, play=True)


async def _readable(settings: Settings, clock: HandClock, *, at: datetime | None, with_demo: bool, play: bool) -> int:
    from rich.console import Console as Terminal  # noqa: PLC0415  (not needed for JSON)

    screen = Readable(Terminal(highlight=False, markup=False, emoji=False))
    if sys.stdin.isatty() and sys.stdout.isatty():
        from adapters.prompt import Prompt  # noqa: PLC0415  (takes time to load)

        lines: Prompt | Piped | Written = Prompt()
    elif play:
        lines = Written(examples(), screen)
    else:
        lines = Piped(sys.stdin.buffer)
    return await converse(
        settings, lines=lines, screen=screen, complaints=sys.stderr, clock=clock, at=at, with_demo=with_demo
    )
