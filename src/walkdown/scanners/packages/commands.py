"""Install commands in READMEs, container files, CI and scripts: which packages they would bring in."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from walkdown.advisories.names import is_name, normalise

MOST_BYTES = 512 * 1024
MOST_COMMANDS = 500
_LONGEST = 2_000

_PYTHON = (
    r"(?:python[\d.]*\s+-m\s+)?pip[\d.]*\s+install|uv\s+(?:pip\s+install|add|run|tool\s+(?:install|run))"
    r"|uvx|pipx\s+(?:install|run)"
    r"|(?:poetry|pdm|pipenv|rye)\s+(?:add|install)"
)
_NPM = (
    r"npm\s+(?:install|i|add|exec|x)|(?:pnpm|bun)\s+(?:add|install|i)|yarn\s+(?:global\s+)?add"
    r"|npx|bunx|(?:pnpm|yarn)\s+dlx"
)
_COMMAND = re.compile(rf"(?<![\w./@-])(?:(?P<python>{_PYTHON})|(?P<npm>{_NPM}))(?=\s)")
_ONE_ONLY = re.compile(r"npx|bunx|dlx|uvx|run|exec|x")  # what follows the first name is that program's own business
_END = re.compile(r"&&|\|\||[;|#<>`)\]}]|\\n|$")
_EXPRESSION = re.compile(r"\$?\{\{[^{}\n]{0,200}\}\}[\w.-]*|\$\([^()\n]{0,200}\)")
_FENCE = re.compile(r"^\s{0,12}(`{3,}|~{3,})(.*)")
_INDENTED = re.compile(rf"(?: {{4}}|\t)\s*(?:[$>%]\s+)?(?P<command>(?:sudo\s+)?(?:{_PYTHON}|{_NPM})\s.*)")
_WITH_VALUE = frozenset({
    "-r", "--requirement", "-c", "--constraint", "-e", "--editable", "-t", "--target", "--prefix", "--root",
    "--python", "-p", "--group", "-G", "--extra", "-E", "--platform", "--python-version", "--implementation",
    "--abi", "--cache-dir", "--log", "--src", "--progress-bar", "--timeout", "--retries", "--cert", "--filter",
    "-F", "-w", "--workspace", "-C", "--cwd", "--dir", "--tag", "--omit", "--include", "--package", "--from",
    "--with", "--only", "--without", "--no-binary", "--only-binary", "--trusted-host", "--optional", "--source",
    "--upgrade-package", "--python-preference", "--resolution", "--link-mode", "--prerelease", "--exclude-newer",
    "--config-settings", "--config-setting", "--config-file", "--directory", "--project", "--with-requirements",
    "--with-editable", "--refresh-package", "--reinstall-package", "--no-build-package", "--no-binary-package",
    "--env-file", "--allow-insecure-host", "--build-constraint", "--override", "--overrides", "--constraints",
    "--keyring-provider", "--python-fetch", "--loglevel", "--cache", "--userconfig", "--install-strategy", "--report",
    "--use-feature", "--retry-delay", "--proxy", "--requirements", "--build-constraints", "--color", "--excludes",
    "--no-install-package", "--index-strategy", "--upgrade-strategy", "--install-option", "--global-option", "--path",
    "--save-prefix", "--before", "--script-shell", "--fetch-timeout", "--fetch-retries", "--network-timeout",
    "--network-concurrency", "--mutex", "--modules-folder", "--cache-folder", "--reporter", "--store-dir", "--arch",
    "--os", "--cpu", "--libc", "--access", "--otp", "--uploaded-prior-to", "--spec", "--call",
})  # fmt: skip
_INDEX = frozenset(
    {"-i", "--index-url", "--extra-index-url", "--index", "--default-index", "-f", "--find-links", "--registry"}
)
# What people write where the reader should put a name of their own.
_STAND_IN = re.compile(
    r"(?:my|your|some|the|a|new|other|example|sample|any)[-_]?(?:package|module|app|project|lib|library|name|plugin|deps?)?(?:[-_]name)?"
    r"|package|packages|package-?name|module-?name|name|foo|bar|baz|xxx+|project|pkg|pkg-?name|dependency|dependencies|scope|version"
)


class Wanted(msgspec.Struct, frozen=True):
    """`other_index`: the command names an index of its own, so ours has no say. `beside`: run where the project's own
    packages are installed, so that the name may be that of a program which one of them brings. `either`: in
    which language it is meant cannot be told."""

    ecosystem: str
    name: str
    line: int
    other_index: bool = False
    beside: bool = False
    either: bool = False


def wanted(path: str, data: bytes) -> tuple[Wanted, ...]:
    text = data[:MOST_BYTES].decode("utf-8", "replace")
    prose = path.lower().endswith((".md", ".mdx", ".rst", ".txt", ".adoc", "readme"))
    text = _EXPRESSION.sub("$", text)
    found = [one for number, line in _lines(text, prose) for one in in_line(number, line)]
    return tuple(found[:MOST_COMMANDS])


def _lines(text: str, prose: bool) -> Iterator[tuple[int, str]]:
    """Logical lines of commands; of a text for people only its code blocks and what stands in backticks."""
    fenced, start, parts = "", 0, [""]
    for number, line in enumerate(text.split("\n"), 1):
        if prose and (fence := _FENCE.match(line)):
            fenced = _after(fenced, fence.group(1), fence.group(2))
            continue
        if prose and not fenced and (code := _INDENTED.match(line)):
            yield number, code["command"][:_LONGEST]
            continue
        if prose and not fenced:
            yield from ((number, code) for code in re.findall(r"`([^`\n]{1,300})`", line[:_LONGEST]))
            continue
        if not prose and line.lstrip().startswith(("#", "//", "echo ", "@echo ")):
            continue
        start = start or number
        parts.append(line.rstrip().removesuffix("\\"))
        if not line.rstrip().endswith("\\") or len(parts) > 100:
            yield start, " ".join(parts)[: _LONGEST * 4]
            start, parts = 0, []


def _after(fenced: str, mark: str, rest: str) -> str:
    """The mark that is open after this line: only one as long, of the same sign and with nothing behind it, ends it."""
    if not fenced:
        return mark
    return "" if mark[0] == fenced[0] and len(mark) >= len(fenced) and not rest.strip() else fenced


_PROSE = frozenset({"in", "to", "and", "or", "the", "for", "from", "with", "into", "of", "on", "as", "is", "was"})
_ENDS_SENTENCE = re.compile(r"[A-Za-z]{2}[.:!?][\"')]*$")


def in_line(number: int, line: str) -> Iterator[Wanted]:
    for match in _COMMAND.finditer(line):
        ecosystem = "PyPI" if match["python"] else "npm"
        end = _END.search(line, match.end())
        words = line[match.end() : end.start() if end else None].split()
        last = match.group().split()[-1]
        if _ONE_ONLY.fullmatch(last):
            yield from _one_program(ecosystem, words, number, in_project=bool(re.match(r"uv\s+run", match.group())))
        else:
            yield from in_words(ecosystem, words, number)


def _one_program(ecosystem: str, words: list[str], number: int, *, in_project: bool) -> Iterator[Wanted]:
    """`npx cowsay`, `npx -p cowsay moo`, `uvx --from cowsay --with rich moo`: what is named beside the program comes
    along, and the program is a package itself only where none was named for it."""
    other = any(word.partition("=")[0] in _INDEX for word in words)
    named = in_project
    waiting = ""
    for word in words:
        option, _, value = word.partition("=") if word.startswith("-") else ("", "", word)
        if waiting:
            option, waiting, value = waiting, "", word
        elif option and not value:
            waiting = option if option in _WITH_VALUE or option in _INDEX else ""
            continue
        brings = _BRINGS[ecosystem].get(option)
        if not option:
            if not named:
                yield from in_words(ecosystem, [word], number, other=other)
            return
        if brings is not None:
            named = named or brings
            for one in value.strip("\"'").split(","):
                yield from in_words(ecosystem, [one], number, other=other)


# Whether the package that the option names also holds the program.
_BRINGS = {
    "PyPI": {"--from": True, "--with": False, "--spec": True},
    "npm": {"--package": True, "-p": True},
}


def in_words(ecosystem: str, words: list[str], number: int, *, other: bool = False) -> Iterator[Wanted]:
    other = other or any(word.partition("=")[0] in _INDEX for word in words)
    skip = False
    for word in words:
        if skip or word.startswith("-"):
            skip = not skip and "=" not in word and (word in _WITH_VALUE or word in _INDEX)
            continue
        if word.lower() in _PROSE or _ENDS_SENTENCE.search(word):
            return  # a sentence about the command
        name = _name(ecosystem, word.strip("\"',"))
        if name:
            yield Wanted(ecosystem, name, number, other)
        elif not re.match(r"[\w@\"'.$]", word):
            return  # prose or syntax: what follows is no list of packages any more


def python_name(written: str) -> str:
    """Of a requirement as it stands in a list, with its version and marker."""
    return _name("PyPI", written.partition(";")[0].replace(" ", ""))


def _name(ecosystem: str, word: str) -> str:
    """Empty for paths, addresses, variables, and stand-ins for a name of the reader's own."""
    if ecosystem == "PyPI":
        written = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", word)
        rest = word[written.end() :] if written else ""
        if (
            written is None
            or (rest and not re.match(r"[\[=<>!~@;]", rest))
            or re.search(r"\.(?:whl|gz|zip|txt|toml)$", word)
        ):
            return ""
        name = normalise("PyPI", written.group())
    else:
        aliased = word.partition("@npm:")[2] or word
        scope, _, rest = aliased.rpartition("/")
        name = f"{scope}/{rest.partition('@')[0]}" if scope else rest.partition("@")[0]
        if (scope and (not scope.startswith("@") or "/" in scope)) or name.startswith("."):
            return ""
    bare = name.rpartition("/")[2]
    if _STAND_IN.fullmatch(bare) or not re.search("[a-zA-Z]", bare) or not is_name(ecosystem, name):
        return ""
    return name
