"""What the core knows by heart: the register, the topics and the index over people, kept in step with the stores."""

import asyncio
from collections.abc import Sequence

from bot.geo import state_named
from bot.lessons import Lesson, Level
from bot.matching.index import Document, Index
from bot.matching.places import Found, Gazetteer
from bot.matching.topics import Resolved, TopicTable
from bot.model import Offer, Person
from bot.ports import UnitOfWork
from bot.profiles import Profiles, findable

NAMED = 200  # letters up to which free text names a topic; what is longer tells of one, and counts less
AT_ONCE = 5_000  # people read in one statement; databases bound the number of parameters


class Knowledge:
    """In memory, one per process, the same over both databases. It only ever suggests: whoever is shown was read
    from the database in the same turn.

    `refresh` costs one look when nothing has changed. What takes longer than a turn may (the index of everybody,
    at the start and when it has become fragmented) is built in a thread, and the loop goes on.
    """

    def __init__(self, *, fragmented: int = AT_ONCE) -> None:
        """`fragmented`: dead entries of the index from which it may be built anew."""
        self._fragmented = fragmented
        self.profiles = Profiles()
        self.places = Gazetteer(())
        self.topics = TopicTable(())
        self.people = Index.build(())
        self.lessons = Index.build(())  # what others may read; small, and kept with its authors
        self._lessons_of: dict[str, set[str]] = {}  # author → lessons in the index
        self._homes: dict[str, str] = {}  # person → body
        self._states: dict[str, str] = {}  # body → state
        self._topic_mark = -1
        self._people_mark = -1
        self._one_at_a_time = asyncio.Lock()
        self._rebuild: asyncio.Task[Index] | None = None
        self._since: set[str] = set()  # who has changed since the rebuild began

    async def refresh(self, uow: UnitOfWork) -> None:
        """Takes in what has changed since the last time, in this or any other process."""
        async with self._one_at_a_time:
            now = await uow.people.changed_since(self._people_mark)
            if now.topics != self._topic_mark:
                self.places = Gazetteer(await uow.bodies.all())
                self._states = {body.key: body.state for body in self.places.all}
                self.topics = TopicTable(await uow.topics.all())
                self.profiles.clear()
                self._topic_mark = now.topics
            if now.people != self._people_mark:
                self.profiles.forget(now.changed)
                await self._follow(uow, now.changed)
                self._people_mark = now.people
            self._swap()

    def doubt(self) -> None:
        """A commit failed: what was taken in may never have been. The next `refresh` reads everything anew."""
        self._topic_mark = self._people_mark = -1
        self.profiles.clear()

    async def _follow(self, uow: UnitOfWork, changed: Sequence[str]) -> None:
        documents: list[Document] = []
        for start in range(0, len(changed), AT_ONCE):
            documents += await self._take_in(uow, changed[start : start + AT_ONCE])
        if self._people_mark == -1:
            self.people = await asyncio.to_thread(Index.build, documents)
            return
        for document in documents:
            self.people.put(document)
        if self._rebuild is not None:
            self._since.update(changed)
        elif self.people.dead > max(self._fragmented, len(self.people)):
            self._rebuild = asyncio.create_task(asyncio.to_thread(Index.build, self.people.documents))

    def _swap(self) -> None:
        """Takes the rebuilt index, with what has changed since it began."""
        if self._rebuild is None or not self._rebuild.done():
            return
        rebuilt = self._rebuild.result()
        now = {document.id: document for document in self.people.documents}
        for key in self._since:
            if key in now:
                rebuilt.put(now[key])
            else:
                rebuilt.remove(key)
        self.people, self._rebuild, self._since = rebuilt, None, set()

    async def _take_in(self, uow: UnitOfWork, changed: Sequence[str]) -> list[Document]:
        """The documents of those who can be found; the others leave the index."""
        people = await uow.people.many(changed)
        offers = await uow.people.offers_of(people)
        bodies = await uow.people.bodies_of(people)
        shown = await uow.lessons.shown_by(changed)
        documents: list[Document] = []
        for key in changed:
            self._follow_lessons(key, shown.get(key, ()))
            if body := bodies.get(key):
                self._homes[key] = body.key
            else:
                self._homes.pop(key, None)
            person = people.get(key)
            offered = [offer for offer in offers.get(key, ()) if offer.kind == "offer"]
            if person is not None and offered and findable(person):
                documents.append(self._document(person, offered, shown.get(key, ())))
            else:
                self.people.remove(key)
        return documents

    def _follow_lessons(self, author: str, shown: Sequence[Lesson]) -> None:
        for gone in self._lessons_of.pop(author, ()):
            self.lessons.remove(gone)
        for lesson in shown:
            known = self.topics.resolve(lesson.topic or "")
            topics = (known.topic.id,) if known else ()
            self.lessons.put(Document(id=lesson.key, topics=topics, title=lesson.topic or "", text=lesson.shown or ""))
            self._lessons_of.setdefault(author, set()).add(lesson.key)

    def home_state(self, person: str) -> str | None:
        return self._states.get(self._homes.get(person, ""))

    # What the understanding asks (its Lexicon).

    def place(self, text: str) -> Found:
        return self.places.find(text)

    def topic(self, text: str) -> Resolved | None:
        return self.topics.resolve(text)

    def state(self, text: str) -> str | None:
        return state_named(text)

    def knows_place(self, text: str) -> bool:
        return self.places.knows(text)

    def begins_place(self, word: str) -> bool:
        return self.places.begins(word)

    def knows_topic(self, text: str) -> bool:
        return self.topics.knows(text)

    def begins_topic(self, word: str) -> bool:
        return self.topics.begins(word)

    def _document(self, person: Person, offered: list[Offer], shown: Sequence[Lesson]) -> Document:
        """With what they let the whole network read; what only their colleagues read must not move them for others."""
        learned = [f"{one.topic or ''} {one.shown or ''}" for one in shown if one.level is Level.NETWORK]
        declared = [offer.text for offer in offered if offer.topic or len(offer.text) <= NAMED]
        told = [offer.text for offer in offered if not offer.topic and len(offer.text) > NAMED]
        return Document(
            id=person.key,
            topics=tuple(offer.topic for offer in offered if offer.topic),
            title=" \n".join([person.function or "", *declared]),
            text=" \n".join([*told, *learned]),
        )
