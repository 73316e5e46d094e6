"""What a file is about, told from its path alone: code, tests, prose, dependencies, build, schema, entrances, ..."""

from __future__ import annotations

import re

from walkdown.target.manifests.names import kind_of

# What tells a program, whatever it does. A page is a program that ends in a browser, too.
PROGRAM = frozenset((
    "py", "pyi", "pyx", "js", "mjs", "cjs", "ts", "mts", "cts", "sql", "graphql", "gql", "prisma", "proto", "go", "rs",
    "rb", "erb", "php", "java", "kt", "kts", "scala", "groovy", "cs", "cshtml", "razor", "swift", "ex", "exs", "eex",
    "heex", "erl", "dart", "lua", "pl", "pm", "c", "h", "cc", "cpp", "hpp", "sh", "bash", "zsh", "fish", "ps1", "bat",
    "ipynb", "sol", "clj",
))  # fmt: skip
PAGE = frozenset((
    "html", "htm", "xhtml", "jsx", "tsx", "vue", "svelte", "astro", "mdx", "jinja", "jinja2", "j2", "ejs", "hbs",
    "mustache", "njk", "pug", "liquid", "twig", "haml", "cshtml", "erb", "heex",
))  # fmt: skip
PROSE = frozenset(("md", "markdown", "rst", "txt", "adoc", "asciidoc", "org", "textile", "tex", "rtf", "pod"))
# Neither a program nor its settings: what it shows, translates or is tried with. Only secrets can hide in it.
DATA = frozenset((
    "json", "jsonl", "ndjson", "geojson", "csv", "tsv", "svg", "css", "scss", "sass", "less", "styl", "po", "pot",
    "xlf", "map", "lock", "snap", "srt", "vtt", "ics", "log", "diff", "patch", "pem", "crt", "cer", "pub", "asc", "sig",
    "key", "eps", "ps", "kml", "gpx", "vcf", "bib", "sum", "wkt", "prj",
))  # fmt: skip
SETTINGS = frozenset((
    "yml", "yaml", "toml", "ini", "cfg", "conf", "config", "properties", "env", "jsonc", "json5", "xml", "plist",
    "xcconfig", "editorconfig", "envrc", "service",
))  # fmt: skip
TERRAFORM = frozenset(("tf", "tfvars", "hcl", "bicep", "dockerfile", "nix"))

