"""An embeddable widget, FastAPI, and an admin page, Django."""
from html import escape

from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from fastapi import APIRouter
from fastapi.responses import HTMLResponse

router = APIRouter()


@router.get("/widget", response_class=HTMLResponse)
async def widget(title: str, color: str = "blue"):
    # ruleid: py-xss
    return HTMLResponse(f"<div style='color:{color}'>{title}</div>")


@router.get("/widget/safe", response_class=HTMLResponse)
async def widget_safe(title: str):
    # ok: py-xss
    return HTMLResponse(f"<div>{escape(title)}</div>")


def badge(request):
    label = request.GET.get("label", "")
    # ruleid: py-xss
    return HttpResponse("<span class='badge'>%s</span>" % label)


def badge_safe(request):
    label = request.GET.get("label", "")
    # ok: py-xss
    return HttpResponse(format_html("<span class='badge'>{}</span>", label))


def as_text(request):
    # ok: py-xss
    return HttpResponse(request.GET.get("label", ""), content_type="text/plain")


def highlighted(request):
    # ruleid: py-xss
    return {"term": mark_safe(request.GET["term"])}
