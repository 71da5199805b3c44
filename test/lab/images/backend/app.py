"""The Paksa Financial System's API, as far as the troubleshooting guide speaks of it."""

import os
import time

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest

import auth
import invoices
from stores import database_trouble, redis_trouble

# What a start needs for a moment, in MiB, as one does that warms a cache: for faults.
if burst := os.environ.get("START_BURST_MIB"):
    warmed = b"x" * (int(burst) << 20)
    del warmed

app = FastAPI(title="Paksa Financial System")
app.include_router(auth.router)
app.include_router(invoices.router)

REQUESTS = Counter("http_requests_total", "Requests answered", ["method", "path", "status"])
DURATION = Histogram("http_request_duration_seconds", "Time to answer", ["method", "path"])


@app.middleware("http")
async def measure(request: Request, call_next):
    began = time.perf_counter()
    status = 500
    try:
        response = await call_next(request)
        status = response.status_code
        return response
    finally:
        path = request.url.path
        REQUESTS.labels(request.method, path, str(status)).inc()
        DURATION.labels(request.method, path).observe(time.perf_counter() - began)


@app.get("/health")
def health():
    """503 with a reason when the database or Redis is away."""
    trouble = {"database": database_trouble(), "redis": redis_trouble()}
    checks = {name: reason or "ok" for name, reason in trouble.items()}
    away = [f"{name}: {reason}" for name, reason in trouble.items() if reason]
    if not away:
        return {"status": "ok", "checks": checks}
    return JSONResponse({"status": "unavailable", "reason": "; ".join(away), "checks": checks}, status_code=503)


@app.get("/metrics")
def metrics():
    """Prometheus's text format; process_resident_memory_bytes is among it."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
