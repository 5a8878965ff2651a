"""What the two sides of an introduction read: the request, the handover, the neutral end, states in words."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.flows.contacts.reasons import topic_named
from bot.flows.listing import inhabitants, place_line, title
from bot.forms import Field, Form
from bot.hours import Kind
from bot.intents import (
    Accept,
    AskBack,
    AskTeam,
    CheckIn,
    Decline,
    FindContacts,
    Later,
    NextCandidate,
    No,
    NoteDemand,
    StillWanted,
    SuggestOther,
)
from bot.messages import Block, Choice, Choices, Facts, Quote, Text
from bot.model import Body, Enquiry, Handover, Introduction, Person
from bot.turn import Reply, Scene
from bot.words import Words

# ---------------------------------------------------------------- names and days


async def body_of(scene: Scene, person: Person) -> Body | None:
    return (await scene.uow.people.bodies_of([person.key], scene.today(person))).get(person.key)


async def called(scene: Scene, contact: Person | None, words: Words) -> str:
    """The contact as they chose to be listed, with their town: "Jens Kalthoff, Hückelhoven, Nordrhein-Westfalen"."""
    if contact is None:
        return words("introduction.somebody")
    return f"{title(contact, words)}, {place_line(await body_of(scene, contact), words, scene.knowledge)}"


def topic_of(scene: Scene, introduction: Introduction, words: Words) -> str:
    return topic_named(scene, introduction.topic, introduction.topic_text, words)


def goes_out_words(scene: Scene, sent: datetime, asker: Person, words: Words) -> str:
    """Such as "jetzt", or "morgen früh, Dienstag, 24. November 2026, 09:00 Uhr"."""
    if sent <= scene.now:
        return words("introduction.sent.now")
    local = sent.astimezone(ZoneInfo(words.timezone))
    if local.date() == scene.today(asker) + timedelta(days=1) and local.hour < 11:
        return words("introduction.sent.tomorrow", moment=words.moment(sent))
    return words("introduction.sent.at", moment=words.moment(sent))


# ---------------------------------------------------------------- the request


async def request_blocks(
    scene: Scene, introduction: Introduction, asker: Person, contact: Person, until: datetime
) -> tuple[Block, ...]:
    """Exactly what the contact reads, but for the choices; also the asker's preview. In the contact's language."""
    words = scene.words(contact)
    body = await body_of(scene, asker)
    who = f"{asker.name}, {asker.function}" if asker.function else asker.name
    rows = [(words("introduction.row.who"), who)]
    if body is not None:
        rows.append(
            (words("introduction.row.body"), f"{place_line(body, words, scene.knowledge)}, {inhabitants(body, words)}")
        )
    topic = topic_of(scene, introduction, words)
    rows.append((words("introduction.row.topic"), topic))
    return (
        Text(text=words("introduction.request.title", name=asker.name), style="title"),
        Facts(rows=tuple(rows)),
        Quote(text=introduction.reason),
        Text(text=words("introduction.request.promise", until=words.moment(until))),
    )


def consent_choices(introduction: Introduction, words: Words) -> Choices:
    """The contact's four answers; words that are none of them are taken as a question to the asker."""
    key = introduction.key
    question = Field(name="question", label=words("introduction.field.question"))
    return Choices(
        options=(
            Choice(label=words("introduction.choice.yes"), intent=Accept(introduction=key), says="yes"),
            Choice(label=words("introduction.choice.later"), intent=Later(introduction=key)),
            Choice(label=words("introduction.choice.other"), intent=SuggestOther(introduction=key)),
            Choice(label=words("introduction.choice.no"), intent=Decline(introduction=key), says="no"),
        ),
        asked="asked_consent",
        about=key,
        otherwise=Form(intent=AskBack(introduction=key), fields=(question,), patient=True),
    )


async def request_to(
    scene: Scene, introduction: Introduction, asker: Person, contact: Person, *, again: bool = False
) -> Reply:
    words = scene.words(contact)
    assert introduction.answer_by is not None
    blocks = await request_blocks(scene, introduction, asker, contact, introduction.answer_by)
    first: tuple[Block, ...] = (Text(text=words("introduction.request.again")),) if again else ()
    hints = [Text(text=words("introduction.request.hint"), style="hint")]
    if contact.listing == "function":
        hints.insert(0, Text(text=words("introduction.request.name")))
    return scene.to(
        contact,
        *first,
        *blocks,
        *hints,
        consent_choices(introduction, words),
        kind=Kind.REQUEST,
        about=introduction.key,
        due=introduction.asked_at,
        expires=introduction.answer_by,
    )


def reminder_to(scene: Scene, introduction: Introduction, asker: Person, contact: Person) -> Reply:
    words = scene.words(contact)
    assert introduction.answer_by is not None
    text = words(
        "introduction.reminder",
        name=asker.name,
        topic=topic_of(scene, introduction, words),
        until=words.moment(introduction.answer_by),
    )
    return scene.to(
        contact,
        Text(text=text),
        Quote(text=introduction.reason),
        consent_choices(introduction, words),
        kind=Kind.REQUEST,
        about=introduction.key,
        expires=introduction.answer_by,
    )


async def no_longer_needed(scene: Scene, introduction: Introduction, contact: Person, *, thanks: bool) -> Reply:
    """Withdrawn, or somebody else said yes first. Says nothing of what the others answered."""
    words = scene.words(contact)
    asker = await scene.uow.people.get(introduction.asker)
    key = "introduction.released" if thanks else "introduction.withdrawn_by_asker"
    text = words(key, name=asker.name if asker else "", topic=topic_of(scene, introduction, words))
    return scene.to(contact, Text(text=text), kind=Kind.STATUS, about=introduction.key)


