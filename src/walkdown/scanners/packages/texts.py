"""The rules of this scanner, in our own words."""

from __future__ import annotations

from walkdown.model.finding import Rule

TOOL = "packages"

PHANTOM = Rule(
    TOOL, "package-phantom", "A package that does not exist",
    "Nobody has published a package of this name. Coding assistants invent such names, and invent the same ones again "
    "and again, so attackers register them and wait: the next install on a developer's machine, in CI or in production "
    "would run the attacker's code, with everything that machine may read.",
    "Do not install it to see. Find out which package was meant, or write the few lines yourself, and remove the name "
    "everywhere. If it is a package of your own from a private index, name that index in the project's settings and "
    "reserve the name on the public one.",
    hazard="dep.phantom", family="phantom-package", cwe=(1357,),
)  # fmt: skip
LOOKALIKE = Rule(
    TOOL, "package-lookalike", "A name one slip from a popular package",
    "A little-known package has almost the name of a much used one. Such names are registered on purpose, to be "
    "installed by mistake; what they do when they are installed is up to whoever holds them.",
    "Compare the name letter by letter with the one you meant, and correct it. If it really is the package you want, "
    "look at its page and its author first, and write down why.",
    hazard="dep.lookalike", family="lookalike-package", cwe=(1357,),
)  # fmt: skip
UNDECLARED = Rule(
    TOOL, "package-undeclared", "Imported, declared nowhere",
    "The code imports a package that no list of the project names, and that the lock file does not hold either. It "
    "runs where the package happens to be installed, on the author's machine for instance, and stops at the import on "
    "a fresh server.",
    "Add the package to the project's dependencies with a version, and renew the lock file.",
    hazard="dep.undeclared", family="undeclared-package", cwe=(1104,),
)  # fmt: skip
UNDECLARED_NO_LOCK = Rule(
    TOOL, "package-undeclared", "Imported, declared nowhere",
    "The code imports a package that no list of the project names. Another package may bring it along; without a lock "
    "file that cannot be known, and its version is then not yours to choose.",
    "Add the package to the project's dependencies with a version.",
    hazard="dep.undeclared", family="undeclared-package", cwe=(1104,),
)  # fmt: skip
GUESSED_FIX = (
    "Find out from the project's own history or the author which package gives this module: its name is often another "
    "one, and one installed by guess may be anybody's. Then add it to the project's dependencies with a version."
)
NAMELESS = (
    "The code imports a package that no list of the project names. It may be the one in {place}, which stands there by "
    "its address alone, and the address does not tell its name. If it is another one, it runs where it happens to be "
    "installed, and stops at the import on a fresh server."
)
BORROWED = Rule(
    TOOL, "package-borrowed", "Imported, but only another package asks for it",
    "The code imports packages that are installed only because something else needs them. When that changes its mind "
    "in a small update, the import fails, and the version was never yours to choose.",
    "Add them to the dependencies of the code that imports them.",
    hazard="dep.undeclared", family="undeclared-package", cwe=(1104,),
)  # fmt: skip
NO_LIST = Rule(
    TOOL, "package-no-list", "No list says which packages are needed",
    "The code imports packages, and no file in the project names them. What is installed on the server is then up to "
    "whoever sets it up, and different every time.",
    "Write the packages down with their versions (pyproject.toml, requirements.txt or package.json), and add a lock.",
    hazard="dep.undeclared", family="undeclared-package", cwe=(1104,),
)  # fmt: skip
UNUSED = Rule(
    TOOL, "package-unused", "Declared, never used",
    "Nothing in the project mentions these packages beyond the list that installs them. They cost time at every "
    "install, and their flaws become yours.",
    "Remove each one, unless another package loads it by itself.",
    hazard="dep.unused", family="unused-package", cwe=(1164,),
)  # fmt: skip

# -- versions that nothing holds still -------------------------------------------------------------------------------

NO_LOCK = Rule(
    TOOL, "package-no-lock", "No lock file",
    "No lock file says which versions this application runs on. Each install takes whatever is newest that day, also "
    "of the packages that these need in turn: a broken release, or one from a hijacked account, is in the next deploy "
    "without any change of yours.",
    "Let the package manager write its lock file, commit it, and install from it alone in the build (`npm ci`, "
    "`uv sync --locked`, `poetry sync`, `pip install --require-hashes`).",
    hazard="dep.unpinned", family="unpinned-no-lock", cwe=(1357,),
)  # fmt: skip
OPEN = Rule(
    TOOL, "package-open-versions", "Versions left open",
    "The list lets the install choose these versions, and no lock file fixes them. The server gets what is newest on "
    "the day it is built, not what you tested.",
    "Compile the list with all versions and hashes (`uv pip compile --generate-hashes` or `pip-compile "
    "--generate-hashes`), commit it, and install from it.",
    hazard="dep.unpinned", family="unpinned-versions", cwe=(1357,),
)  # fmt: skip
OUT_OF_STEP = Rule(
    TOOL, "package-lock-out-of-step", "The lock does not fit its manifest",
    "What the manifest asks for is not what the lock holds. A strict install stops with an error in the middle of the "
    "deploy; one that is not strict works out versions of its own that nobody has tested.",
    "Let the package manager bring the lock up to date, look at what changes, and commit both together.",
    hazard="dep.unpinned", family="unpinned-out-of-step", cwe=(1357,),
)  # fmt: skip
FROM_BRANCH = Rule(
    TOOL, "package-from-branch", "Installed from a branch",
    "The package comes from a repository's branch, not from a fixed commit. Whatever somebody pushes there is in your "
    "next deploy, with no version, no review and no hash in between.",
    "Name the full commit hash, or use a released version from the package index.",
    hazard="dep.unpinned", family="unpinned-branch", cwe=(494, 1357),
)  # fmt: skip
FROM_ADDRESS = Rule(
    TOOL, "package-from-address", "Installed from an address, without a hash",
    "The package is a file at an address, and nothing says what must be in it. Whoever controls that server, or its "
    "domain one day, decides what you install.",
    "Add the hash of the file (`#sha256=...`), or use a released version from the package index with a lock file.",
    hazard="dep.unpinned", family="unpinned-address", cwe=(494, 1357),
)  # fmt: skip
SCRIPTS = Rule(
    TOOL, "package-install-scripts", "Packages that run a program when they are installed",
    "These packages start a program of their own during the install, on every developer's machine and in CI, before "
    "any of your code runs. Most build or fetch a binary; it is also how a hijacked package steals keys.",
    "Install without scripts (`npm ci --ignore-scripts`, or pnpm's list of allowed builds) and allow only those that "
    "you need.",
    hazard="dep.unpinned", family="unpinned-scripts", cwe=(829,),
)  # fmt: skip
LOCKED_UNKNOWN = Rule(
    TOOL, "package-locked-unknown", "A locked package that the index does not have",
    "The lock names packages that nobody publishes on the index today. They were taken down, which happens to hijacked "
    "and malicious ones, or they came after the day of the index, or the index misses them. A name that was taken down "
    "can be registered by anyone, and an install without the lock would fetch what they put there.",
    "Look each one up. If it is gone, replace what brings it in, and renew the lock file.",
    hazard="dep.phantom", family="locked-unknown-package", cwe=(1357,),
)  # fmt: skip
