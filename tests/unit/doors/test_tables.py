"""What schemas say of tables: secrets, owners, what is unique, where relations lead."""

from __future__ import annotations

import pytest

from walkdown.doors.tables import Table, looks_secret, merged, points_to_owner, read_schemas

_SCHEMA = b"""
// model Old { id Int }
model User {
  id           String   @id @default(cuid())
  email        String   @unique
  passwordHash String?
  resetToken   String?
  resetTokenAt DateTime?
  orders       Order[]
  @@map("users")
}

model Order {
  id     String @id
  userId String
  user   User   @relation(fields: [userId], references: [id], onDelete: Cascade)
  @@unique([userId, id])
}
enum Role { ADMIN }
type Mixed { a String }
"""


def test_prisma_schema() -> None:
    tables = read_schemas(["prisma/schema.prisma", "a.ts"], lambda _: _SCHEMA)
    assert [one.name for one in tables.all] == ["User", "Order"]
    user, order = tables.find("users"), tables.find("order")
    assert user is not None
    assert order is not None
    assert user.secrets == ("passwordHash", "resetToken")
    assert [one.name for one in user.columns if one.unique] == ["id", "email"]
    assert order.owners == ("userId", "user")
    assert order.keys == (("userId", "id"),)
    assert order.links == (("user", ("userId",)),)
    column = user.column("orders")
    assert column is not None
    assert (column.refers, column.many) == ("Order", True)
    assert user.line == 3


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "password_hash",
        "passwordHash",
        "apiKey",
        "api_key",
        "refreshToken",
        "twoFactorSecret",
        "otp",
        "hash",
    ],
)
def test_secret_names(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize(
    "name",
    ["name", "tokenExpiresAt", "max_tokens", "passwordChangedAt", "keyboard", "tokenCount", "compass", "hashtagId"],
)
def test_harmless_names(name: str) -> None:
    assert not looks_secret(name)


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("userId", True),
        ("owner_id", True),
        ("created_by", True),
        ("organizationId", True),
        ("productId", False),
        ("id", False),
    ],
)
def test_owners(name: str, owner: bool) -> None:
    assert points_to_owner(name) is owner


def test_a_table_told_of_twice_counts_once() -> None:
    first = read_schemas(["a.prisma"], lambda _: _SCHEMA).all
    again = Table("user", "b.ts", 1, "sql")
    assert len(merged((again,), first).all) == 2
    found = merged((again,), first).find("user")
    assert found is not None
    assert found.columns