PATTERNS = {
    # A folder for tests, or a name for one.
    "tests": r"(?:^|/)(?:tests?|__tests__|__mocks__|specs?|e2e|cypress|playwright|testing|testdata|test[-_]utils)/"
    r"|(?:^|/)(?:test_[^/]*|[^/]*_tests?|conftest|tests?|(?:jest|vitest|playwright|cypress)\.[^/]*)"
    r"\.(?:[cm]?[jt]sx?|py|go|rb|php|sh|sql)$|(?:^|/)[^/]*tests?\.(?:java|kt|cs|swift)$|[._-](?:test|spec|cy|e2e|stories)\.\w+$"
    r"|(?:^|/)(?:pytest\.ini|tox\.ini|\.coveragerc|noxfile\.py)$",
    "build": r"(?:^|/)(?:(?:[^/]*[-_.])?(?:docker|container)file(?:[-_.][^/]*)?|\.dockerignore"
    r"|(?:docker-)?compose[^/]*\.ya?ml|(?:gnu)?makefile|[^/]*\.mk|justfile|taskfile\.ya?ml|procfile[^/]*|vercel\.json"
    r"|netlify\.toml|fly[^/]*\.toml|render\.ya?ml|railway\.(?:json|toml)|wrangler\.(?:toml|jsonc?)|app\.ya?ml|app\.json"
    r"|cloudbuild\.ya?ml|serverless\.(?:ya?ml|ts)|samconfig\.toml|template\.ya?ml|firebase\.json|firestore\.rules"
    r"|storage\.rules|amplify\.ya?ml|nixpacks\.toml|chart\.ya?ml|kustomization\.ya?ml|skaffold\.ya?ml|nginx[^/]*"
    r"|caddyfile|httpd\.conf|\.htaccess|traefik[^/]*|gunicorn[^/]*|uwsgi\.ini|supervisord?[^/]*|ecosystem\.config\.\w+"
    r"|pm2[^/]*|runtime\.txt|[^/]*\.(?:tf|tfvars|hcl|bicep|service)"
    r"|cmakelists\.txt|manifest\.in|build\.gradle(?:\.kts)?|pom\.xml|(?:webpack|vite|rollup|esbuild|turbo|next|nuxt|svelte|astro"
    r"|babel|metro|gulpfile|gruntfile|rspack|tsup)(?:\.config)?\.\w+|\.nvmrc|\.python-version|\.tool-versions"
    r"|entrypoint[^/]*|start(?:up)?\.sh|prestart[^/]*|deploy[^/]*\.(?:sh|py|ts|js))$"
    r"|(?:^|/)(?:k8s|kubernetes|helm|charts|terraform|infra|infrastructure|deploy|deployment|ansible|nginx|docker)/",
    "ci": r"(?:^|/)(?:\.github|\.circleci|\.buildkite|\.woodpecker|\.gitea|\.husky|\.ci)/"
    r"|(?:^|/)(?:\.gitlab-ci\.ya?ml|jenkinsfile|azure-pipelines\.ya?ml|bitbucket-pipelines\.ya?ml|\.travis\.yml"
    r"|\.drone\.yml|\.pre-commit-config\.ya?ml|lefthook\.ya?ml|\.lintstagedrc[^/]*|lint-staged\.config\.\w+"
    r"|codeowners|dependabot\.ya?ml|renovate\.json5?|appveyor\.yml)$",
    "schema": r"\.(?:sql|prisma|dbml)$|(?:^|/)(?:migrations?|alembic|versions|prisma|drizzle|entities|models?)/"
    r"|(?:^|/)(?:models?|schemas?|entities|tables)\.\w+$|\.(?:entity|model|schema)\.\w+$|(?:^|/)db/schema"
    r"|(?:^|/)drizzle\.config\.\w+$|(?:^|/)(?:firestore|storage|database)\.rules(?:\.json)?$",
    "settings": r"(?:^|/)\.env[^/]*$"
    r"|(?:^|/)(?:(?:app)?settings?|configs?|conf|configuration|constants|env)(?:[-_.][^/]*)?$"
    r"|(?:^|/)(?:settings|configs?|conf|\.vscode)/|\.config\.\w+$|(?:^|/)\.[^/]*rc(?:\.\w+)?$"
    r"|(?:^|/)[tj]sconfig[^/]*\.json$|(?:^|/)(?:angular|nest-cli|nx|lerna|biome|deno|components|manifest|middleware-manifest)\.json$"
    r"|(?:^|/)(?:mypy\.ini|ruff\.toml|\.?flake8|eslint[^/]*|prettier[^/]*|tailwind\.config\.\w+)$",
    "gates": r"(?:^|/)(?:[tj]sconfig[^/]*\.json|mypy\.ini|\.?ruff\.toml|\.flake8|\.?pylintrc|\.?eslint[^/]*"
    r"|biome\.jsonc?|pyrightconfig\.json|setup\.cfg|tox\.ini|pyproject\.toml|package\.json)$",
    # What is to be kept out, and what keeps it out.
    "ignore": r"(?:^|/)\.\w+ignore$|(?:^|/)\.env[^/]*$|\.(?:pem|key|p12|pfx|jks|keystore)$|(?:^|/)id_(?:rsa|ed25519)$"
    r"|(?:^|/)\.gitattributes$",
    "rules": r"(?:^|/)(?:agents|claude|gemini|copilot-instructions|skill|conventions)(?:\.local)?\.mdc?$"
    r"|(?:^|/)\.(?:cursorrules|windsurfrules|clinerules|aider[^/]*|goosehints)$"
    r"|(?:^|/)\.(?:cursor|claude|windsurf|clinerules|roo|continue|kiro|codex|gemini|agents?)/|\.mdc$|\.instructions\.md$",
    "licence": r"(?:^|/)(?:licen[cs]es?|copying|notice|copyright|third[-_]party[^/]*)(?:[-_.][^/]*)?$",
    # Where a framework makes a door of a file because of where it lies.
    "entrance": r"(?:^|/)app/(?:.*/)?(?:route|page|actions?)\.[cm]?[jt]sx?$|(?:^|/)pages/api/"
    r"|(?:^|/)(?:supabase|netlify)/functions/|(?:^|/)schema\.graphqls?$"
    r"|(?:^|/)(?:urls|views?|routes?|routers?|endpoints?|handlers?|controllers?|resolvers?|webhooks?|viewsets?|actions"
    r"|tasks|jobs|consumers|asgi|wsgi|middlewares?|proxy)\.\w+$|(?:^|/)\+(?:server|page\.server|layout\.server)\.[jt]s$"
    r"|(?:^|/)(?:views|routes|routers|endpoints|handlers|controllers|resolvers|webhooks|viewsets|server/api)/"
    r"|\.(?:controller|resolver|gateway|handler|route|routes|router|webhook|server)\.[cm]?[jt]sx?$"
    r"|^(?:src/)?(?:api|functions)/[^.]*\.[cm]?[jt]sx?$",
    "access": r"(?:^|/)(?:auth|authn|authz|authentication|authorization|permissions?|policies|guards?|middlewares?"
    r"|acl|rbac|sessions?|login|accounts?)(?:/|\.\w+$)|\.(?:guard|policy|strategy|middleware)\.[cm]?[jt]s$"
    r"|(?:^|/)(?:firestore|storage|database)\.rules(?:\.json)?$|\.rego$",
    "model": r"(?:^|/)(?:prompts?|agents|llm|instructions)/|(?:^|/)[^/]*prompts?(?:[-_.][^/]*)?\.\w+$",
    # Templates for mails and pages that are plain text by their ending.
    "template": r"^(?!(?:.*/)?docs?/).*?(?:^|/)(?:templates?|emails?|mails?|layouts|partials)/",
}  # fmt: skip

