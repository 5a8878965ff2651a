"""Reading what others send, up to a limit."""

from aiohttp import StreamReader


async def bounded(stream: StreamReader, limit: int) -> bytes:
    """All of it. Raises ValueError for more than `limit` bytes, and reads no further."""
    parts: list[bytes] = []
    size = 0
    async for part in stream.iter_chunked(65_536):
        size += len(part)
        if size > limit:
            raise ValueError("too large")
        parts.append(part)
    return b"".join(parts)
