"""What others learned, as far as a reader may read it."""

from bot.lessons import Lesson, Level
from bot.model import Person
from bot.turn import Scene


async def lessons_on(scene: Scene, reader: Person, topic: str | None, text: str) -> list[Lesson]:
    """Those this reader may read, best first; suggested by the index, believed only after a look at the database."""
    if not len(scene.knowledge.lessons):
        return []
    known = scene.knowledge.topics.get(topic) if topic else None
    keys = [hit.id for hit in scene.knowledge.lessons.search(text, known)]
    found = await scene.uow.lessons.many(keys) if keys else {}
    return [found[key] for key in keys if key in found and await may_read(scene, found[key], reader)]


async def may_read(scene: Scene, lesson: Lesson, reader: Person) -> bool:
    """As the database has it now: released, and to this reader."""
    if lesson.shown is None or lesson.level is Level.ME:
        return False
    if lesson.author in await scene.uow.people.blocked(reader.key):
        return False
    if lesson.level is Level.NETWORK or lesson.author == reader.key:
        return True
    bodies = await scene.uow.people.bodies_of([lesson.author, reader.key], scene.today(reader))
    theirs, mine = bodies.get(lesson.author), bodies.get(reader.key)
    return theirs is not None and mine is not None and theirs.key == mine.key
