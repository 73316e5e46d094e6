import requests
requests.get(1, timeout=3)
class A
    requests.get(2, timeout=3)
