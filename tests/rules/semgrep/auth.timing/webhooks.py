"""Keys and signatures: Flask and FastAPI."""
import hashlib
import hmac
import os

from fastapi import Depends, FastAPI, Header, HTTPException
from flask import Flask, abort, request

app = Flask(__name__)
API_KEY = os.environ["API_KEY"]


@app.post("/tasks")
def tasks():
    # ruleid: py-timing
    if request.headers.get("X-API-Key") != API_KEY:
        abort(401)
    return {"ok": True}


@app.post("/tasks/safe")
def tasks_safe():
    given = request.headers.get("X-API-Key", "")
    # ok: py-timing
    if not hmac.compare_digest(given.encode(), API_KEY.encode()):
        abort(401)
    # ok: py-timing
    if request.json["kind"] == "secret":
        abort(400)
    # ok: py-timing
    if request.json.get("token_type") == TOKEN_TYPE:
        abort(400)
    return {"ok": True}


@app.post("/webhook")
def webhook():
    signature = request.headers["X-Signature"]
    expected = hmac.new(SECRET, request.data, hashlib.sha256).hexdigest()
    # ruleid: py-timing
    if signature == expected:
        return {"ok": True}
    abort(401)


@app.post("/webhook/safe")
def webhook_safe():
    signature = request.headers["X-Signature"]
    expected = hmac.new(SECRET, request.data, hashlib.sha256).hexdigest()
    # ok: py-timing
    if hmac.compare_digest(signature, expected):
        return {"ok": True}
    abort(401)


async def require_key(x_api_key: str = Header(...)):
    # ruleid: py-timing
    if x_api_key != settings.api_key:
        raise HTTPException(401)


async def require_key_safe(x_api_key: str = Header(...)):
    # ok: py-timing
    if not hmac.compare_digest(x_api_key.encode(), settings.api_key.encode()):
        raise HTTPException(401)
