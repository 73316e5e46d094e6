import requests
from flask import request


def orders(cursor):
    name = request.args.get("name")
    query = "select * from orders where name = '" + name + "'"
    cursor.execute(query)
    requests.get("https://example.com", timeout=3)
    # nosemgrep
    cursor.execute(request.args.get("all"))
    cursor.execute(request.args.get("one"))  # nosemgrep: t-py-sql
    cursor.execute(request.args.get("two"))  # nosemgrep: something-else
    label = "é😀 nosemgrep"; cursor.execute(request.args.get("three"))
