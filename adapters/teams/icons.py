"""The two icons of the app, drawn here: a compass rose in a ring, in colour (192 × 192) and as a white outline (32 × 32)."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

COLOUR, OUTLINE = 192, 32  # pixels
ACCENT = "#0B4F6C"
_LIGHT = (159, 211, 199)
_WHITE = (255, 255, 255)

Mask = NDArray[np.float64]


def colour() -> bytes:
    """White on our blue, the southern half of the needle lighter; to the edge, Teams rounds the corners itself."""
    x, y = _grid(COLOUR)
    image = np.zeros((COLOUR, COLOUR, 4))
    image[..., :3], image[..., 3] = tuple(bytes.fromhex(ACCENT[1:])), 255
    _paint(image, _ring(x, y, 0.74, 0.07, COLOUR), _WHITE)
    _paint(image, _needle(x, y, 0.20, 0.62, COLOUR), _WHITE)
    _paint(image, _needle(x, y, 0.20, 0.62, COLOUR) * (y > 0), _LIGHT)
    _paint(image, _disc(x, y, 0.07, COLOUR), tuple(bytes.fromhex(ACCENT[1:])))
    return _png(image)


def outline() -> bytes:
    """White and transparent, nothing else."""
    x, y = _grid(OUTLINE)
    shape = np.maximum(_ring(x, y, 0.84, 0.11, OUTLINE), _needle(x, y, 0.26, 0.66, OUTLINE))
    image = np.zeros((OUTLINE, OUTLINE, 4))
    image[..., :3] = 255
    image[..., 3] = 255 * shape * (1 - _disc(x, y, 0.12, OUTLINE))
    return _png(image)


def _grid(size: int) -> tuple[Mask, Mask]:
    """From -1 to 1, at the middle of each pixel."""
    line = (np.arange(size) + 0.5) / size * 2 - 1
    x, y = np.meshgrid(line, line)
    return x, y


def _soft(distance: Mask, size: int) -> Mask:
    """Inside is negative; the edge is one pixel wide."""
    return np.clip(0.5 - distance * size / 2, 0.0, 1.0)


def _ring(x: Mask, y: Mask, radius: float, half_width: float, size: int) -> Mask:
    return _soft(np.abs(np.hypot(x, y) - radius) - half_width, size)


def _disc(x: Mask, y: Mask, radius: float, size: int) -> Mask:
    return _soft(np.hypot(x, y) - radius, size)


def _needle(x: Mask, y: Mask, half_width: float, half_length: float, size: int) -> Mask:
    """A slim diamond, pointing north."""
    slope = np.hypot(1 / half_width, 1 / half_length)
    return _soft((np.abs(x) / half_width + np.abs(y) / half_length - 1) / slope, size)


def _paint(image: Mask, mask: Mask, colour: tuple[int, ...]) -> None:
    for channel, value in enumerate(colour):
        image[..., channel] += (value - image[..., channel]) * mask


def _png(image: Mask) -> bytes:
    height, width, _ = image.shape
    rows = np.clip(np.rint(image), 0, 255).astype(np.uint8)
    raw = b"".join(b"\x00" + rows[line].tobytes() for line in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(raw, 9)) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
