"""The schema's history. A revision must run beside the previous release, on SQLite and on PostgreSQL."""

from pathlib import Path

VERSIONS = Path(__file__).parent / "versions"
HEAD = max((file.name[:4] for file in VERSIONS.glob("[0-9]*.py")), default="0000")
"""The newest revision: files are numbered."""
