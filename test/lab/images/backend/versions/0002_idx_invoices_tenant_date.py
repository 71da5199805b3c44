"""index invoices by tenant and date

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("idx_invoices_tenant_date", "invoices", ["tenant_id", "created_at"])


def downgrade():
    op.drop_index("idx_invoices_tenant_date", table_name="invoices")
