"""Link previews, webhooks and image fetching: Flask, FastAPI, Django."""
from urllib.parse import urlparse

import httpx
import requests
from fastapi import APIRouter, HTTPException
from flask import Flask, abort, jsonify, request

app = Flask(__name__)
router = APIRouter()
ALLOWED_HOSTS = {"images.example.com"}
WEATHER_URL = "https://weather.example.com"


@app.route("/preview")
def preview():
    url = request.args.get("url")
    # ruleid: py-ssrf
    page = requests.get(url, timeout=5)
    return jsonify(title=page.text[:100])


@app.route("/preview/safe")
def preview_safe():
    url = request.args.get("url")
    parts = urlparse(url)
    if parts.scheme != "https" or parts.hostname not in ALLOWED_HOSTS:
        abort(400)
    # ok: py-ssrf
    page = requests.get(url, timeout=5)
    return jsonify(title=page.text[:100])


@app.route("/weather/<city>")
def weather(city):
    # ok: py-ssrf
    answer = requests.get(f"{WEATHER_URL}/v1/{city}", timeout=5)
    # ok: py-ssrf
    more = requests.get("https://weather.example.com/v2/" + city, timeout=5)
    # ok: py-ssrf
    alerts = requests.get(WEATHER_URL, params={"city": city}, timeout=5)
    return jsonify(answer.json(), more.json(), alerts.json())


@router.post("/import")
async def import_image(body: ImportRequest):
    async with httpx.AsyncClient(follow_redirects=False) as client:
        # ruleid: py-ssrf
        image = await client.get(body.image_url)
    return {"size": len(image.content)}


@router.get("/status")
async def status(host: str, port: int = 443):
    # ruleid: py-ssrf
    answer = httpx.get(f"https://{host}:{port}/health")
    return {"up": answer.is_success}


@router.post("/import/safe")
async def import_image_safe(body: ImportRequest):
    require_allowed(body.image_url)
    url = body.image_url
    if urlparse(url).hostname not in ALLOWED_HOSTS:
        raise HTTPException(400)
    # ok: py-ssrf
    image = httpx.get(url)
    return {"size": len(image.content)}


def webhook_test(request):
    target = request.POST["target"]
    # ruleid: py-ssrf
    requests.post(target, json={"event": "test"}, timeout=5)


def webhook_fire(request, pk):
    hook = Webhook.objects.get(pk=request.POST["hook"])
    # ok: py-ssrf
    requests.post(hook.url, json={"event": "test"}, timeout=5)
