"""Quality against speed as a picture: one point per engine, the better the higher, the quicker the further left."""

from collections.abc import Mapping
from html import escape
from math import log10
from pathlib import Path

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 760, 420, 70, 60, 50, 30
LOWEST, HIGHEST = 0.0, 0.75  # nDCG@10
QUICKEST, SLOWEST = 0.01, 1000.0  # ms


def draw(file: Path, title: str, points: Mapping[str, tuple[float, float, float]]) -> None:
    """`points`: by engine the p95 in ms, nDCG@10, and nDCG@10 with a slip (drawn hollow, joined by a line)."""
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}"'
            ' font-family="sans-serif" font-size="13">'
        ),
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="24" font-size="15" font-weight="bold">{escape(title)}</text>',
    ]
    for power in range(-2, 4):
        x = _x(10.0**power)
        parts.append(f'<line x1="{x}" y1="{TOP}" x2="{x}" y2="{HEIGHT - BOTTOM}" stroke="#ddd"/>')
        parts.append(f'<text x="{x}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{10.0**power:g}</text>')
    for step in range(8):
        y = _y(step / 10)
        parts.append(f'<line x1="{LEFT}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{step / 10:g}</text>')
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 16}" text-anchor="middle">p95 in ms per question, logarithmic</text>'
    )
    parts.append(
        f'<text transform="translate(20 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">nDCG@10</text>'
    )
    for name, (p95, good, slipped) in points.items():
        ours = name.startswith("Lotse")
        colour = "#b3261e" if ours else "#35618e"
        x, y, low = _x(p95), _y(good), _y(slipped)
        left = x > WIDTH * 0.7
        parts += [
            f'<line x1="{x}" y1="{y}" x2="{x}" y2="{low}" stroke="{colour}" stroke-dasharray="3 3"/>',
            f'<circle cx="{x}" cy="{low}" r="5" fill="#fff" stroke="{colour}" stroke-width="2"/>',
            f'<circle cx="{x}" cy="{y}" r="6" fill="{colour}"/>',
            (
                f'<text x="{x + (-11 if left else 11)}" y="{y + 4}" text-anchor="{"end" if left else "start"}" fill="{colour}"'
                f' font-weight="{"bold" if ours else "normal"}">{escape(name)}</text>'
            ),
        ]
    parts.append(
        f'<text x="{WIDTH - RIGHT}" y="{TOP - 10}" text-anchor="end" fill="#555">filled: as written; hollow: with a slip</text>'
    )
    file.write_text("\n".join([*parts, "</svg>", ""]), encoding="utf-8")


def _x(ms: float) -> float:
    share = (log10(ms) - log10(QUICKEST)) / (log10(SLOWEST) - log10(QUICKEST))
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _y(quality: float) -> float:
    share = (quality - LOWEST) / (HIGHEST - LOWEST)
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)
