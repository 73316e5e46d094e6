"""Configuration routes: Flask, FastAPI, Django."""
import os

from django.conf import settings
from django.http import JsonResponse
from fastapi import APIRouter
from flask import Flask, jsonify, render_template

app = Flask(__name__)
router = APIRouter()


@app.get("/config")
def config():
    # ruleid: py-frontend-response
    return jsonify({"maps": os.environ["MAPS_API_KEY"], "region": os.environ["REGION"]})


@app.get("/config/safe")
def config_safe():
    # ok: py-frontend-response
    return jsonify({"stripe": os.environ["STRIPE_PUBLISHABLE_KEY"], "region": os.environ["REGION"]})


@app.get("/checkout")
def checkout():
    key = os.getenv("STRIPE_SECRET_KEY")
    # ruleid: py-frontend-response
    return render_template("checkout.html", stripe_key=key)


@app.get("/balance")
def balance():
    client = Payments(os.getenv("STRIPE_SECRET_KEY"))
    # ok: py-frontend-response
    return render_template("balance.html", balance=client.balance())


@router.get("/settings")
async def read_settings():
    # ruleid: py-frontend-response
    return {"name": settings.APP_NAME, "key": settings.OPENAI_API_KEY}


def status(request):
    # ok: py-frontend-response
    return JsonResponse({"mail": bool(settings.SENDGRID_API_KEY)})
