"""Bottle: the decorator is a plain name."""
from pathlib import Path

from bottle import get


@get("/notes/<name>")
def note(name):
    # ruleid: py-path
    return Path("/srv/notes", name).read_text()


@get("/notes")
def notes():
    # ok: py-path
    return Path("/srv/notes/index.txt").read_text()
