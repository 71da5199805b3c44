"""Fills an empty database, and Redis, always with the same: 20 tenants, 200 customers, 8000 invoices of the last 400 days."""

from sqlalchemy import text

from stores import cache, engine

STATEMENTS = [
    "INSERT INTO tenants (id, name) SELECT n, 'Tenant ' || n FROM generate_series(1, 20) n",
    """
    INSERT INTO customers (id, tenant_id, name)
    SELECT n, 1 + n % 20, 'Customer ' || n FROM generate_series(1, 200) n
    """,
    # Customer n belongs to tenant 1 + n % 20, and so do its invoices.
    """
    INSERT INTO invoices (id, tenant_id, customer_id, subtotal, tax_amount, total_amount, created_at)
    SELECT n, 1 + c % 20, c, subtotal, tax, subtotal + tax, date_trunc('day', now()) - (n * 7919 % 576000) * interval '1 minute'
    FROM generate_series(1, 8000) n,
      LATERAL (SELECT 1 + n * 31 % 200 AS c, (1000 + n * 7 % 90000)::numeric / 100 AS subtotal) a,
      LATERAL (SELECT round(subtotal * 0.17, 2) AS tax) b
    """,
    "SELECT setval('tenants_id_seq', 20), setval('customers_id_seq', 200), setval('invoices_id_seq', 8000)",
    "ANALYZE",
]


def main():
    with engine.begin() as connection:
        if connection.execute(text("SELECT count(*) FROM tenants")).scalar():
            return
        for statement in STATEMENTS:
            connection.execute(text(statement))
    for n in range(1, 31):
        cache.set(f"session:seed-{n:02}", f"user-{n}", ex=8 * 3600)
    for n in range(1, 13):
        cache.rpush("queue:reminders", f'{{"invoice_id": {n}}}')


main()
