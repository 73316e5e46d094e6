"""Edge functions that change accounts with the service key for whoever calls them."""

from __future__ import annotations

import pytest

from helpers.questions import told
from walkdown.model.severity import Severity

_RESET = """
import { createClient } from 'https://esm.sh/@supabase/supabase-js@2';
const admin = createClient(Deno.env.get('SUPABASE_URL')!, Deno.env.get('SUPABASE_SERVICE_ROLE_KEY')!);
Deno.serve(async (req) => {
  const { email, newPassword, code, role } = await req.json();
  %s
  const { data: user } = await admin.from('users').select('id, code').eq('email', email).single();
  %s
  const { error } = await admin.auth.admin.updateUserById(user.id, { password: newPassword });
  return Response.json({ ok: !error });
});
"""
_LOGIN = """const { data } = await admin.auth.getUser(req.headers.get('Authorization')!.slice(7));
  if (!data.user) return new Response('no', { status: 401 });"""


def _told(code: str) -> list[tuple[str, Severity]]:
    files = {"supabase/config.toml": "[functions.reset-user-password]\n"}
    files["supabase/functions/reset-user-password/index.ts"] = code
    found = told(files, "auth.endpoint-open")
    return [(one.rule.id, one.severity) for one in found]


def test_a_password_that_anybody_sets_for_anybody_is_critical() -> None:
    assert _told(_RESET % ("", "")) == [("doors-account-power", Severity.CRITICAL)]
    meant = "if (user.email !== email) return new Response('no', { status: 404 });"
    assert _told(_RESET % ("", meant)) == [("doors-account-power", Severity.CRITICAL)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (_LOGIN, ""),
        ("", "if (user.code !== code) return new Response('no', { status: 403 });"),
        ("if (req.headers.get('x-key') !== Deno.env.get('HOOK_SECRET')) return new Response('', { status: 401 });", ""),
        ("await admin.from('reset_tokens').select('id').eq('token', code).single();", ""),
    ],
)
def test_silent_where_somebody_is_known_or_a_code_is_asked_for(before: str, after: str) -> None:
    assert _told(_RESET % (before, after)) == []


def test_rights_that_the_caller_chooses_for_a_new_account_are_told() -> None:
    made = """const { data } = await admin.auth.admin.createUser({ email, password: newPassword });
  await admin.from('user_roles').insert({ user_id: data.user.id, role%s });
  return Response.json({});"""
    assert [severity for _, severity in _told(_RESET % (made % "", ""))] == [Severity.HIGH]
    assert _told(_RESET % (made % ": 'member'", "")) == []
