"""Tables that the code itself declares."""

from __future__ import annotations

from walkdown.doors.tables import Table
from walkdown.doors.tables_code import declared
from walkdown.syntax.script_program import read_program


def _tables(text: str) -> dict[str, Table]:
    return {one.name: one for one in declared({"a.ts": read_program(text.encode(), "ts")})}


def test_entities_of_typeorm() -> None:
    user = _tables(
        """import { Entity, Column, PrimaryGeneratedColumn, ManyToOne, OneToMany } from "typeorm";
        @Entity({ name: "app_users" }) export class User {
          @PrimaryGeneratedColumn("uuid") id: string;
          @Column({ unique: true }) email: string;
          @Column({ select: false }) passwordHash: string;
          @ManyToOne(() => Team, (t) => t.users) team: Team;
          @OneToMany(() => Order, (o) => o.user) orders: Order[];
          notStored: string;
        }"""
    )["User"]
    assert user.stored == "app_users"
    assert [(one.name, one.unique, one.refers, one.many, one.hidden) for one in user.columns] == [
        ("id", True, "", False, False),
        ("email", True, "", False, False),
        ("passwordHash", False, "", False, True),
        ("team", False, "Team", False, False),
        ("orders", False, "Order", True, False),
    ]
    assert user.secrets == ("passwordHash",)


def test_tables_of_drizzle() -> None:
    table = _tables(
        """import { pgTable, text } from "drizzle-orm/pg-core";
        export const orders = pgTable("orders", { id: text("id").primaryKey(),
          ownerId: text("owner_id").references(() => users.id),
          code: text("code").notNull().unique(), apiKey: text("api_key") });"""
    )["orders"]
    assert [(one.name, one.unique, one.refers) for one in table.columns] == [
        ("id", True, ""), ("ownerId", False, "?"), ("code", True, ""), ("apiKey", False, ""),
    ]  # fmt: skip
    assert (table.owners, table.secrets) == (("ownerId",), ("apiKey",))


def test_schemas_of_mongoose_and_models_of_sequelize() -> None:
    order = _tables(
        """import mongoose from "mongoose";
        const schema = new mongoose.Schema({ total: Number, token: { type: String, select: false },
          user: { type: mongoose.Schema.Types.ObjectId, ref: "User" } });
        export default mongoose.model("Order", schema);"""
    )["Order"]
    assert [(one.name, one.refers, one.hidden) for one in order.columns] == [
        ("total", "", False), ("token", "", True), ("user", "User", False),
    ]  # fmt: skip
    user = _tables(
        """import { sequelize } from "./db"; import { DataTypes } from "sequelize";
        export const User = sequelize.define("User", { email: { type: DataTypes.STRING, unique: true } });"""
    )["User"]
    assert [(one.name, one.type, one.unique) for one in user.columns] == [("email", "STRING", True)]


def test_files_without_tables() -> None:
    assert not _tables("class Entity { x = 1 } const model = make('a', b); export default model;")
