"""Profiles: Flask with SQLAlchemy, FastAPI, Django, Supabase."""
from fastapi import APIRouter, Depends
from flask import Flask, jsonify, request

app = Flask(__name__)
router = APIRouter()
EDITABLE = {"name", "bio"}


@app.post("/users")
def create_user():
    data = request.get_json()
    user = User(**data)
    # ruleid: py-mass-assign
    db.session.add(user)
    db.session.commit()
    return jsonify(id=user.id)


@app.post("/users/safe")
def create_user_safe():
    data = UserSchema().load(request.get_json())
    user = User(**data)
    # ok: py-mass-assign
    db.session.add(user)
    db.session.commit()
    return jsonify(id=user.id)


@app.patch("/me")
def update_me():
    for key, value in request.json.items():
        # ruleid: py-mass-assign
        setattr(current_user, key, value)
    db.session.commit()
    return jsonify(ok=True)


@app.patch("/me/safe")
def update_me_safe():
    for key, value in request.json.items():
        if key in EDITABLE:
            # ok: py-mass-assign
            setattr(current_user, key, value)
    db.session.commit()
    return jsonify(ok=True)


@router.patch("/items/{item_id}")
async def update_item(item_id: int, payload: dict, supabase=Depends(get_supabase)):
    # ruleid: py-mass-assign
    return supabase.table("items").update(payload).eq("id", item_id).execute()


@router.patch("/items/safe/{item_id}")
async def update_item_safe(item_id: int, payload: ItemUpdate, supabase=Depends(get_supabase)):
    # ok: py-mass-assign
    return supabase.table("items").update(payload.model_dump()).eq("id", item_id).execute()


class BookView(APIView):
    def post(self, request):
        # ruleid: py-mass-assign
        book = Book.objects.create(**request.data)
        serializer = BookSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        # ok: py-mass-assign
        other = Book.objects.create(**serializer.validated_data)
        return Response([book.pk, other.pk])
