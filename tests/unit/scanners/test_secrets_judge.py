"""The judge of secrets: what is one, what is a default everybody tries, and what only looks like one."""

from __future__ import annotations

import base64
import json
import random
import string

import pytest

from walkdown.model import Confidence, Severity
from walkdown.scanners.kingfisher import values
from walkdown.scanners.kingfisher.judge import SERVICE_ROLE, Candidate, Sort, judge, secret_in, secret_span

RANDOM = "".join(random.Random(11).choices(string.ascii_letters + string.digits, k=32))


def candidate(rule: str, path: str, line: str, value: str, *, sure: bool = False) -> Candidate:
    return Candidate(rule, value, path, line, line.rindex(value), sure)


def named(path: str, line: str, value: str, kind: str = "password", form: str = "quoted") -> Candidate:
    return candidate(f"walkdown.{kind}.{form}", path, line, value)


def token(**claims: object) -> str:
    def part(data: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")

    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}.{RANDOM}"


@pytest.mark.parametrize(
    "value",
    [
        "your-api-key-here", "<token>", "xxxxxxxx", "${DB_PASSWORD}", "{{ secret }}", "%(password)s", "$SECRET", "...",
        "********", "REPLACE_ME", "[REDACTED]", "insert-key", "undefined", "null", "AKIAIOSFODNN7EXAMPLE", "{password}",
    ],
)  # fmt: skip
def test_placeholders_stand_for_a_value(value: str) -> None:
    assert values.is_placeholder(value)


@pytest.mark.parametrize("value", ["hunter22", RANDOM, "S3cr3t!pass", "kD9#vw2Lq0"])
def test_real_values_are_no_placeholders(value: str) -> None:
    assert not values.is_placeholder(value)


@pytest.mark.parametrize(
    "value",
    [
        "process.env.SECRET", "settings.auth.secret", "/run/secrets/db", "https://example.org/token", "JWT_SECRET",
        "certs/server.pem", "arn:aws:secretsmanager:eu-west-1", "op://vault/item", "user.password",
    ],
)  # fmt: skip
def test_references_name_something_else(value: str) -> None:
    assert values.is_reference(value)


def test_base64_with_slashes_is_no_path() -> None:
    key = "/" + "".join(random.Random(5).choices(string.ascii_letters + string.digits + "/+", k=39))
    assert not values.is_reference(key)


@pytest.mark.parametrize(
    "value", ["changeme", "admin", "password", "secret", "123456", "postgres", "P@ssword", "change_me"]
)
def test_known_defaults(value: str) -> None:
    assert values.is_known_default(value)


@pytest.mark.parametrize("value", ["reset-password-form", "clientSecretLabel", "Forgot", "auth_token_header2"])
def test_words_are_wordy(value: str) -> None:
    assert values.is_wordy(value)
    assert not values.is_machine_made(value)


@pytest.mark.parametrize("value", [RANDOM, "9f86d081884c7d659a2feaa0c55ad015", "x7Kp-2mQ9_vLz4Rt8"])
def test_generated_values_are_machine_made(value: str) -> None:
    assert values.is_machine_made(value)


@pytest.mark.parametrize("value", ["$2b$12$abcdefghijklmnopqrstuv", "pbkdf2_sha256$600000$x$y", "sha512-Zm9vYmFy"])
def test_hashes_are_not_the_secret(value: str) -> None:
    assert judge(named("app/seed.py", f'password = "{value}"', value)).sort is Sort.NOTHING


