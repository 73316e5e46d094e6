"""File conversion and diagnostics: Flask and FastAPI."""
import asyncio
import os
import shlex
import subprocess

from fastapi import APIRouter
from flask import Flask, jsonify, request

app = Flask(__name__)
router = APIRouter()


@app.post("/thumbnail")
def thumbnail():
    name = request.form["name"]
    # ruleid: py-command
    os.system(f"convert uploads/{name} -resize 200x thumbs/{name}")
    # ok: py-command
    subprocess.run(["convert", f"uploads/{name}", "-resize", "200x", f"thumbs/{name}"], check=True)
    return jsonify(ok=True)


@app.get("/ping")
def ping():
    host = request.args.get("host")
    # ruleid: py-command
    out = subprocess.check_output("ping -c 1 " + host, shell=True)
    # ok: py-command
    same = subprocess.check_output("ping -c 1 " + shlex.quote(host), shell=True)
    return out + same


@app.get("/logs/<service>")
def logs(service):
    command = "journalctl -n 50 -u {}".format(service)
    # ruleid: py-command
    return subprocess.getoutput(command)


@app.get("/logs/fixed/<service>")
def logs_fixed(service):
    if service not in {"web", "worker"}:
        return "unknown", 404
    # ok: py-command
    return subprocess.getoutput(f"journalctl -n 50 -u {service}")


@router.post("/clone")
async def clone(url: str):
    # ruleid: py-command
    process = await asyncio.create_subprocess_shell(f"git clone {url} /srv/repos")
    return {"code": await process.wait()}


@router.post("/clone/safe")
async def clone_safe(url: str, depth: int = 1):
    # ok: py-command
    process = await asyncio.create_subprocess_exec("git", "clone", "--", url, "/srv/repos")
    # ok: py-command
    os.system(f"git gc --depth {depth}")
    return {"code": await process.wait()}
