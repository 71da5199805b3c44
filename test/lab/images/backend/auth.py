"""Tokens: HS256, signed with JWT_SECRET_KEY. A token that names a session (`sid`) is good as long as Redis has that."""

import logging
import os
import time
import uuid

import jwt
from fastapi import APIRouter, Header
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from stores import cache

log = logging.getLogger("auth")
router = APIRouter()

SESSION_S = 8 * 3600


class Login(BaseModel):
    user: str
    tenant_id: int = 1


@router.post("/auth/login")
def login(asked: Login):
    """Whoever asks gets a session: passwords are not what this stack is about."""
    sid = uuid.uuid4().hex
    cache.set(f"session:{sid}", asked.user, ex=SESSION_S)
    claims = {"sub": asked.user, "tenant_id": asked.tenant_id, "sid": sid, "exp": int(time.time()) + SESSION_S}
    return {"token": jwt.encode(claims, os.environ["JWT_SECRET_KEY"], algorithm="HS256")}


@router.get("/auth/verify")
def verify(authorization: str = Header("")):
    """Who the bearer is; 401 with a reason."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        return refuse("missing token")
    try:
        claims = jwt.decode(token, os.environ["JWT_SECRET_KEY"], algorithms=["HS256"], options={"require": ["exp"]})
    except jwt.ExpiredSignatureError:
        return refuse("token expired")
    except jwt.InvalidSignatureError:
        return refuse("signature verification failed")
    except jwt.InvalidTokenError as error:
        return refuse(f"malformed token: {error}")
    if "sid" in claims and not cache.exists(f"session:{claims['sid']}"):
        return refuse("session ended")
    return {"sub": claims.get("sub"), "exp": claims["exp"]}


def refuse(reason):
    log.warning("401 %s", reason)
    return JSONResponse({"detail": reason}, status_code=401, headers={"WWW-Authenticate": "Bearer"})
