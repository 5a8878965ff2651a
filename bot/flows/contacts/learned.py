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
    mine = await scene.knowledge.profiles.one(scene.uow, reader.key, scene.today(reader))
    if mine is not None and lesson.author in mine.blocked:
        return False
    if lesson.level is Level.NETWORK or lesson.author == reader.key:
        return True
    theirs = await scene.knowledge.profiles.one(scene.uow, lesson.author, scene.today(reader))
    if mine is None or mine.body is None or theirs is None or theirs.body is None:
        return False
    return mine.body.key == theirs.body.key
