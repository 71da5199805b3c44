"""The database and Redis, from DATABASE_URL and REDIS_URL."""

import logging
import os

import redis
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger("stores")

engine = create_engine(
    os.environ["DATABASE_URL"],
    # A connection that died while it was idle is replaced instead of failing a request.
    pool_pre_ping=True,
    pool_size=5,
    max_overflow=5,
    pool_timeout=5,
    connect_args={"connect_timeout": 2, "application_name": "paksa-backend"},
)
cache = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True, socket_timeout=10, socket_connect_timeout=10)


def database_trouble():
    """Why the database cannot be used, in a line; None when it can."""
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return complain("database", getattr(error, "orig", None) or error)
    return None


def redis_trouble():
    """Why Redis cannot be used, in a line; None when it can."""
    try:
        cache.ping()
    except redis.RedisError as error:
        return complain("redis", error)
    return None


def complain(name, error):
    reason = " ".join(str(error).split())
    log.error("%s is unavailable: %s", name, reason)
    return reason
