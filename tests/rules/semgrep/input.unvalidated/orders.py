"""Orders: Flask with SQLAlchemy, Django, Supabase."""
import json

from flask import Flask, abort, jsonify, request

app = Flask(__name__)


@app.post("/orders")
def create_order():
    data = request.get_json()
    order = Order(product_id=data["product_id"], quantity=data["quantity"], note=data.get("note"))
    # ruleid: py-unvalidated
    db.session.add(order)
    db.session.commit()
    return jsonify(id=order.id)


@app.post("/orders/safe")
def create_order_safe():
    data = OrderInput.model_validate(request.get_json())
    order = Order(product_id=data.product_id, quantity=data.quantity, note=data.note)
    # ok: py-unvalidated
    db.session.add(order)
    db.session.commit()
    return jsonify(id=order.id)


@app.post("/orders/by-hand")
def create_order_by_hand():
    quantity = request.get_json().get("quantity")
    if not isinstance(quantity, int) or not 0 < quantity < 100:
        abort(422)
    order = Order(quantity=quantity)
    # ok: py-unvalidated
    db.session.add(order)
    db.session.commit()
    return jsonify(id=order.id)


def create_review(request):
    body = json.loads(request.body)
    # ruleid: py-unvalidated
    review = Review.objects.create(author=request.user, stars=body["stars"], text=body["text"])
    return JsonResponse({"id": review.pk})


def create_review_safe(request):
    form = ReviewForm(json.loads(request.body))
    if not form.is_valid():
        return JsonResponse(form.errors, status=422)
    # ok: py-unvalidated
    review = Review.objects.create(author=request.user, stars=form.cleaned_data["stars"])
    return JsonResponse({"id": review.pk})


@app.post("/leads")
def lead():
    body = request.json
    # ruleid: py-unvalidated
    supabase.table("leads").insert({"email": body["email"], "budget": body["budget"]}).execute()
    return jsonify(ok=True)
