"""Indexes nobody looks into: events by account, and answers by person, are written with each message
and never looked for so.

Revision: 0003, follows 0002
"""

import sqlalchemy as sa
from alembic import op


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

UNASKED = sa.text("kind <> 'answer'")


def upgrade() -> None:
    op.drop_index('ix_inbox_account', 'inbox', if_exists=True)  # some databases have lost it with 0002
    op.drop_index('ix_outbox_person_kind', 'outbox')
    op.create_index(
        'ix_outbox_person_kind', 'outbox', ['person', 'kind'], postgresql_where=UNASKED, sqlite_where=UNASKED
    )


def downgrade() -> None:
    op.drop_index('ix_outbox_person_kind', 'outbox')
    op.create_index('ix_outbox_person_kind', 'outbox', ['person', 'kind'])
    op.create_index('ix_inbox_account', 'inbox', ['account'])
