"""Invoices of a tenant: the query that the guide's index is for, cached for a minute."""

import json

from fastapi import APIRouter, HTTPException
from prometheus_client import Counter
from sqlalchemy import text

from stores import cache, engine

router = APIRouter()

CACHE_S = 60
LOOKUPS = Counter("cache_requests_total", "Lookups in the cache", ["result"])

NEWEST = text(
    """
    SELECT id, customer_id, subtotal, tax_amount, total_amount, created_at
    FROM invoices
    WHERE tenant_id = :tenant AND created_at >= now() - interval '2 years'
    ORDER BY created_at DESC
    LIMIT 50
    """
)


@router.get("/api/v1/invoices")
def newest(tenant_id: int):
    key = f"cache:invoices:{tenant_id}"
    cached = cache.get(key)
    LOOKUPS.labels("hit" if cached else "miss").inc()
    if cached:
        return json.loads(cached)
    with engine.connect() as connection:
        rows = connection.execute(NEWEST, {"tenant": tenant_id}).mappings().all()
    answer = {"tenant_id": tenant_id, "invoices": [{name: str(value) for name, value in row.items()} for row in rows]}
    cache.set(key, json.dumps(answer), ex=CACHE_S)
    return answer


@router.post("/api/v1/invoices/{invoice_id}/reminders", status_code=202)
def remind(invoice_id: int):
    """Work for later: it waits in Redis until somebody sends it."""
    with engine.connect() as connection:
        found = connection.execute(text("SELECT 1 FROM invoices WHERE id = :id"), {"id": invoice_id}).first()
    if not found:
        raise HTTPException(404, "no such invoice")
    cache.rpush("queue:reminders", json.dumps({"invoice_id": invoice_id}))
    return {"queued": invoice_id}
