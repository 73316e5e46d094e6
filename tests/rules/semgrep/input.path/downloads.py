"""Downloads and uploads: Flask, FastAPI, Django."""
import os
import tarfile
from pathlib import Path

from fastapi import APIRouter, HTTPException, UploadFile
from fastapi.responses import FileResponse
from flask import Flask, abort, request, send_file, send_from_directory
from werkzeug.utils import secure_filename

app = Flask(__name__)
router = APIRouter()
BASE = Path("/srv/files")


@app.route("/download")
def download():
    name = request.args["file"]
    # ruleid: py-path
    return send_file(os.path.join("/srv/files", name))


@app.route("/download/safe")
def download_safe():
    name = request.args["file"]
    # ok: py-path
    return send_from_directory("/srv/files", name)


@app.route("/docs/<path:page>")
def docs(page):
    # ruleid: py-path
    with open(f"docs/{page}.md") as handle:
        return {"text": handle.read()}


@app.route("/docs/checked/<path:page>")
def docs_checked(page):
    target = (BASE / page).resolve()
    if not target.is_relative_to(BASE):
        abort(404)
    # ok: py-path
    return {"text": target.read_text()}


@app.route("/docs/<int:number>")
def docs_number(number):
    # ok: py-path
    with open(f"docs/{number}.md") as handle:
        return {"text": handle.read()}


@router.get("/reports/{name}")
async def report(name: str):
    # ruleid: py-path
    return FileResponse(f"reports/{name}")


@router.get("/reports/safe/{name}")
async def report_safe(name: str):
    path = (BASE / name).resolve()
    if BASE not in path.parents:
        raise HTTPException(404)
    # ok: py-path
    return FileResponse(path)


@router.post("/avatar")
async def avatar(file: UploadFile):
    if file.content_type != "image/png":
        raise HTTPException(415)
    # ruleid: py-path
    with open(f"avatars/{file.filename}", "wb") as out:
        out.write(await file.read())


@router.post("/avatar/safe")
async def avatar_safe(file: UploadFile, user: User = Depends(current_user)):
    if file.content_type != "image/png":
        raise HTTPException(415)
    # ok: py-path
    with open(f"avatars/{user.id}.png", "wb") as out:
        out.write(await file.read())
    # ok: py-path
    with open(os.path.join("avatars", secure_filename(file.filename)), "wb") as copy:
        copy.write(await file.read())


def export(request):
    # ruleid: py-path
    os.remove("/srv/exports/" + request.POST["name"])
    # ok: py-path
    os.remove("/srv/exports/" + os.path.basename(request.POST["name"]))


def restore(archive):
    with tarfile.open(archive) as tar:
        # ruleid: py-archive
        tar.extractall("/srv/restore")


def restore_safe(archive):
    with tarfile.open(archive) as tar:
        # ok: py-archive
        tar.extractall("/srv/restore", filter="data")


def restore_later(archive):
    tar = tarfile.open(archive, "r:gz")
    # ruleid: py-archive
    tar.extractall(path="/srv/restore")
    tar.close()


@router.post("/pages/{number}/image")
async def page_image(number: int, file: UploadFile):
    suffix = Path(file.filename).suffix.lower()
    if suffix not in {".png", ".jpg"}:
        raise HTTPException(415)
    # ok: py-path
    with open(f"pages/{number}{suffix}", "wb") as out:
        out.write(await file.read())
