import requests


def f():
    return 1
