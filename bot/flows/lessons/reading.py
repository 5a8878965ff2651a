"""How a lesson reads to others: whose town it comes from, where it was learned (by name only with a yes), in three parts."""

from bot.flows.introductions.words import body_of
from bot.flows.listing import described, place_line, place_name
from bot.lessons import Lesson, Parts, taken_apart, without_name
from bot.messages import Contact
from bot.turn import Scene
from bot.words import Words


async def nameless(scene: Scene, lesson: Lesson) -> str:
    """The author's text without the other side's town and people."""
    gap = scene.words(await scene.uow.people.get(lesson.author))("lessons.nameless.gap")
    return without_name(lesson.text or "", dict.fromkeys(await names_in(scene, lesson), gap))


async def names_in(scene: Scene, lesson: Lesson) -> list[str]:
    """What would tell readers where it was learned."""
    body = await scene.uow.bodies.get(lesson.place) if lesson.place else None
    other = await scene.uow.people.get(other_side) if (other_side := await other_of(scene, lesson)) else None
    names = [body.name] if body else []
    if other is not None:
        names += [other.name, other.name.split()[-1]]
    return names


async def other_of(scene: Scene, lesson: Lesson) -> str | None:
    """The other side of the visit it was learned on."""
    visit = await scene.uow.visits.get(lesson.visit) if lesson.visit else None
    side = visit.side(lesson.author) if visit else None
    return visit.other(side) if visit is not None and side is not None else None


async def entry_of(scene: Scene, lesson: Lesson, say: Words) -> Contact:
    author = await scene.uow.people.get(lesson.author)
    body = await body_of(scene, author) if author else None
    resolved = scene.knowledge.topic(lesson.topic) if lesson.topic else None
    label = scene.knowledge.topics.label(resolved.topic.id, say.language) if resolved else lesson.topic
    facts = [source] if (source := await source_of(scene, lesson, say)) else []
    return Contact(
        title=label or say("lessons.untitled"),
        place=place_line(body, say, scene.knowledge),
        facts=tuple(facts),
        reasons=tuple(f"{name}: {said}" for name, said in rows_of(taken_apart(lesson.shown or ""), say)),
        lesson=lesson.key,
    )


async def source_of(scene: Scene, lesson: Lesson, say: Words) -> str | None:
    """ "nach einem Besuch in Hückelhoven, Januar 2027"."""
    body = await scene.uow.bodies.get(lesson.place) if lesson.place else None
    if body is None:
        return None
    place = place_name(body, scene.knowledge) if lesson.named else described(body, say)
    if lesson.visited_on is None:
        return say("lessons.source.with", place=place)
    return say("lessons.source.visit", place=place, month=say.month(lesson.visited_on))


def rows_of(parts: Parts, say: Words) -> list[tuple[str, str]]:
    named = (("new", parts.new), ("confirmed", parts.confirmed), ("next", parts.next_step))
    return [(say(f"lessons.{name}"), " ".join(said)) for name, said in named if said]