REAL = [
    named("app/db.py", f'db_password = "{RANDOM}"', RANDOM),
    named("app/db.py", 'connect(password="Summer2024!")', "Summer2024!"),
    named(".env", "DB_PASSWORD=orangetree", "orangetree", form="bare"),
    named("docker-compose.yml", "  - POSTGRES_PASSWORD=kD9vw2Lq0", "kD9vw2Lq0", form="bare"),
    named("app/settings.py", f'SECRET_KEY = "{RANDOM}"', RANDOM, "signing-key"),
    named("app/settings.py", 'SECRET_KEY = "django-insecure-4k#v9)w2"', "django-insecure-4k#v9)w2", "signing-key"),
    named("src/auth.ts", f'const jwtSecret: string = "{RANDOM}"', RANDOM, "signing-key"),
    named(".env", f"TWILIO_AUTH_TOKEN={RANDOM}", RANDOM, "token", "bare"),
    named("config/prod.json", f'"client_secret": "{RANDOM}"', RANDOM, "secret"),
    named("api.env", f"MAPS_API_KEY={RANDOM}", RANDOM, "api-key", "bare"),
    candidate("walkdown.url-password", "app.yml", f"url: postgres://app:{RANDOM}@db.example.net/x", RANDOM),
]


@pytest.mark.parametrize("seen", REAL, ids=lambda seen: f"{seen.rule}:{seen.path}")
def test_real_secrets(seen: Candidate) -> None:
    assert judge(seen).sort is Sort.SECRET


DEFAULTS = [
    named("docker-compose.yml", "  POSTGRES_PASSWORD: postgres", "postgres", form="bare"),
    named("app/seed.py", 'user.set_password("admin123")', "admin123"),
    named(".env", "FIRST_SUPERUSER_PASSWORD=changethis", "changethis", form="bare"),
    named("app/__init__.py", "app.config['SECRET_KEY'] = 'your-secret-key'", "your-secret-key", "signing-key"),
    named("app/config.py", 'os.environ.get("SECRET_KEY", "dev")', "dev", "signing-key", "fallback"),
    named("src/auth.ts", "process.env.JWT_SECRET || 'fallback-secret'", "fallback-secret", "signing-key", "fallback"),
    named("server.js", "secretKey: 'super-secret-key-change-in-production'", "super-secret-key-change-in-production",
          "signing-key"),
    Candidate("walkdown.url-password", "shop", "compose.yml", "DB: postgresql://shop:shop@db:5432/x", len("DB: postgresql://shop:")),
]  # fmt: skip


@pytest.mark.parametrize("seen", DEFAULTS, ids=lambda seen: f"{seen.rule}:{seen.path}")
def test_defaults_are_a_kind_of_their_own(seen: Candidate) -> None:
    assert judge(seen).sort is Sort.DEFAULT


NOTHING = [
    named("src/locales/fr.json", '"password": "Motdepasse1"', "Motdepasse1"),
    named("web/fr.json", '"password": "Mot"', "Mot"),
    named("src/Form.tsx", 'password: "Password"', "Password"),
    named("src/Form.tsx", '{ password: "password" }', "password"),
    named("src/Form.tsx", "token: 'auth_token'", "auth_token", "token"),
    named("src/types.ts", "password: string", "string", form="bare"),
    named("app/models.py", "password: str", "str", form="bare"),
    named("app/views.py", "api_key = generate_token(40)", "generate_token(40)", "api-key", "bare"),
    named("src/api.ts", "const secret = process.env.CLIENT_SECRET", "process.env.CLIENT_SECRET", "secret", "bare"),
    named("app/constants.py", 'SECRET_KEY = "secret_key"', "secret_key", "signing-key"),
    named("app/constants.py", 'PASSWORD = "password"', "password"),
    named("src/nav.ts", 'resetPassword: "/reset-password"', "/reset-password"),
    named(".env.example", "DB_PASSWORD=postgres", "postgres", form="bare"),
    named(".env.example", "SECRET_KEY=your-secret-key", "your-secret-key", "signing-key", "bare"),
    named("tests/test_login.py", 'password="testpass123"', "testpass123"),
    named("pnpm-lock.yaml", f"token: {RANDOM}", RANDOM, "token", "bare"),
    named("src/Button.css", "token: primary-2", "primary-2", "token", "bare"),
    named(
        "app/ids.py", 'token = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"', "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "token"
    ),
    named("supabase/config.toml", 's3_secret_key = "env(S3_SECRET_KEY)"', "env(S3_SECRET_KEY)", "signing-key"),
    named("tox.ini", "DATABASE_PASSWORD=Password12", "Password12", form="bare"),
    candidate("walkdown.url-password", "docs/db.mdx", "postgres://app:p%40ss%23word@localhost/db", "p%40ss%23word"),
    named(".github/workflows/ci.yml", "POSTGRES_PASSWORD: postgres", "postgres", form="bare"),
    candidate("walkdown.url-password", "README.md", "postgres://user:password@localhost/db", "password"),
    candidate("walkdown.url-password", "app.py", "help='http://user:passwd@proxy:80'", "passwd"),
    candidate("betterleaks.posthog-project-api-key", "src/app.tsx", f"key = 'phc_{RANDOM}'", f"phc_{RANDOM}"),
]


