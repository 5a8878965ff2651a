"""Why a database can't be used, and what to do about it, in words for operators; never the driver's own words, which
may hold a password or what people wrote.
"""

import sqlite3

_CHECK = "check LOTSE_DATABASE_URL, that the server runs, and that this account may use the database"


def explained(error: BaseException) -> tuple[str, str]:
    """The reason and the remedy, of an error of the driver or of the operating system."""
    cause = getattr(error, "orig", None) or error
    code: int | None = getattr(cause, "sqlite_errorcode", None)
    match None if code is None else code & 0xFF:  # the rest of it are details
        case sqlite3.SQLITE_FULL:
            return "the disk is full", "make room"
        case sqlite3.SQLITE_IOERR:
            return "the disk can't be read or written, or is full", "make room, or have the disk looked at"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return (
                "the file can't be opened and written",
                "make it and its folder belong to whoever runs Lotse, on a disk that can be written",
            )
        case sqlite3.SQLITE_NOTADB:
            return "the file is no SQLite database", "set LOTSE_DATA or LOTSE_DATABASE_URL to another path"
        case sqlite3.SQLITE_CORRUPT:
            return "the file is damaged", "put it aside and take the last backup with `lotse restore`"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "another process has been writing for long", "try again, or see which one it is"
        case _ if isinstance(cause, OSError) and cause.filename is not None:
            return f"{cause.filename}: {cause.strerror}", "make it belong to whoever runs Lotse, on a disk with room"
        case _:
            return type(cause).__name__, _CHECK
