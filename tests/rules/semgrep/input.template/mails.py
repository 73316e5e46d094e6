"""Mail previews: Flask, FastAPI, Django."""
import jinja2
from fastapi import APIRouter
from flask import Flask, render_template_string, request
from jinja2 import Template

app = Flask(__name__)
router = APIRouter()


@app.route("/preview")
def preview():
    name = request.args.get("name", "")
    # ruleid: py-template
    return render_template_string(f"Dear {name}, your order has shipped.")


@app.route("/preview/safe")
def preview_safe():
    name = request.args.get("name", "")
    # ok: py-template
    return render_template_string("Dear {{ name }}, your order has shipped.", name=name)


@router.post("/render")
async def render(body: TemplateRequest):
    # ruleid: py-template
    text = Template(body.source).render(order=body.order)
    # ok: py-template
    same = Template("Order {{ order }}").render(order=body.order)
    return {"text": text, "same": same}


def subject(request):
    environment = jinja2.Environment(autoescape=True)
    # ruleid: py-template
    template = environment.from_string("Re: " + request.POST["subject"])
    # ok: py-template
    fixed = environment.from_string("Re: {{ subject }}")
    return template.render() + fixed.render(subject=request.POST["subject"])
