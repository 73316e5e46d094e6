"""Uploads: Flask, FastAPI, Django."""
import shutil
from uuid import uuid4

from django.core.files.storage import default_storage
from fastapi import APIRouter, File, HTTPException, UploadFile
from flask import Flask, abort, request

app = Flask(__name__)
router = APIRouter()
TYPES = {"image/png", "image/jpeg"}


@app.post("/upload")
def upload():
    file = request.files["file"]
    # ruleid: py-upload
    file.save(f"/srv/uploads/{uuid4()}")
    return {"ok": True}


@app.post("/upload/safe")
def upload_safe():
    file = request.files["file"]
    if not allowed_file(file.filename):
        abort(415)
    # ok: py-upload
    file.save(f"/srv/uploads/{uuid4()}")
    return {"ok": True}


@router.post("/documents")
async def document(file: UploadFile = File(...)):
    with open(f"/srv/documents/{uuid4()}", "wb") as out:
        # ruleid: py-upload
        shutil.copyfileobj(file.file, out)


@router.post("/documents/safe")
async def document_safe(file: UploadFile = File(...)):
    if file.content_type not in TYPES or file.size > 5_000_000:
        raise HTTPException(415)
    with open(f"/srv/documents/{uuid4()}", "wb") as out:
        # ok: py-upload
        shutil.copyfileobj(file.file, out)


@router.post("/notes")
async def notes(file: UploadFile):
    with open(f"/srv/notes/{uuid4()}", "wb") as out:
        # ruleid: py-upload
        out.write(await file.read())


def avatar(request):
    picture = request.FILES["avatar"]
    # ruleid: py-upload
    default_storage.save(f"avatars/{request.user.pk}", picture)


def avatar_safe(request):
    picture = request.FILES["avatar"]
    if picture.content_type not in TYPES:
        raise ValueError("png or jpeg only")
    # ok: py-upload
    default_storage.save(f"avatars/{request.user.pk}", picture)
