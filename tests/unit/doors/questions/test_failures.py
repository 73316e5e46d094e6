"""Failures that are hidden, and failures that say too much."""

from __future__ import annotations

import pytest

from helpers.questions import told
from helpers.shop import shop
from walkdown.model.severity import Severity

_HIDDEN, _LEAKED = "error.swallowed", "error.leaked"
_WRITE = "await prisma.order.create({ data: { userId: req.user.id } });"


@pytest.mark.parametrize(
    "body",
    [
        "try { " + _WRITE + " } catch (e) {}\nres.end();",
        "await prisma.order.create({ data: { userId: req.user.id } }).catch(() => {});\nres.end();",
        "try { " + _WRITE + " } catch { /* never mind */ }\nres.end();",
    ],
    ids=["try", "catch-call", "comment"],
)
def test_a_write_whose_failure_is_forgotten(body: str) -> None:
    assert [one.severity for one in told(shop(body), _HIDDEN)] == [Severity.MEDIUM]


def test_a_failure_that_is_only_logged_and_then_success() -> None:
    body = "try { " + _WRITE + " } catch (e) { console.error(e); }\nres.json({ ok: true });"
    assert [one.severity for one in told(shop(body), _HIDDEN)] == [Severity.MEDIUM]


@pytest.mark.parametrize(
    "body",
    [
        "try { " + _WRITE + " } catch (e) { return res.status(500).end(); }\nres.end();",
        "try { " + _WRITE + " } catch (e) { throw new Error('no order'); }\nres.end();",
        "let fine = true; try { " + _WRITE + " } catch (e) { fine = false; }\nres.json({ fine });",
        "try { await prisma.order.findMany({ take: 3 }); } catch (e) {}\nres.end();",
    ],
    ids=["answered", "thrown", "remembered", "read"],
)
def test_a_failure_that_somebody_learns_of(body: str) -> None:
    assert told(shop(body), _HIDDEN) == []


_EDGE = """
import { createClient } from "https://esm.sh/@supabase/supabase-js@2";
Deno.serve(async (req) => {
  const db = createClient(Deno.env.get("SUPABASE_URL"), Deno.env.get("SUPABASE_SERVICE_ROLE_KEY"));
  const { id } = await req.json();
  BODY
  return new Response("ok");
});
"""


def _edge(body: str) -> dict[str, str]:
    return {"supabase/functions/pay/index.ts": _EDGE.replace("BODY", body)}


@pytest.mark.parametrize(
    "body",
    [
        'await db.from("orders").insert({ id });',
        'const { data } = await db.from("orders").update({ paid: true }).eq("id", id).select();',
        'await Promise.all([\n db.from("orders").insert({ id }),\n ]);',
    ],
    ids=["dropped", "data-only", "all"],
)
def test_an_error_that_nobody_reads(body: str) -> None:
    assert [one.severity for one in told(_edge(body), _HIDDEN)] == [Severity.MEDIUM]


@pytest.mark.parametrize(
    "body",
    [
        'const { error } = await db.from("orders").insert({ id });\n if (error) throw error;',
        'const result = await db.from("orders").insert({ id });\n if (result.error) throw result.error;',
        'await db.from("orders").insert({ id }).throwOnError();',
        'const { data } = await db.from("orders").select("id").eq("id", id);',
    ],
    ids=["taken", "member", "throws", "read"],
)
def test_an_error_that_is_read(body: str) -> None:
    assert told(_edge(body), _HIDDEN) == []


_TRY = "try { " + _WRITE + " res.end(); } catch (err) {\n"


@pytest.mark.parametrize(
    ("answer", "severity"),
    [
        ("res.status(500).json({ error: err.message });", Severity.LOW),
        (
            "const message = err instanceof Error ? err.message : 'unknown';\nres.status(500).json({ message });",
            Severity.LOW,
        ),
        ("res.status(500).json({ error: err.message, stack: err.stack });", Severity.MEDIUM),
        ("res.status(500).json(err);", Severity.MEDIUM),
        ("res.status(500).send(String(err));", Severity.LOW),
        ("res.status(500).send(`It failed: ${err.message}`);", Severity.LOW),
    ],
    ids=["message", "by-name", "stack", "whole", "string", "template"],
)
def test_an_error_in_its_own_words(answer: str, severity: Severity) -> None:
    assert [one.severity for one in told(shop(_TRY + answer + "}"), _LEAKED)] == [severity]


@pytest.mark.parametrize(
    "answer",
    [
        "console.error(err.message); res.status(500).json({ error: 'It failed.' });",
        "if (err instanceof AppError) return res.status(400).json({ error: err.message });\nres.status(500).end();",
        "res.status(500).json({ error: err instanceof AppError ? err.message : 'It failed.' });",
        "res.status(500).json({ error: process.env.NODE_ENV === 'development' ? err.message : 'It failed.' });",
        "if (err.code === 'P2002') return res.status(409).json({ error: err.message });\nres.status(500).end();",
        "res.status(500).json({ code: err.code });",
    ],
    ids=["fixed", "own-class", "choice", "development", "by-code", "code"],
)
def test_an_error_that_is_not_told(answer: str) -> None:
    assert told(shop(_TRY + answer + "}"), _LEAKED) == []


def test_what_a_check_of_the_input_says_is_for_the_asker() -> None:
    body = "let d; try { d = schema.parse(req.body); } catch (err) { return res.status(400).json({ e: err.message }); }"
    assert told(shop(body + "\n" + _WRITE + "res.end();"), _LEAKED) == []
