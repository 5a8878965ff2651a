"""Files behind a link: one download within 24 hours, for platforms that can't carry them to their recipient.

The link is the only key: 256 random bits, of which the database keeps a hash, so that nobody can make one and whoever
reads the database can't use one. Opening it shows a page with a button; only the press hands the file over and
deletes it, so that the previews and scanners that open every link take nothing away.
"""

import base64
import hashlib
import html
import re
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.events import Account
from bot.languages import LanguageCode
from bot.messages import File
from bot.words import Words
from storage.unit_of_work import Storage

PLATFORM, KIND = "web", "file"  # of the notes
VALID = timedelta(hours=24)
PATH = "/files"
_KEY = re.compile(r"[A-Za-z0-9_-]{43}")
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
}


class Files:
    """`public_url` is how this process is reached from outside. It serves once `begin` has been called."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url.rstrip("/")
        self._storage: Storage | None = None
        self._now: Callable[[], datetime] | None = None
        self.routes: Sequence[web.RouteDef] = (
            web.get(f"{PATH}/{{key}}", self._page),
            web.post(f"{PATH}/{{key}}", self._download),
        )

    def begin(self, storage: Storage, now: Callable[[], datetime]) -> None:
        self._storage, self._now = storage, now

    async def offer(self, file: File, row: str, account: Account, language: LanguageCode) -> str:
        """The link. `row` names the file: offered a second time, the link of before is void. It goes with an erasure."""
        storage, now = self._ready()
        key = secrets.token_urlsafe(32)
        value = {
            "row": row,
            "name": file.name,
            "type": file.content_type,
            "content": base64.b64encode(file.content).decode("ascii"),
            "language": language,
            "until": (now + VALID).isoformat(),
        }
        async with storage.unit() as uow:
            for old, found in await uow.notes.all(PLATFORM, KIND):
                if found["row"] == row:
                    await uow.notes.drop(PLATFORM, KIND, old)
            await uow.notes.put(PLATFORM, KIND, _digest(key), value, now, account=account)
            await uow.commit()
        return f"{self._public_url}{PATH}/{key}"

    async def sweep(self) -> int:
        """Deletes what nobody has fetched in time; how many files that were."""
        storage, now = self._ready()
        async with storage.unit() as uow:
            late = [key for key, found in await uow.notes.all(PLATFORM, KIND) if _over(found, now)]
            for key in late:
                await uow.notes.drop(PLATFORM, KIND, key)
            if late:
                await uow.commit()
        return len(late)

    def _ready(self) -> tuple[Storage, datetime]:
        if self._storage is None or self._now is None:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "5"})
        return self._storage, self._now()

    async def _page(self, request: web.Request) -> web.Response:
        storage, now = self._ready()
        async with storage.unit(write=False) as uow:
            found = await uow.notes.get(PLATFORM, KIND, _digest(request.match_info["key"]))
        if found is None or _over(found, now):
            return _gone()
        say = Words("en" if found["language"] == "en" else "de")
        until = say.moment(datetime.fromisoformat(found["until"]))
        return _html(
            say,
            200,
            say("files.title", name=found["name"]),
            say("files.once", until=until),
            f'<form method="post"><button>{html.escape(say("files.download"))}</button></form>',
        )

    async def _download(self, request: web.Request) -> web.Response:
        storage, now = self._ready()
        async with storage.unit() as uow:
            found = await uow.notes.take(PLATFORM, KIND, _digest(request.match_info["key"]))
            await uow.commit()
        if found is None or _over(found, now):
            return _gone()
        plain = re.sub(r'[^A-Za-z0-9._ -]|"', "_", found["name"])
        named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(found['name'], safe='')}"
        return web.Response(
            body=base64.b64decode(found["content"]),
            headers={**_HEADERS, "Content-Type": found["type"], "Content-Disposition": named},
        )


def _digest(key: str) -> str:
    """What is no key of ours leads nowhere."""
    return hashlib.sha256(key.encode()).hexdigest() if _KEY.fullmatch(key) else ""


def _over(found: dict[str, Any], now: datetime) -> bool:
    return datetime.fromisoformat(found["until"]) <= now


def _gone() -> web.Response:
    """In both languages: for whom it was is no longer known."""
    words = [Words("de"), Words("en")]
    return _html(words[0], 410, words[0]("files.gone"), words[1]("files.gone"), "")


def _html(say: Words, status: int, title: str, text: str, more: str) -> web.Response:
    page = (
        f'<!doctype html><html lang="{say.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>body{{font:1.1rem/1.5 sans-serif;max-width:36rem;margin:3rem auto;"
        "padding:0 1rem}button{font:inherit;padding:.6rem 1.2rem}</style></head>"
        f"<body><main><h1>{html.escape(title)}</h1><p>{html.escape(text)}</p>{more}</main></body></html>"
    )
    return web.Response(status=status, text=page, content_type="text/html", headers=_HEADERS)
