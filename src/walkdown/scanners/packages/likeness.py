"""Whether an imported module may well come from a declared package of a somewhat other name."""

from __future__ import annotations

from walkdown.advisories.popular import is_well_used

# Put before or behind a name without making it another one.
_AFFIXES = frozenset({
    "python", "py", "python3", "py3", "django", "flask", "fastapi", "dj", "drf", "binary", "headless", "lib", "ng",
    "sdk", "api", "client", "core", "contrib", "wrapper", "next", "fork", "updated", "async", "asyncio", "modern",
    "rest", "framework",
})  # fmt: skip
_COMMON_WORDS = _AFFIXES | frozenset({
    "utils", "tools", "plugin", "simple", "data", "http", "json", "text", "file", "toolkit",
})  # fmt: skip
_SHORTEST_WORD = 4
_SHORTEST_PART = 5
_LONGEST_REST = 3


def may_give(package: str, module: str, *, known: bool) -> bool:
    """`known`: a well used package gives this module by its own name, so that a mere likeness proves nothing."""
    if package.startswith(("types-", "pytest-")) or package.endswith("-stubs"):
        return package == module
    given, wanted = package.split("-"), module.split("-")
    flat, plain = "".join(given), "".join(wanted)
    if given[0] == plain or (len(wanted) > 1 and set(wanted) <= set(given)):
        return True
    # A second edition of a package gives the module of the first: `python-mpd2`, `fpdf2`.
    if _core(wanted) in (_core(given), _core(given).rstrip("0123456789")):
        return True
    if flat in (plain, f"py{plain}", f"{plain}py", f"lib{plain}") or (
        flat.startswith(plain) and len(flat) <= len(plain) + 2
    ):
        return True
    return not known and (
        plain in given or (plain in flat and len(plain) >= _SHORTEST_PART) or _shares_half(package, given, plain)
    )


def _core(words: list[str]) -> str:
    return "".join(word for word in words if word not in _AFFIXES) or "".join(words)


def _shares_half(package: str, given: list[str], plain: str) -> bool:
    """`django-money` gives `djmoney`; `redis` does not give `redis_cache_magic`. What a well used package gives is
    known, so that half of a name proves nothing there: names are invented around such packages."""
    shared = {word for word in given if len(word) >= _SHORTEST_WORD and word in plain and word not in _COMMON_WORDS}
    if 2 * sum(map(len, shared)) < len(plain):
        return False
    return not is_well_used("PyPI", package) or len(_rest(plain, shared)) <= _LONGEST_REST


def _rest(plain: str, shared: set[str]) -> str:
    for word in sorted(shared, key=len, reverse=True):
        plain = plain.replace(word, "", 1)
    return "" if plain in _AFFIXES else plain


def usual_names(module: str) -> tuple[str, ...]:
    """What a package that gives this module may be called. Few for a name of several words: those are what is invented,
    and each form asked for is one more chance that the index wrongly says yes."""
    forms = ("django-{}", "python-{}") if "-" in module else ("django-{}", "python-{}", "{}-python", "py{}", "flask-{}")
    return tuple(form.format(module) for form in forms)
