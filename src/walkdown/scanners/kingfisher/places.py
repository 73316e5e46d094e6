"""What a file's path says about a secret in it: tests, documentation, CI, translations, code for the browser."""

from __future__ import annotations

import re

_TEST_FOLDERS = (
    "tests?", "__tests__", "specs?", "e2e", "cypress", "playwright", "fixtures?", "__fixtures__", "mocks?", "__mocks__",
    "testdata", "test[-_]data", "testing", "testcases", "examples?", "samples?", "docs?", "documentation", "stories",
    "benchmarks?", "node_modules", "vendor", "bower_components", "third[-_]party", "(?:site|dist)-packages", "_?built",
    "[a-z_-]*[-_]tests?",
)  # fmt: skip
_CODE_ENDINGS = (
    "py", "pyi", "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte", "astro", "java", "kt", "go",
    "rb", "php", "cs", "rs", "swift", "scala", "c", "cc", "cpp", "h", "dart", "html?", r"json\w*", "toml", "lua",
    "exs?", "sql", "prisma", "graphql", "proto", "css", "scss", "xml", "ejs", "hbs", "jinja2?", "erb", "tf", "ipynb",
)  # fmt: skip

_GENERATED = re.compile(
    r"(?i)(?:^|/)(?:[^/]*\.lock(?:b|\.json)?|[^/]*-lock\.(?:json|ya?ml)|npm-shrinkwrap\.json|go\.sum|[^/]*\.min\.(?:js|css)"
    r"|[^/]*\.(?:map|snap|svg|css|scss|less)|cassettes/.*)$"
)
_LANGUAGES = (
    "ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nb nl no pl pt ro ru sk sl sr sv th tr"
    " uk ur vi zh"
)
_TRANSLATION = re.compile(
    r"(?i)(?:^|/)(?:locales?|i18n|l10n|translations?|intl)/|(?:^|/)(?:langs?|languages?|messages)/.*\.(?:json|ya?ml|php)$"
    rf"|(?:^|/)(?:(?:{_LANGUAGES.replace(' ', '|')})(?:[-_][a-z]{{2,4}})?|translations?)\.(?:json|ya?ml|[jt]s|php)$"
    r"|\.(?:po|pot|xlf|resx|arb|strings)$"
)
_TEST = re.compile(
    rf"(?i)(?:^|/)(?:{'|'.join(_TEST_FOLDERS)})/"
    r"|(?:^|/)(?:test_[^/]*|tests?\.[a-z]+|conftest\.py|[^/]*[-_.](?:tests?|spec|stories|fixture|mock|e2e)\.[a-z]+)$"
    r"|(?:^|/)[^/]*tests?\.(?:java|kt|cs|swift|php|go)$"
)
_PAPER = re.compile(r"(?i)\.(?:md|mdx|rst|adoc|txt|ipynb|doctree)$|(?:^|/)(?:readme|changelog|contributing)[^/]*$")
_CI = re.compile(
    r"(?i)(?:^|/)(?:\.github|\.circleci|\.ci|ci|\.buildkite|\.gitlab)/"
    r"|(?:^|/)(?:\.gitlab-ci[^/]*|azure-pipelines[^/]*|\.travis\.yml|tox\.ini|noxfile\.py)$"
)
_TEMPLATE = re.compile(
    r"(?i)(?:^|/)[^/]*(?:[._-](?:example|sample|template|dist|tpl|test|defaults?)(?:\.[a-z]+)?|env\.(?:ci|e2e))$"
)
_CODE = re.compile(rf"(?i)\.(?:{'|'.join(_CODE_ENDINGS)})$")
_PROSE = re.compile(r"(?i)\.(?:md|mdx|rst|adoc|txt|ipynb|html?)$")
_FIELDS = re.compile(r"(?i)\.(?:json|[cm]?[jt]sx?|vue|svelte|html?|xml|graphql)$")
_PUBLIC_NAME = re.compile(
    r"\b(?:NEXT_PUBLIC|VITE|EXPO_PUBLIC|REACT_APP|PUBLIC|NUXT_PUBLIC|GATSBY)_\w*[\s\"'\])]*[=:|?]"
)
_BROWSER = re.compile(
    r"(?i)(?:^|/)(?:components?|public|static|client|frontend|hooks|contexts?|views|screens|integrations/supabase)/"
    r"|\.(?:jsx|tsx|vue|svelte|html?)$"
)
_SERVER = re.compile(
    r"(?i)(?:^|/)(?:api|servers?|backend|functions|scripts|middleware)/|\.server\.|(?:^|/)route\.[jt]s$|\.py$"
)


def is_generated(path: str) -> bool:
    """Lock files, bundles, snapshots, style sheets: names and hashes that look like secrets and never are."""
    return _GENERATED.search(path) is not None


def is_translation(path: str) -> bool:
    return _TRANSLATION.search(path) is not None


def is_rehearsal(path: str) -> bool:
    """Tests, examples and documentation: a known default is at home there, a real secret is not."""
    return is_test(path) or _PAPER.search(path) is not None


def is_test(path: str) -> bool:
    return _TEST.search(path) is not None


def is_ci(path: str) -> bool:
    return _CI.search(path) is not None


def is_template(path: str) -> bool:
    """`.env.example` and its kin: values are there to be replaced."""
    return _TEMPLATE.search(path) is not None


def is_code(path: str) -> bool:
    """An unquoted value is an expression there."""
    return _CODE.search(path) is not None


def is_prose(path: str) -> bool:
    return _PROSE.search(path) is not None


def holds_fields(path: str) -> bool:
    """JSON, scripts and markup, where `password: "password"` mostly names a field or a label."""
    return _FIELDS.search(path) is not None


def is_public_name(before: str) -> bool:
    """Build tools put variables with these prefixes into what they send to the browser."""
    return _PUBLIC_NAME.search(before) is not None


def is_browser_code(path: str, before: str) -> bool:
    """True where what the file holds is sent to every visitor."""
    return is_public_name(before) or (_BROWSER.search(path) is not None and _SERVER.search(path) is None)
