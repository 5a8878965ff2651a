"""The file of erasures that outlives a restore: random person keys, one a line, outside database and backup."""

import os
from collections.abc import Iterable
from pathlib import Path


class Tombstones:
    """Without a path nothing is kept and nothing is found."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._written: frozenset[str] | None = None

    @property
    def kept(self) -> bool:
        return self._path is not None

    def read(self) -> frozenset[str]:
        if self._path is None or not self._path.exists():
            return frozenset()
        return frozenset(self._path.read_text(encoding="ascii").split())

    def add(self, people: Iterable[str]) -> None:
        """Appends those that are missing; on the disk when this returns."""
        if self._path is None:
            return
        if self._written is None:
            self._written = self.read()
        missing = sorted(set(people) - self._written)
        if not missing:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="ascii") as file:
            file.writelines(f"{person}\n" for person in missing)
            file.flush()
            os.fsync(file.fileno())
        self._written |= frozenset(missing)
