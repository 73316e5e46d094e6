"""Product search, FastAPI with asyncpg and psycopg."""
from fastapi import APIRouter, Depends, Query
from psycopg import sql

router = APIRouter()


@router.get("/products")
async def products(q: str, limit: int = 20, conn=Depends(get_conn)):
    # ruleid: py-sql-built
    return await conn.fetch(f"SELECT * FROM products WHERE name ILIKE '%{q}%' LIMIT {limit}")


@router.get("/products/safe")
async def products_safe(q: str, limit: int = 20, conn=Depends(get_conn)):
    # ok: py-sql-built
    return await conn.fetch(f"SELECT * FROM products WHERE name ILIKE $1 LIMIT {limit}", f"%{q}%")


@router.post("/products/filter")
async def filter_products(body: FilterRequest, conn=Depends(get_conn)):
    statement = "SELECT * FROM products WHERE {} = 1".format(body.column)
    # ruleid: py-sql-built
    return await conn.fetch(statement)


@router.post("/products/filter-safe")
async def filter_products_safe(body: FilterRequest, conn=Depends(get_conn)):
    if body.column not in {"in_stock", "featured"}:
        raise HTTPException(400)
    statement = sql.SQL("SELECT * FROM products WHERE {} = 1").format(sql.Identifier(body.column))
    # ok: py-sql-built
    return await conn.execute(statement)


@router.get("/report")
async def report(month: str | None = Query(None), session=Depends(get_session)):
    # ruleid: py-sql-built
    return session.execute("SELECT sum(total) FROM orders WHERE month = '" + month + "'").scalar()
