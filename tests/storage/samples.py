"""Values to store: two people, their towns, and what happens between them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.events import Account, Address, Incoming, Said
from bot.model import Affiliation, Body, Enquiry, Introduction, Offer, Person, Source, new_key

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

ERBACH = Body(
    key="08425039",
    name="Erbach",
    official_name="Erbach, Stadt",
    state="Baden-Württemberg",
    district="Alb-Donau-Kreis",
    population=14_100,
    lat=48.33,
    lon=9.89,
    postcode="89155",
)
HUECKELHOVEN = Body(
    key="05370020",
    name="Hückelhoven",
    official_name="Hückelhoven, Stadt",
    state="Nordrhein-Westfalen",
    district="Heinsberg",
    population=41_200,
    lat=51.05,
    lon=6.22,
    postcode="41836",
)


def incoming(account: str, text: str = "Hallo", *, event: str | None = None, **more: Any) -> Incoming:
    address = Address(more.pop("address", "window"))
    name = more.pop("name", "Miriam Vogt")
    return Incoming(
        id=event or new_key("e"),
        platform=account.partition(":")[0],
        account=Account(account),
        name=name,
        address=address,
        at=more.pop("at", NOW),
        what=more.pop("what", Said(text=text)),
        **more,
    )


def person(name: str = "Miriam Vogt", **more: Any) -> Person:
    values = {"key": new_key("p"), "created_at": NOW, "active_at": NOW, "confirmed_at": NOW, **more}
    return Person(name=name, **values)


def affiliation(who: Person, body: Body, source: Source = Source.OWN, since: date = TODAY) -> Affiliation:
    return Affiliation(person=who.key, body=body.key, source=source, since=since)


def offer(who: Person, topic: str | None = "e-akte", **more: Any) -> Offer:
    values = {"key": new_key("o"), "kind": "offer", "text": "E-Akte", "declared_at": NOW, **more}
    return Offer(person=who.key, topic=topic, **values)


def enquiry(asker: Person, **more: Any) -> Enquiry:
    values = {"key": new_key("q"), "topic": "e-akte", "text": "E-Akte", "at": NOW, **more}
    return Enquiry(asker=asker.key, **values)


def introduction(of: Enquiry, contact: Person, **more: Any) -> Introduction:
    values = {
        "key": new_key("i"),
        "topic": of.topic,
        "topic_text": of.text,
        "reason": "Wir wissen nicht, wie wir 40 Jahre Bauakten scannen sollen.",
        "created_at": NOW,
        **more,
    }
    return Introduction(enquiry=of.key, asker=of.asker, contact=contact.key, **values)
