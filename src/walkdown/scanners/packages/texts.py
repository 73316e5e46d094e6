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
    "The code imports a package that no list of the project names. It runs where the package happens to be installed, "
    "on the author's machine for instance, and stops at the import on a fresh server.",
    "Add the package to the project's dependencies with a version, and renew the lock file.",
    hazard="dep.undeclared", family="undeclared-package", cwe=(1104,),
)  # fmt: skip
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