# Doors that stay doors in a folder called `test`: that is where a debugging route is forgotten.
_DOORS = re.compile(
    r"(?:^|/)app/(?:.*/)?(?:route|page|layout|actions?)\.[cm]?[jt]sx?$|(?:^|/)pages/(?!.*\.(?:test|spec)\.)"
    r"|(?:^|/)\+(?:server|page|layout)|(?:^|/)(?:supabase|netlify)/functions/"
)
_RULES = {name: re.compile(pattern) for name, pattern in PATTERNS.items()}
_PROSE_NAMES = frozenset((
    "readme", "license", "licence", "copying", "notice", "authors", "contributors", "maintainers", "changelog",
    "changes", "history", "news", "todo", "thanks", "install", "contributing", "copyright", "version", "security",
    "pkg-info",
))  # fmt: skip
_LOCKS = frozenset((
    "go.mod", "go.sum", "cargo.toml", "cargo.lock", "gemfile", "gemfile.lock", "composer.json", "composer.lock",
    "pom.xml", "build.gradle", "deno.json", "deno.lock", "pnpm-workspace.yaml", ".npmrc", ".yarnrc.yml",
    "import_map.json", "environment.yml", "conda.yaml", "mix.exs", "pubspec.yaml",
    "packages.config", "pdm.toml", "bunfig.toml",
))  # fmt: skip
_SIGHTS = ("build", "ci", "schema", "settings", "gates", "ignore", "licence")
_DOINGS = ("entrance", "access", "model")

TABLES = (PROGRAM, PAGE, PROSE, DATA, SETTINGS, TERRAFORM, _LOCKS, _PROSE_NAMES)


def topics_of_path(path: str) -> frozenset[str]:
    """Without what its words say. Of a file whose kind nobody knows we say that it is code: it may well run."""
    low = path.lower()
    name = low.rpartition("/")[2]
    stem, _, suffix = name.rpartition(".")
    if not stem:
        suffix = ""  # `.bashrc` ends in nothing
    if _RULES["tests"].search(low) and not _DOORS.search(low):
        # Conftest, factories and the runner's own config are about tests, whatever they are written in.
        return frozenset(("text", "tests", *(["deps"] if kind_of(path) else [])))
    found = {"text", *(topic for topic in _SIGHTS if _RULES[topic].search(low))}
    if kind_of(path) or name in _LOCKS:
        # Its words are names of packages, and no more than that.
        return frozenset((*(found & {"text", "build", "gates"}), "deps", *(["code"] if suffix in PROGRAM else [])))
    if _RULES["rules"].search(low):
        return frozenset((*found, "rules"))
    if suffix in PROSE and "build" not in found:
        return _prose(low, suffix, found)
    found |= _kinds(name, suffix, found)
    if "code" in found:
        found |= {topic for topic in _DOINGS if _RULES[topic].search(low)}
    return frozenset(found)


def _prose(low: str, suffix: str, found: set[str]) -> frozenset[str]:
    """Text for people; but what is sent to a model, or to a user as a mail, is a part of the program."""
    if _RULES["model"].search(low):
        return frozenset((*found, "model", "code"))
    if suffix == "txt" and _RULES["template"].search(low):
        return frozenset((*found, "page", "render", "code"))
    return frozenset((*(found & {"text", "licence", "ci"}), "prose"))


def _kinds(name: str, suffix: str, found: set[str]) -> set[str]:
    if suffix in PAGE:
        return {"code", "page"}
    if suffix in PROGRAM:
        return {"code", *(["query"] if suffix == "sql" else [])}
    if suffix in SETTINGS or name.startswith(".env"):
        return set() if "ci" in found else {"settings"}
    if suffix in DATA and suffix != "json":
        found.discard("settings")  # translations in a folder called `conf`
    if suffix in DATA or suffix in TERRAFORM or found & {"build", "ci", "settings", "ignore"}:
        return set()
    if name.partition(".")[0] in _PROSE_NAMES:
        return {"prose"}
    return {"code"}
