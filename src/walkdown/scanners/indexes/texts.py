"""The rules of this scanner, in our own words. An index's reasons are a stranger's: bounded, spelled out, in quotes."""

from __future__ import annotations

from walkdown.model.finding import Rule
from walkdown.safetext import for_terminal

TOOL = "indexes"
_ABANDONED = "abandoned-package"
_MOST_COLUMNS = 200

# The same id as where the index of names on this machine says it: then it is one finding.
PHANTOM = Rule(
    TOOL, "package-phantom", "A package that does not exist",
    "The package index was asked and has no such package. Coding assistants invent such names, and invent the same "
    "ones again and again, so attackers register them and wait: the next install on a developer's machine, in CI or "
    "in production would run the attacker's code, with everything that machine may read.",
    "Do not install it to see. Find out which package was meant, or write the few lines yourself, and remove the name "
    "everywhere. If it is a package of your own from a private index, name that index in the project's settings and "
    "reserve the name on the public one.",
    hazard="dep.phantom", family="phantom-package", cwe=(1357,),
)  # fmt: skip
QUARANTINED = Rule(
    TOOL, "package-quarantined", "A package that its index has locked away",
    "The package index suspects this package of doing harm, malware for instance, and gives it to nobody any more. "
    "Whoever installed it before may have run its code.",
    "Remove it. Find out when it came in and where it was installed, and treat the keys and passwords within reach of "
    "those machines as read by somebody else until the index says more.",
    hazard="dep.abandoned", family="quarantined-package", cwe=(1357,),
)  # fmt: skip
PLACEHOLDER = Rule(
    TOOL, "package-placeholder", "A name with no package behind it",
    "The index knows the name and has nothing to install under it: it was registered and never filled, emptied again, "
    "or is held by the index because harm was done with it. The code does not get what it expects, and what appears "
    "under the name one day comes from whoever holds it.",
    "Remove it, or correct it to the package that was meant. A part of Node or of Python itself needs no package.",
    hazard="dep.lookalike", family="placeholder-package", cwe=(1357,),
)  # fmt: skip
NEW = Rule(
    TOOL, "package-new", "A package that is only days old",
    "Most packages that were made to do harm are found within their first weeks. This one is that young, so hardly "
    "anybody has looked at it yet, and it runs its code on every machine that installs it.",
    "Look at its page, its source and its author. If it is what you want, pin the version you looked at and say who "
    "looked; if it came as a suggestion, make sure that it was not invented first and registered afterwards.",
    hazard="dep.lookalike", family="new-package", cwe=(1357,),
)  # fmt: skip
YANKED = Rule(
    TOOL, "version-yanked", "A version that was taken back",
    "The authors took this version back after they published it, as one does when it is broken or unsafe. It is still "
    "installed where it is pinned, as it is here, and no new project gets it any more.",
    "Move to a version that stands, renew the lock file, and read what changed.",
    hazard="dep.abandoned", family=_ABANDONED, cwe=(1104,),
)  # fmt: skip
DEPRECATED_VERSION = Rule(
    TOOL, "version-deprecated", "A version that its authors advise against",
    "The authors ask people not to use this version any more. It goes on working, and a flaw that is found in it is "
    "mended in a later one at best.",
    "Move to the latest version. Read first what changed in between.",
    hazard="dep.abandoned", family=_ABANDONED, cwe=(1104,),
)  # fmt: skip
DEPRECATED = Rule(
    TOOL, "package-deprecated", "A package that its authors have given up",
    "The authors advise against the package as a whole, its latest version included. It goes on working, and nobody "
    "mends the next flaw that is found in it.",
    "Plan to replace it: the authors often name a successor. Until then write down who watches for its flaws.",
    hazard="dep.abandoned", family=_ABANDONED, cwe=(1104,),
)  # fmt: skip
ARCHIVED = Rule(
    TOOL, "package-archived", "A package that will get no more updates",
    "The authors have closed the package: nothing more will be published under its name, no security fix either.",
    "Find out whether it has a successor. If you keep it, write down who watches for its flaws and what is done then.",
    hazard="dep.abandoned", family=_ABANDONED, cwe=(1104,),
)  # fmt: skip
QUIET = Rule(
    TOOL, "packages-quiet", "Packages without a release for years",
    "Nothing has been published of these packages for more than three years. Some are simply finished. Of others "
    "nobody is left to mend the next flaw, and nothing would tell you.",
    "Go through the list once: keep what is small and finished, look for a successor of what touches passwords, "
    "tokens, parsing or the network.",
    hazard="dep.abandoned", family="quiet-package", cwe=(1104,),
)  # fmt: skip
EXISTS = Rule(
    TOOL, "package-exists", "The package is on its index",
    "The index of names on this machine does not have the name, and the package index itself does: the package was "
    "published since.",
    hazard="dep.phantom", family="phantom-package",
)  # fmt: skip


def quoted(reason: str) -> str:
    """Who withdraws a package writes this, and may write anything: it is shown as their words, and never obeyed."""
    said = for_terminal(reason.strip().replace('"', "'"), width=_MOST_COLUMNS)
    return f' The reason they give: "{said}"' if said else ""
