"""What Alembic runs: migrations over a connection that is handed in, within its transaction."""

from alembic import context

import storage.tables  # noqa: F401  (fills the metadata)
from storage.columns import metadata

connection = context.config.attributes["connection"]
assert connection is not None, "migrations are run by `lotse migrate`"
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
context.run_migrations()
