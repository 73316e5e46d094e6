"""Pages of a small shop, Flask: greetings and search results built by hand."""
from flask import Flask, make_response, render_template, request
from markupsafe import Markup, escape

app = Flask(__name__)


@app.route("/hello")
def hello():
    name = request.args.get("name", "you")
    # ruleid: py-xss
    return f"<h1>Hello {name}</h1>"


@app.route("/hello/safe")
def hello_safe():
    name = request.args.get("name", "you")
    # ok: py-xss
    return f"<h1>Hello {escape(name)}</h1>"


@app.route("/search")
def search():
    term = request.args["q"]
    page = "<p>Nothing found for <b>" + term + "</b></p>"
    # ruleid: py-xss
    return make_response(page, 404)


@app.route("/search/safe")
def search_safe():
    term = request.args["q"]
    # ok: py-xss
    return make_response(render_template("search.html", term=term), 404)


@app.route("/note/<title>")
def note(title):
    # ruleid: py-xss
    heading = Markup(request.form["heading"])
    # ok: py-xss
    return {"title": title, "heading": heading}


@app.route("/count")
def count():
    pages = int(request.args.get("pages", 1))
    # ok: py-xss
    return f"<p>{pages} pages</p>"
