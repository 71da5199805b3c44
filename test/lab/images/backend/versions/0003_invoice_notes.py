"""notes on invoices

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("invoices", sa.Column("notes", sa.Text))


def downgrade():
    op.drop_column("invoices", "notes")
