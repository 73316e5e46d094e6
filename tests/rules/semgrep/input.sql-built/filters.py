"""Filters collected one by one, Flask."""
from flask import Flask, jsonify, request

app = Flask(__name__)


@app.route("/cars")
def cars():
    conditions = []
    if brand := request.args.get("brand"):
        conditions.append(f"brand = '{brand}'")
    if color := request.args.get("color"):
        conditions.append("color = '" + color + "'")
    where = " AND ".join(conditions) or "1 = 1"
    # ruleid: py-sql-built
    rows = get_db().execute("SELECT * FROM cars WHERE " + where)
    return jsonify([dict(row) for row in rows])


@app.route("/cars/safe")
def cars_safe():
    conditions, values = [], []
    for name in ("brand", "color"):
        if value := request.args.get(name):
            conditions.append(f"{name} = ?")
            values.append(value)
    where = " AND ".join(conditions) or "1 = 1"
    # ok: py-sql-built
    rows = get_db().execute("SELECT * FROM cars WHERE " + where, values)
    return jsonify([dict(row) for row in rows])
