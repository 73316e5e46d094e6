"""CORS: FastAPI, Flask-CORS, by hand."""
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from flask import Flask, request
from flask_cors import CORS

api = FastAPI()
# ruleid: py-cors
api.add_middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_credentials=True,
    allow_methods=["*"],
)

safe_api = FastAPI()
# ok: py-cors
safe_api.add_middleware(CORSMiddleware, allow_origins=settings.cors_origins, allow_credentials=True)
# ok: py-cors
safe_api.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET"])

app = Flask(__name__)
# ruleid: py-cors
CORS(app, supports_credentials=True)
# ruleid: py-cors
CORS(app, resources={r"/api/*": {"origins": "*"}}, supports_credentials=True)
# ok: py-cors
CORS(app, origins=["https://shop.example.com"], supports_credentials=True)
# ok: py-cors
CORS(app)


@app.after_request
def reflect(response):
    # ruleid: py-cors
    response.headers["Access-Control-Allow-Origin"] = request.headers.get("Origin", "*")
    response.headers["Access-Control-Allow-Credentials"] = "true"
    return response


@app.after_request
def fixed(response):
    # ok: py-cors
    response.headers["Access-Control-Allow-Origin"] = "https://shop.example.com"
    return response
