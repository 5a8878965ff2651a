"""Reading what others send, up to a limit."""

import json
from typing import Any

from aiohttp import StreamReader
from pydantic_core import from_json

from adapters.inside import cleaned


async def bounded(stream: StreamReader, limit: int) -> bytes:
    """All of it. Raises ValueError for more than `limit` bytes, and reads no further."""
    if stream.is_eof():  # it came with the head, as most do
        whole = stream.read_nowait()
        if len(whole) > limit:
            raise ValueError("too large")
        return whole
    parts: list[bytes] = []
    size = 0
    async for part in stream.iter_chunked(65_536):
        size += len(part)
        if size > limit:
            raise ValueError("too large")
        parts.append(part)
    return b"".join(parts)


def loads(content: bytes | str) -> Any:
    """Raises ValueError, RecursionError. What pydantic refuses, the standard library may still take."""
    try:
        return from_json(content)
    except ValueError:
        return json.loads(content)


def clean(content: bytes) -> Any:
    """JSON without what no database takes. pydantic takes no halves of characters; NUL comes as an escape or not at all.

    Raises ValueError, RecursionError.
    """
    if b"\\u0000" not in content:
        try:
            return from_json(content)
        except ValueError:
            pass
    return cleaned(json.loads(content))
