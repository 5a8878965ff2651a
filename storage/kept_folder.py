"""A folder that belongs to the database, such as the keys of a platform's device: into a backup, and back out of it."""

import os
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

PREFIX = "folder/"


def keep(archive: ZipFile, folder: Path) -> int:
    """Every file but locks; databases as of one moment, whoever writes in them. How many; 0 where there is no folder."""
    found = sorted(path for path in folder.glob("*") if path.is_file()) if folder.is_dir() else []
    kept = [path for path in found if path.suffix != ".lock" and not path.name.endswith(("-wal", "-shm", "-journal"))]
    for path in kept:
        if path.suffix == ".db":
            archive.writestr(PREFIX + path.name, _copied(path))
        else:
            archive.write(path, PREFIX + path.name)
    return len(kept)


def put_back(archive: ZipFile, folder: Path) -> int:
    """For its owner only. How many files; raises FileExistsError if one of them is there already."""
    names = [name for name in archive.namelist() if name.startswith(PREFIX)]
    if names:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    for name in names:
        path = folder / Path(name.removeprefix(PREFIX)).name
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(archive.read(name))
    return len(names)


def _copied(path: Path) -> bytes:
    with TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        source, target = sqlite3.connect(path), sqlite3.connect(copy)
        try:
            source.backup(target)
        finally:
            source.close()
            target.close()
        return copy.read_bytes()
