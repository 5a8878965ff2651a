"""The list of everything that is stored, drawn from the tags: `python -m storage.inventory > docs/stored-data.md`."""

from storage.columns import Erase, Keep, Tag, metadata, tag_of

_HEAD = """\
# What is stored

Drawn from the tags of the columns (`storage/tables.py`) by `python -m storage.inventory`; a test fails when it is out
of date. *Export* is what "Was wissen Sie über mich?" hands over; *erasure* is what "Vergiss mich" does.
"""


def inventory() -> str:
    """Markdown; the columns of a table that share a tag stand in one line."""
    parts = [_HEAD]
    for table in sorted(metadata.sorted_tables, key=lambda table: table.name):
        lines: dict[tuple[str, Keep, str, Erase], list[str]] = {}
        for column in table.c:
            tag = tag_of(column)
            lines.setdefault((tag.purpose, tag.retention, _export(tag), tag.erase), []).append(f"`{column.name}`")
        parts.append(f"## {table.name}\n\n| columns | purpose | kept | export | erasure |\n|---|---|---|---|---|")
        for (purpose, keep, export, erase), names in lines.items():
            parts[-1] += f"\n| {', '.join(names)} | {purpose} | {keep.value} | {export} | {erase.value} |"
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def _export(tag: Tag) -> str:
    if not tag.export:
        return "no"
    return "yes" if "*" in tag.export else "yes, to " + ", ".join(f"`{name}`" for name in sorted(tag.export))


if __name__ == "__main__":
    import sys

    import storage.tables  # noqa: F401  (fills the metadata)

    sys.stdout.write(inventory())
