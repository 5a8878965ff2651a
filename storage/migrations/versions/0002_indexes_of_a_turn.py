"""Indexes of a turn: what it looks for is found however much has been said before, and what is
about nothing is in no index by that.

Revision: 0002, follows 0001
"""

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

ABOUT = sa.text('about IS NOT NULL')
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
    for table in ('outbox', 'questions'):
        op.drop_index(f'ix_{table}_about', table)
        op.create_index(f'ix_{table}_about', table, ['about'], postgresql_where=ABOUT, sqlite_where=ABOUT)


def downgrade() -> None:
    for table in ('outbox', 'questions'):
        op.drop_index(f'ix_{table}_about', table)
        op.create_index(f'ix_{table}_about', table, ['about'])
    op.create_index('ix_inbox_waiting', 'inbox', ['at'], postgresql_where=WAITING, sqlite_where=WAITING)
    op.drop_index('ix_inbox_waiting_of', 'inbox')
    op.create_index('ix_questions_account', 'questions', ['account'])
    op.drop_index('ix_questions_account_at', 'questions')
