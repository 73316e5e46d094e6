"""Password reset and invitations: Flask and FastAPI."""
from fastapi import APIRouter, BackgroundTasks, Request
from flask import Flask, current_app, request, url_for

app = Flask(__name__)
router = APIRouter()


@app.post("/forgot")
def forgot():
    user = find_user(request.form["email"])
    link = f"{request.host_url}reset/{make_token(user)}"
    # ruleid: py-host
    send_reset_email(user.email, link)
    return {"ok": True}


@app.post("/forgot/safe")
def forgot_safe():
    user = find_user(request.form["email"])
    link = f"{current_app.config['BASE_URL']}/reset/{make_token(user)}"
    # ok: py-host
    send_reset_email(user.email, link)
    return {"ok": True}


@app.post("/invite")
def invite():
    link = url_for("accept", token=make_token(), _external=True)
    # ruleid: py-host
    message = Message("You are invited", recipients=[request.form["email"]], body=link)
    mail.send(message)
    return {"ok": True}


@router.post("/verify")
async def verify(request: Request, tasks: BackgroundTasks, email: str):
    link = str(request.base_url) + "verify?token=" + make_token(email)
    # ruleid: py-host
    tasks.add_task(send_email, email, link)
    safe_link = settings.base_url + "/verify?token=" + make_token(email)
    # ok: py-host
    tasks.add_task(send_email, email, safe_link)
    # ok: py-host
    return {"self": str(request.base_url)}
