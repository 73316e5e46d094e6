"""Carts, imports and calculators: Flask, FastAPI."""
import ast
import base64
import json
import pickle

import yaml
from fastapi import APIRouter, UploadFile
from flask import Flask, jsonify, request

app = Flask(__name__)
router = APIRouter()


@app.route("/cart")
def cart():
    raw = base64.b64decode(request.cookies["cart"])
    # ruleid: py-unpickle
    items = pickle.loads(raw)
    # ok: py-unpickle
    same = json.loads(raw)
    return jsonify(items, same)


@router.post("/import")
async def import_config(file: UploadFile):
    text = await file.read()
    # ruleid: py-unpickle
    config = yaml.load(text, Loader=yaml.Loader)
    # ok: py-unpickle
    same = yaml.safe_load(text)
    # ok: py-unpickle
    again = yaml.load(text, Loader=yaml.SafeLoader)
    return {"keys": [config, same, again]}


def cached(key):
    # ruleid: py-unpickle
    return pickle.loads(redis_client.get(key))


def cached_safe(key):
    raw = redis_client.get(key)
    # ok: py-unpickle
    return json.loads(raw)


def load_own_model():
    # ok: py-unpickle
    return pickle.load(open("model.pkl", "rb"))


@app.route("/calc")
def calc():
    formula = request.args["formula"]
    # ruleid: py-code-eval
    return jsonify(result=eval(formula, {"__builtins__": {}}))


@app.route("/calc/safe")
def calc_safe():
    formula = request.args["formula"]
    # ok: py-code-eval
    return jsonify(result=ast.literal_eval(formula))


@router.post("/run")
async def run(payload: dict):
    # ruleid: py-code-eval
    exec(payload["code"])
    # ok: py-code-eval
    return ACTIONS[payload["action"]]()
