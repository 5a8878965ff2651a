"""The schema's history. A revision must run beside the previous release, on SQLite and on PostgreSQL."""

HEAD = "0001"
"""The newest revision; a test compares it with the files."""
