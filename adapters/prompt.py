"""Lines from somebody at a terminal. What was typed is remembered while the program runs, and written nowhere."""

from prompt_toolkit import PromptSession
from prompt_toolkit.formatted_text import FormattedText

from adapters.console import Session
from bot.words import Words


class Prompt:
    """Shows who speaks and what time it is."""

    def __init__(self) -> None:
        self._prompt: PromptSession[str] = PromptSession()

    async def next(self, session: Session) -> str | None:
        words = Words()
        time = f"{words.short_day(session.now)} {words.clock(session.now)}"
        shown = FormattedText([("", f"{time} "), ("bold", session.speaker), ("", "> ")])
        while True:
            try:
                return await self._prompt.prompt_async(shown)
            except KeyboardInterrupt:
                continue  # forgets the line, as shells do
            except EOFError:
                return None
