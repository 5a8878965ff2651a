"""The register and the topics as shipped: rows of the package data as values."""

import csv
import hashlib
from collections.abc import Iterator
from importlib.resources import files

from bot.matching.places import Municipality
from bot.matching.topics import Topic

DATA = files("storage").joinpath("data")
MUNICIPALITIES, TOPICS = "municipalities.csv", "topics.csv"


def version() -> str:
    """Of all that is shipped: another one with each change of it."""
    whole = hashlib.sha256()
    for name in (MUNICIPALITIES, TOPICS):
        whole.update(DATA.joinpath(name).read_bytes())
    return whole.hexdigest()[:16]


def _rows(name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(DATA.joinpath(name).read_text(encoding="utf-8").splitlines())


def municipalities() -> Iterator[Municipality]:
    for row in _rows(MUNICIPALITIES):
        yield Municipality(
            key=row["ags"],
            name=row["name"],
            official_name=row["official_name"],
            state=row["state"],
            district=row["district"],
            population=int(row["population"]),
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            postcode=row["postcode"],
        )


def topics() -> Iterator[Topic]:
    for row in _rows(TOPICS):
        yield Topic(
            id=row["id"],
            label_de=row["label_de"],
            label_en=row["label_en"],
            synonyms=tuple(part for part in row["synonyms"].split(";") if part),
            broader=row["broader"] or None,
        )