@pytest.mark.parametrize("seen", NOTHING, ids=lambda seen: f"{seen.rule}:{seen.path}:{seen.value[:12]}")
def test_what_only_looks_like_a_secret(seen: Candidate) -> None:
    assert judge(seen).sort is Sort.NOTHING


def test_the_role_inside_a_supabase_key_decides() -> None:
    anon, service = token(role="anon", iss="supabase"), token(role="service_role", iss="supabase")
    for value, sort in ((anon, Sort.NOTHING), (service, Sort.SECRET)):
        seen = named("src/components/client.ts", f'const supabaseKey = "{value}"', value, "api-key")
        assert judge(seen).sort is sort


def test_a_service_role_key_is_worst_in_browser_code() -> None:
    value = token(role="service_role", iss="supabase")
    in_browser = judge(candidate("betterleaks.jwt", "src/components/Admin.tsx", f"'{value}'", value))
    by_name = judge(candidate("betterleaks.jwt", ".env", f"VITE_SUPABASE_KEY={value}", value))
    on_server = judge(candidate("betterleaks.jwt", "supabase/functions/mail/index.ts", f"'{value}'", value))
    assert (in_browser.browser, by_name.browser, on_server.browser) == (True, True, False)
    assert {in_browser.severity, by_name.severity, on_server.severity} == {Severity.CRITICAL}
    assert in_browser.what == SERVICE_ROLE


def test_the_demo_key_of_a_local_supabase_is_a_default() -> None:
    value = token(role="service_role", iss="supabase-demo")
    assert judge(candidate("betterleaks.jwt", "supabase/migrations/1.sql", f"'{value}'", value)).sort is Sort.DEFAULT


def test_a_token_of_a_test_is_let_go() -> None:
    value = token(message="hello")
    assert judge(candidate("betterleaks.jwt", "src/jwt/index.test.ts", f"'{value}'", value)).sort is Sort.NOTHING
    assert judge(candidate("betterleaks.jwt", "src/jwt/index.ts", f"'{value}'", value)).sort is Sort.SECRET


def test_a_providers_key_in_a_test_is_told_quietly() -> None:
    seen = candidate("betterleaks.github-pat", "tests/test_api.py", f"'ghp_{RANDOM}'", f"ghp_{RANDOM}", sure=True)
    verdict = judge(seen)
    assert (verdict.sort, verdict.severity, verdict.confidence) == (Sort.SECRET, Severity.LOW, Confidence.UNSURE)


def test_a_public_prefix_sends_the_key_to_the_browser() -> None:
    value = f"sk-proj-{RANDOM}"
    seen = candidate("betterleaks.openai-api-key", ".env", f"NEXT_PUBLIC_OPENAI_KEY={value}", value, sure=True)
    assert judge(seen).browser


def test_the_secret_of_a_connection_string_is_its_password() -> None:
    whole = f"mongodb://app:{RANDOM}@cluster.example.net/db"
    seen = Candidate("betterleaks.mongodb-connection-string", whole, "app.py", whole, 0)
    assert secret_in(seen) == RANDOM
    assert secret_span(seen) == (whole.index(RANDOM), len(RANDOM))


@pytest.mark.parametrize("value", ["ey", "ey.ey.ey", "eyJhbGciOiJIUzI1NiJ9.bm9qc29u.x", "a.b.c", "ey\udcff.x.y"])
def test_what_is_no_token_has_no_claims(value: str) -> None:
    assert values.claims(value) is None
