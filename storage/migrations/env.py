"""What Alembic runs: migrations over a connection that is handed in, within its transaction."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import TypeDecorator

import storage.tables  # noqa: F401  (fills the metadata)
from storage.columns import Instant, metadata

connection = context.config.attributes["connection"]
assert connection is not None, "migrations are run by `lotse migrate`"


def plain_type(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Our own types as what they are in the database: a revision must not depend on today's code."""
    if kind != "type" or not isinstance(item, TypeDecorator):
        return False
    return "sa.DateTime(timezone=True)" if isinstance(item, Instant) else "sa.Text()"


context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=plain_type,
    compare_type=True,
)
context.run_migrations()
