"""The demo's history: who committed what, when. The texts themselves lie beside it, in `files` and `earlier`."""

from __future__ import annotations

import msgspec


class Commit(msgspec.Struct, frozen=True):
    """`puts` are files as they are today, from `files`, unless `earlier/<number>` holds them as they were then."""

    number: int
    who: str
    when: str
    message: str
    puts: tuple[str, ...]
    deletes: tuple[str, ...] = ()


MAYA = "Maya Okafor <maya@corner-shop.example>"
JONAS = "Jonas Lind <jonas@corner-shop.example>"

STORY = (
    Commit(
        1, MAYA, "2026-09-01T10:12:00+02:00",
        "Catalogue, accounts and orders",
        puts=(
            ".gitignore", "README.md", "requirements.txt", "api/__init__.py", "api/app.py", "api/db.py",
            "api/accounts.py", "api/catalogue.py", "api/orders.py", "tests/test_orders.py",
        ),
    ),
    Commit(
        2, MAYA, "2026-09-02T17:31:00+02:00",
        "Settings of the server, so that deploys stop failing",
        puts=(".env",),
    ),
    Commit(
        3, JONAS, "2026-09-04T15:06:00+02:00",
        "Storefront and reviews",
        puts=(
            "supabase/migrations/0001_shop.sql", "supabase/migrations/0002_reviews.sql",
            "supabase/functions/order-mail/index.ts",
            "web/package.json", "web/package-lock.json", "web/tsconfig.json", "web/index.html", "web/src/main.tsx",
            "web/src/lib/api.ts", "web/src/lib/supabase.ts", "web/src/components/Description.tsx",
            "web/src/components/Reviews.tsx", "web/src/pages/Admin.tsx", "web/src/pages/Checkout.tsx",
            "web/src/pages/Login.tsx", "web/src/pages/Shop.tsx",
        ),
    ),
    Commit(
        4, JONAS, "2026-09-08T09:20:00+02:00",
        "Settings come from the server's environment now, .env is gone",
        puts=(".gitignore", ".env.example"),
        deletes=(".env",),
    ),
    Commit(
        5, MAYA, "2026-09-10T11:44:00+02:00",
        "Payments with Stripe",
        puts=("api/payments.py", "api/app.py", "tests/test_payments.py"),
    ),
    Commit(
        6, JONAS, "2026-09-11T13:15:00+02:00",
        "Back office and shop assistant, deploy on every push",
        puts=("api/admin.py", "api/assistant.py", "api/app.py", "Dockerfile", ".github/workflows/deploy.yml"),
    ),
    Commit(
        7, MAYA, "2026-09-11T17:52:00+02:00",
        "Refunds gave 403 on the shop's tablet, fixed. Totals of old orders",
        puts=("api/admin.py", "scripts/backfill_totals.py"),
    ),
)  # fmt: skip
