"""The rules of this scanner, in our own words."""

from __future__ import annotations

from walkdown.model.finding import Rule

TOOL = "apis"
_FIX = (
    "Look the name up in the documentation of the version you install: coding assistants mix up versions and make up "
    "names that sound right. Use what the package really offers, or write the few lines yourself, and run the code "
    "once. If the name is in another version, move the project to that version and renew the lock file."
)

NAME = Rule(
    TOOL, "name-not-in-package", "A name the package does not have",
    "The code takes a name from a package, and the installed package does not have it. The program stops when it gets "
    "to this line: at the start for an import at the top of a file, in the middle of a request for one further in.",
    _FIX, hazard="dep.invented-api", family="invented-api", cwe=(1357,),
)  # fmt: skip
MODULE = Rule(
    TOOL, "module-not-in-package", "A module the package does not have",
    "The code imports a module from inside a package, and the installed package has no such module. The program stops "
    "when it gets to this line: at the start for an import at the top of a file, in the middle of a request for one "
    "further in.",
    _FIX, hazard="dep.invented-api", family="invented-api", cwe=(1357,),
)  # fmt: skip
ARGUMENT = Rule(
    TOOL, "argument-not-taken", "An argument the function does not take",
    "The code calls a function of a package with a named argument that the installed function does not take. The call "
    "fails each time it is reached, and with it whatever request or job it was part of.",
    "Look at the arguments the function takes in the version you install. If the argument is in another version, move "
    "the project to that version and renew the lock file.",
    hazard="dep.invented-api", family="invented-api", cwe=(628,),
)  # fmt: skip
SCRIPT_NAME = Rule(
    TOOL, "export-not-in-package", "An export the package does not have",
    "The code imports a name from a package, and the installed package exports nothing of that name. Depending on the "
    "bundler, the build stops here, or the name is undefined and the first use of it fails in front of a user.",
    _FIX, hazard="dep.invented-api", family="invented-api", cwe=(1357,),
)  # fmt: skip
