"""The register and the topics as shipped: rows of the package data as values."""

import csv
from collections.abc import Iterator
from importlib.resources import files

from bot.matching.places import Municipality
from bot.matching.topics import Topic


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("storage").joinpath("data", name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())


def municipalities() -> Iterator[Municipality]:
    for row in _rows("municipalities.csv"):
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
    for row in _rows("topics.csv"):
        yield Topic(
            id=row["id"],
            label_de=row["label_de"],
            label_en=row["label_en"],
            synonyms=tuple(part for part in row["synonyms"].split(";") if part),
            broader=row["broader"] or None,
        )
