"""What the core knows by heart: the register, the topics and the index over people, kept in step with the stores."""

from collections.abc import Sequence

from bot.geo import state_named
from bot.matching.index import Document, Index
from bot.matching.places import Found, Gazetteer
from bot.matching.topics import Resolved, TopicTable
from bot.model import Offer, Person, Role
from bot.ports import UnitOfWork

AT_ONCE = 5_000  # people read in one statement; databases bound the number of parameters


class Knowledge:
    """In memory, one per process, the same over both databases. It only ever suggests: whoever is shown was read
    from the database in the same turn.

    `refresh` costs two counters when nothing has changed.
    """

    def __init__(self) -> None:
        self.places = Gazetteer(())
        self.topics = TopicTable(())
        self.people = Index.build(())
        self._states: dict[str, str] = {}
        self._topic_mark = -1
        self._people_mark = -1

    async def refresh(self, uow: UnitOfWork) -> None:
        """Takes in what has changed since the last time, in this or any other process."""
        mark = await uow.topics.mark()
        if mark != self._topic_mark:
            self.places = Gazetteer(await uow.bodies.all())
            self.topics = TopicTable(await uow.topics.all())
            self._topic_mark = mark
            self._people_mark = -1
        mark, changed = await uow.people.changed_since(self._people_mark)
        if mark == self._people_mark:
            return
        documents = [
            document
            for start in range(0, len(changed), AT_ONCE)
            for document in await self._take_in(uow, changed[start : start + AT_ONCE])
        ]
        if self._people_mark == -1:
            self.people = Index.build(documents)
        else:
            for document in documents:
                self.people.put(document)
            if self.people.dead > max(AT_ONCE, len(self.people)):
                self.people = self.people.rebuilt()
        self._people_mark = mark

    async def _take_in(self, uow: UnitOfWork, changed: Sequence[str]) -> list[Document]:
        """The documents of those who can be found; the others leave the index."""
        people = await uow.people.many(changed)
        offers = await uow.people.offers_of(people)
        bodies = await uow.people.bodies_of(people)
        documents: list[Document] = []
        for key in changed:
            if body := bodies.get(key):
                self._states[key] = body.state
            else:
                self._states.pop(key, None)
            person = people.get(key)
            offered = [offer for offer in offers.get(key, ()) if offer.kind == "offer"]
            if person is not None and offered and findable(person):
                documents.append(self._document(person, offered))
            else:
                self.people.remove(key)
        return documents

    def home_state(self, person: str) -> str | None:
        return self._states.get(person)

    # What the understanding asks (its Lexicon).

    def place(self, text: str) -> Found:
        return self.places.find(text)

    def topic(self, text: str) -> Resolved | None:
        return self.topics.resolve(text)

    def state(self, text: str) -> str | None:
        return state_named(text)

    def _document(self, person: Person, offered: list[Offer]) -> Document:
        return Document(
            id=person.key,
            topics=tuple(offer.topic for offer in offered if offer.topic),
            title=person.function or "",
            text=" \n".join(offer.text for offer in offered),
        )


def findable(person: Person) -> bool:
    """Nobody is found before they chose how to be listed; vendors never are. Pauses are looked at when answering."""
    return person.listing is not None and person.role is not Role.VENDOR and person.invited_until is None
