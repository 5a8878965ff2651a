"""Newest question first: what a turn looks for is found by an index, however much has been said before.

Revision: 0002, follows 0001
"""

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

WAITING = sa.text('acted_at IS NULL')


def upgrade() -> None:
    # From now on questions are put off with their messages.
    op.execute(
        'UPDATE questions SET at = (SELECT due_at FROM outbox WHERE outbox.key = questions.message)'
        ' WHERE EXISTS (SELECT 1 FROM outbox WHERE outbox.key = questions.message AND outbox.due_at <> questions.at)'
    )
    op.create_index('ix_questions_account_at', 'questions', ['account', 'at'])
    op.drop_index('ix_questions_account', 'questions')
    op.create_index(
        'ix_inbox_waiting_of', 'inbox', ['account', 'at'], postgresql_where=WAITING, sqlite_where=WAITING
    )
    op.drop_index('ix_inbox_waiting', 'inbox')


def downgrade() -> None:
    op.create_index('ix_inbox_waiting', 'inbox', ['at'], postgresql_where=WAITING, sqlite_where=WAITING)
    op.drop_index('ix_inbox_waiting_of', 'inbox')
    op.create_index('ix_questions_account', 'questions', ['account'])
    op.drop_index('ix_questions_account_at', 'questions')
