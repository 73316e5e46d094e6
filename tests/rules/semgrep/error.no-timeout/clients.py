"""Calls to other services, with and without a timeout."""
import functools
import smtplib
import urllib.request

import httpx
import requests
from requests.adapters import HTTPAdapter

# ok: py-no-timeout, py-timeout-default
plain = httpx.Client()
# ruleid: py-timeout-default
client = httpx.AsyncClient(timeout=httpx.Timeout(10.0))
# ruleid: py-no-timeout
endless = httpx.Client(timeout=None)


class TimeoutAdapter(HTTPAdapter):
    def send(self, request, **kwargs):
        # ruleid: py-timeout-default
        kwargs.setdefault("timeout", 10)
        return super().send(request, **kwargs)


def rates():
    # ruleid: py-no-timeout
    return requests.get("https://rates.example.com/latest").json()


def rates_safe():
    # ok: py-no-timeout
    return requests.get("https://rates.example.com/latest", timeout=5).json()


def charge(amount):
    session = requests.Session()
    # ruleid: py-no-timeout
    first = session.post("https://pay.example.com/charges", json={"amount": amount})
    # ok: py-no-timeout
    second = session.post("https://pay.example.com/charges", json={"amount": amount}, timeout=(3, 10))
    return first, second


def charge_with_adapter(amount):
    session = requests.Session()
    session.mount("https://", TimeoutAdapter())
    # ok: py-no-timeout
    return session.post("https://pay.example.com/charges", json={"amount": amount})


def page(url, **options):
    # ok: py-no-timeout
    first = requests.get(url, **options)
    # ruleid: py-no-timeout
    second = urllib.request.urlopen(url)
    # ok: py-no-timeout
    third = urllib.request.urlopen(url, timeout=5)
    # ruleid: py-no-timeout
    fourth = requests.get(url, timeout=None)
    return first, second, third, fourth


def notify(message):
    # ruleid: py-no-timeout
    with smtplib.SMTP("mail.example.com", 587) as server:
        server.send_message(message)
    # ok: py-no-timeout
    with smtplib.SMTP("mail.example.com", 587, timeout=10) as server:
        server.send_message(message)


def shared_session():
    session = requests.Session()
    # ruleid: py-timeout-default
    session.request = functools.partial(session.request, timeout=10)
    return session
