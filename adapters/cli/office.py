"""The network: requests at the desk, topics, and the domains that stand for bodies."""

from typing import Annotated

import typer

from adapters.cli.options import (
    Database,
    carry_out,
    desk,
    domains,
    settings_of,
    topics,
)


@desk.command("list")
def desk_list(database: Database = None) -> None:
    """Requests waiting for an answer, oldest first."""
    from adapters.commands import network

    lines = carry_out(network.open_requests(settings_of(database)))
    typer.echo("\n".join(lines) if lines else "nothing is waiting")


@desk.command("answer")
def desk_answer(
    key: Annotated[str, typer.Argument(metavar="ID")], text: Annotated[str, typer.Argument()], database: Database = None
) -> None:
    """Answer a request; the one who asked reads it at their next opening."""
    from adapters.commands import network

    typer.echo(carry_out(network.answer(settings_of(database), key, text)))


@topics.command("list")
def topics_list(database: Database = None) -> None:
    """All topics, by id."""
    from adapters.commands import network

    typer.echo("\n".join(carry_out(network.topics(settings_of(database)))))


@topics.command("add")
def topics_add(
    key: Annotated[str, typer.Argument(metavar="ID")],
    german: Annotated[str, typer.Argument()],
    english: Annotated[str, typer.Argument()],
    synonyms: Annotated[
        list[str] | None, typer.Option("--synonym", help="Another name; may be given repeatedly.")
    ] = None,
    broader: Annotated[str | None, typer.Option("--broader", help="The id of the broader topic.")] = None,
    database: Database = None,
) -> None:
    """Add a topic with its German and English name, or bring one up to date."""
    from adapters.commands import network
    from bot.matching.topics import Topic

    topic = Topic(id=key, label_de=german, label_en=english, synonyms=tuple(synonyms or ()), broader=broader)
    typer.echo(carry_out(network.add_topic(settings_of(database), topic)))


@topics.command("merge")
def topics_merge(
    old: Annotated[str, typer.Argument(metavar="ID")],
    into: Annotated[str, typer.Argument(metavar="INTO")],
    database: Database = None,
) -> None:
    """Make two topics one: all names, profiles and requests of the first go to the second. Can't be undone."""
    from adapters.commands import network

    typer.echo(carry_out(network.merge_topics(settings_of(database), old, into)))


@topics.command("gaps")
def topics_gaps(database: Database = None) -> None:
    """Topics that are wanted and not covered, and those people named that aren't in the table."""
    from adapters.commands import network

    lines = carry_out(network.gaps(settings_of(database)))
    typer.echo("\n".join(lines) if lines else "no gaps")


@domains.command("tie")
def domain_tie(domain: str, body: str, database: Database = None) -> None:
    """Accounts of a tenant or homeserver belong to a body, without a question. It may stand for several."""
    from adapters.commands import network

    typer.echo(carry_out(network.tie(settings_of(database), domain, body)))


@domains.command("untie")
def domain_untie(domain: str, body: str, database: Database = None) -> None:
    """Undo it."""
    from adapters.commands import network

    typer.echo(carry_out(network.untie(settings_of(database), domain, body)))


@domains.command("show")
def domain_show(domain: str, database: Database = None) -> None:
    """The bodies a domain is tied to."""
    from adapters.commands import network

    lines = carry_out(network.ties(settings_of(database), domain))
    typer.echo("\n".join(lines) if lines else "it is tied to no body")
