"""Order search of a small shop, Flask with sqlite3 and SQLAlchemy."""
from flask import Flask, jsonify, request
from sqlalchemy import select, text

app = Flask(__name__)
SORTS = {"newest": "created_at desc", "price": "total asc"}


@app.route("/orders")
def orders():
    status = request.args.get("status", "open")
    # ruleid: py-sql-built
    rows = get_db().execute(f"SELECT * FROM orders WHERE status = '{status}'").fetchall()
    return jsonify([dict(row) for row in rows])


@app.route("/orders/safe")
def orders_safe():
    status = request.args.get("status", "open")
    # ok: py-sql-built
    rows = get_db().execute("SELECT * FROM orders WHERE status = ?", (status,)).fetchall()
    return jsonify([dict(row) for row in rows])


@app.route("/orders/sorted")
def orders_sorted():
    sort = request.args.get("sort", "created_at")
    # ruleid: py-sql-built
    rows = db.session.execute(text("SELECT * FROM orders ORDER BY " + sort))
    return jsonify([dict(row) for row in rows])


@app.route("/orders/sorted-safe")
def orders_sorted_safe():
    order = SORTS.get(request.args.get("sort"), "created_at desc")
    # ok: py-sql-built
    rows = db.session.execute(text("SELECT * FROM orders ORDER BY " + order))
    return jsonify([dict(row) for row in rows])


@app.route("/customers/<name>")
def customer(name):
    query = "SELECT id, email FROM customers"
    query += " WHERE name = '%s'" % name
    cursor = get_db().cursor()
    # ruleid: py-sql-built
    cursor.execute(query)
    return jsonify(cursor.fetchone())


@app.route("/customers/by-id/<int:customer_id>")
def customer_by_id(customer_id):
    # ok: py-sql-built
    row = get_db().execute(f"SELECT id, email FROM customers WHERE id = {customer_id}").fetchone()
    return jsonify(dict(row))


@app.post("/orders/bulk")
def bulk():
    ids = request.get_json()["ids"]
    marks = ",".join("?" * len(ids))
    # ok: py-sql-built
    rows = get_db().execute(f"SELECT * FROM orders WHERE id IN ({marks})", ids)
    joined = ",".join(ids)
    # ruleid: py-sql-built
    get_db().execute(f"DELETE FROM drafts WHERE order_id IN ({joined})")
    return jsonify([dict(row) for row in rows])


@app.route("/page")
def page():
    size = int(request.args.get("size", 20))
    # ok: py-sql-built
    rows = get_db().execute("SELECT * FROM orders LIMIT %d" % size)
    term = request.args["q"]
    # ok: py-sql-built
    more = db.session.execute(select(Order).where(Order.title.ilike(f"%{term}%")))
    return jsonify(rows.fetchall() + more.all())


def find_user(conn, email):
    # ruleid: py-sql-built
    return conn.execute(f"SELECT * FROM users WHERE email = '{email}'").fetchone()


def find_user_safe(conn, email):
    # ok: py-sql-built
    return conn.execute("SELECT * FROM users WHERE email = %s", (email,)).fetchone()
