"""Where to go after login: Flask, FastAPI, Django."""
from urllib.parse import urlparse

from django.http import HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from fastapi import APIRouter
from fastapi.responses import RedirectResponse
from flask import Flask, redirect, request, url_for

app = Flask(__name__)
router = APIRouter()


@app.post("/login")
def login():
    target = request.args.get("next")
    # ruleid: py-redirect
    return redirect(target or url_for("home"))


@app.post("/login/safe")
def login_safe():
    target = request.args.get("next", "/")
    if urlparse(target).netloc:
        target = "/"
    # ok: py-redirect
    return redirect(target)


@app.get("/go/<slug>")
def go(slug):
    link = Link.query.filter_by(slug=request.args["slug"]).first_or_404()
    # ok: py-redirect
    return redirect(link.target)


@app.get("/orders/last")
def last_order():
    # ok: py-redirect
    return redirect(url_for("order", number=request.args["number"]))


@router.get("/auth/callback")
async def callback(code: str, redirect_to: str = "/"):
    # ruleid: py-redirect
    return RedirectResponse(url=redirect_to)


@router.get("/auth/callback/safe")
async def callback_safe(code: str, state: str):
    # ok: py-redirect
    return RedirectResponse(f"/welcome?state={state}")


def sign_in(request):
    target = request.POST.get("next", "/")
    # ruleid: py-redirect
    return HttpResponseRedirect(target)


def sign_in_safe(request):
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    # ok: py-redirect
    return HttpResponseRedirect(target)