# ---------------------------------------------------------------- both said yes


def handover_rows(handed: Handover, words: Words) -> Facts:
    rows = [(words("introduction.row.name"), handed.name)]
    for label, value in (
        ("function", handed.function),
        ("body", handed.body),
        ("email", handed.email),
        ("phone", handed.phone),
    ):
        if value:
            rows.append((words(f"introduction.row.{label}"), value))
    return Facts(rows=tuple(rows))


def meet_asker(scene: Scene, introduction: Introduction, asker: Person, of_contact: Handover) -> Reply:
    """To the asker, who writes first."""
    words = scene.words(asker)
    topic = topic_of(scene, introduction, words)
    return scene.to(
        asker,
        Text(text=words("introduction.met.asker", name=of_contact.name, topic=topic), style="title"),
        handover_rows(of_contact, words),
        Text(text=words(f"introduction.met.you_{_how(of_contact)}", topic=topic)),
        kind=Kind.HANDOVER,
        about=introduction.key,
        holds_personal=True,
    )


def met_blocks(
    scene: Scene, introduction: Introduction, contact: Person, of_contact: Handover, of_asker: Handover
) -> tuple[Block, ...]:
    """To the contact: exactly what the asker gets, what they get, and who writes first."""
    words = scene.words(contact)
    topic = topic_of(scene, introduction, words)
    return (
        Text(text=words("introduction.met.contact", name=of_asker.name), style="title"),
        handover_rows(of_contact, words),
        Text(text=words("introduction.met.nothing_else")),
        Text(text=words("introduction.met.their_data", name=of_asker.name), style="title"),
        handover_rows(of_asker, words),
        Text(text=words(f"introduction.met.they_{_how(of_contact)}", name=of_asker.name, topic=topic)),
    )


def _how(of_contact: Handover) -> str:
    """How the asker, who makes the first step, can reach the contact."""
    return "write" if of_contact.email else "call"


# ---------------------------------------------------------------- what time brings


def check_in_blocks(
    introduction: Introduction, name: str, topic: str, words: Words, *, last: bool
) -> tuple[Block, ...]:
    key = introduction.key
    text = words("introduction.check_in.again" if last else "introduction.check_in", name=name, topic=topic)
    return (
        Text(text=text),
        Choices(
            options=(
                Choice(
                    label=words("introduction.check_in.talked"),
                    intent=CheckIn(introduction=key, answer="talked"),
                    says="talked",
                ),
                Choice(
                    label=words("introduction.check_in.not_yet"),
                    intent=CheckIn(introduction=key, answer="not_yet"),
                    says="not_yet",
                ),
                Choice(
                    label=words("introduction.check_in.settled"),
                    intent=CheckIn(introduction=key, answer="settled"),
                    says="settled",
                ),
            ),
            asked="check_in",
            about=key,
        ),
    )


async def still_wanted(scene: Scene, introduction: Introduction, asker: Person, contact: Person) -> Reply:
    words = scene.words(asker)
    text = words(
        "introduction.late.asker",
        name=await called(scene, contact, words),
        topic=topic_of(scene, introduction, words),
    )
    key = introduction.key
    choices = Choices(
        options=(
            Choice(label=words("introduction.late.yes"), intent=StillWanted(introduction=key, wanted=True), says="yes"),
            Choice(label=words("introduction.late.no"), intent=StillWanted(introduction=key, wanted=False), says="no"),
        ),
        asked="confirm",
        about=key,
    )
    return scene.to(asker, Text(text=text), choices, kind=Kind.STATUS, about=key)


def email_field(words: Words) -> Field:
    return Field(name="email", label=words("introduction.field.email"), kind="email")


def phone_field(words: Words) -> Field:
    return Field(name="phone", label=words("introduction.field.phone"), kind="phone")


# ---------------------------------------------------------------- who is next


def next_choices(ended: Introduction, name: str, words: Words) -> Choices:
    """Asked after the neutral end: the next one, by name as listed, or leave it."""
    return Choices(
        options=(
            Choice(
                label=words("introduction.next.ask", name=name),
                intent=NextCandidate(introduction=ended.key),
                says="yes",
            ),
            Choice(label=words("introduction.next.search"), intent=FindContacts(topic=ended.topic_text)),
            Choice(label=words("introduction.next.leave"), intent=No(), says="no"),
        ),
        about=ended.key,
    )


def no_candidate(enquiry: Enquiry, words: Words) -> Choices:
    return Choices(
        options=(
            Choice(label=words("introduction.next.note"), intent=NoteDemand(enquiry=enquiry.key)),
            Choice(label=words("introduction.next.team"), intent=AskTeam(enquiry=enquiry.key)),
            Choice(label=words("introduction.next.leave"), intent=No(), says="no"),
        ),
        about=enquiry.key,
    )


def meanwhile(postponed: Introduction, words: Words) -> Choices:
    """After "yes, but later": wait, or ask somebody else too."""
    return Choices(
        options=(
            Choice(label=words("introduction.later.wait"), intent=No(), says="no"),
            Choice(
                label=words("introduction.later.other"), intent=NextCandidate(introduction=postponed.key), says="yes"
            ),
        ),
        about=postponed.key,
    )
