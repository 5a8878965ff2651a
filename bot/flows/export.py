"""The export of a person's data as two files: JSON for machines, and one page to read that needs nothing else.

The page has a language, a heading for each kind of data, real tables with captions and header cells, and sufficient
contrast in light and dark (WCAG 2.2 AA); it runs no script and loads nothing.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any

from bot.languages import catalogue
from bot.words import Words

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
table { border-collapse: collapse; width: 100%; margin: 0 0 1.5rem; }
caption { text-align: start; font-weight: 600; padding: .25rem 0; }
th, td { border: 1px solid; padding: .25rem .5rem; text-align: start; vertical-align: top; overflow-wrap: anywhere; }
th { width: 14rem; }
"""


def as_json(everything: Mapping[str, Any], at: datetime) -> bytes:
    """UTF-8, with the time it was made."""
    data = {"made_at": at.isoformat(), "data": everything}
    return json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True, default=str).encode()


def as_html(everything: Mapping[str, Any], words: Words, at: datetime) -> bytes:
    title = escape(words("export.title"))
    parts = [
        "<!doctype html>",
        f'<html lang="{words.language}">',
        f'<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>',
        f"<style>{STYLE}</style></head>",
        f"<body><main><h1>{title}</h1>",
        f"<p>{escape(words('export.made', at=words.moment(at)))}</p>",
        f"<p>{escape(words('export.others'))}</p>",
    ]
    for table, rows in everything.items():
        heading = escape(_label("table", table, words))
        parts.append(f"<section><h2>{heading}</h2>")
        entries = rows if isinstance(rows, list) else [rows]
        for number, row in enumerate(entries, start=1):
            caption = escape(words("export.entry", number=number, of=len(entries)))
            parts.append(f"<table><caption>{heading}: {caption}</caption><tbody>")
            for column, value in row.items():
                label, shown = escape(_label("column", column, words)), escape(_value(value, words))
                parts.append(f'<tr><th scope="row">{label}</th><td>{shown}</td></tr>')
            parts.append("</tbody></table>")
        parts.append("</section>")
    parts.append("</main></body></html>")
    return "\n".join(parts).encode()


def _label(kind: str, name: str, words: Words) -> str:
    """In words where there are any; a new column reads as it is called."""
    key = f"export.{kind}.{name}"
    return words(key) if key in catalogue(words.language) else name.replace("_", " ")


def _value(value: Any, words: Words) -> str:
    match value:
        case bool():
            return words("export.yes" if value else "export.no")
        case list() | tuple():
            return ", ".join(_value(one, words) for one in value)
        case dict():
            return ", ".join(f"{name}: {_value(one, words)}" for name, one in value.items())
        case _:
            return str(value)
