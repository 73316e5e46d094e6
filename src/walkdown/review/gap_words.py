"""What each class of gap means, and what one does about it: two sentences for whoever has to decide."""

from __future__ import annotations

import msgspec

from walkdown.model import Gap, SkipKind


class Words(msgspec.Struct, frozen=True):
    """`means`: what was missed by it. `do`: how to get it looked at, before anybody waives it."""

    means: str
    do: str


OF_KIND = {
    SkipKind.GAP: "Should have been looked at and was not. Each keeps the review open until somebody who answers for"
    " it waives it.",
    SkipKind.LIMIT: "Cannot be known from here, whatever one does. Nothing to decide; good to know.",
    SkipKind.SCOPE: "Left out on purpose: by you, by git, or because nobody deploys it. Nothing to decide.",
}

_MANIFEST = "Mend the file, then scan again: its packages are checked for known flaws only when every line is read."
_LINK = "Put a copy of the file in the link's place, or waive it where nothing ever reads that link."
_SARIF = "Run that tool again and give the new report, or waive it where its findings do not matter here."
_OF_CODE = {
    # A scanner as a whole.
    "missing": Words(
        "The tool, or the data it answers from, is not on this machine: nobody asked its questions about any file.",
        "Get it with the command given, then scan again.",
    ),
    "stale-data": Words(
        "The advisory data are too old to know of the latest flaws. What is listed is true; more may be by now.",
        "walkdown db update, or without a network walkdown db import FILE; then scan again.",
    ),
    "partial-data": Words(
        "Only some of the advisories were brought here, or some could not be read: what the others say is not known.",
        "walkdown db update, or without a network walkdown db import with OSV's all.zip or a pack; then scan again.",
    ),
    "no-index-npm": Words(
        "Nobody could say which of the npm packages exist. An invented name is free for whoever registers it first.",
        "walkdown db update brings the list of names, or without a network walkdown db import FILE; then scan again.",
    ),
    "no-index-pypi": Words(
        "Nobody could say which of the Python packages exist. An invented name is free for whoever registers it first.",
        "walkdown db update brings the list of names, or without a network walkdown db import FILE; then scan again.",
    ),
    "stale-data-npm": Words(
        "The list of npm names is old: a package published since looks invented, one taken down since looks real.",
        "walkdown db update, or without a network walkdown db import FILE; then scan again.",
    ),
    "stale-data-pypi": Words(
        "The list of Python names is old: a package published since looks invented, one taken down since looks real.",
        "walkdown db update, or without a network walkdown db import FILE; then scan again.",
    ),
    "broken-index": Words(
        "The index of package names cannot be read, so nobody knows which of these packages exist.",
        "walkdown db update brings a new one; then scan again.",
    ),
    "duplicate-entry": Words(
        "A lock file says two things under one name. Which of them gets installed is not known.",
        "Write the lock file anew with its own tool, then scan again.",
    ),
    "unclear-advisory": Words(
        "An advisory names versions in a way that cannot be compared, so nobody knows whether yours is among them.",
        "Read the advisory and look at your version yourself before you waive it.",
    ),
    "failed": Words(
        "The scanner broke off. What it would have found is not known.",
        "Scan again; if it fails again, `walkdown doctor` says what is wrong with the tool.",
    ),
    "timed-out": Words(
        "The scanner did not end in the time it was given.",
        "Scan again with a longer --timeout, or leave out what holds it up with --exclude.",
    ),
    "stopped": Words("A person stopped the scanner before it was through.", "Scan again and let it end."),
    "not-run": Words(
        "The scanner ended before its turn came to these.",
        "See why it ended, put that right, and scan again: what was done is not done twice.",
    ),
    "dropped": Words(
        "The tool was given these and never said that it read them. Tools drop files without a word.",
        "Scan again. If it stays so, look at the files yourself before you waive them.",
    ),
    "offline": Words(
        "This needs the network, and the scan ran offline.",
        "Scan once without --offline, or take it from a machine that may ask.",
    ),
    # One file for one scanner.
    "syntax-error": Words(
        "The scanner could not parse the file, so it saw nothing in it. Often its language is newer than the scanner.",
        "Update the tool, or correct the file if it is really broken. Else read it yourself.",
    ),
    "partly-parsed": Words(
        "A few lines could not be parsed. The rest of the file was looked at.",
        "Read those lines yourself; then waive them.",
    ),
    "rule-timeout": Words(
        "Some rules took too long on this file and were given up. The others ran.",
        "Often the file is generated or very long: leave it out by name, or read it for what those rules look for.",
    ),
    "too-heavy": Words(
        "The scanner ran out of memory on this file.",
        "Often it is generated or packed: leave it out by name. Else split it.",
    ),
    "too-many-matches": Words(
        "A rule matched so often that the tool threw its findings away.",
        "Look at the file: a rule that matches thousands of times says something about all of it.",
    ),
    "tool-error": Words(
        "The tool broke in the middle of this.", "Update the tool and scan again. Else read the file yourself."
    ),
    "rule-crash": Words(
        "One rule crashed on this file. The others ran.", "Update the tool. Else read the file for what it seeks."
    ),
    "reader-died": Words(
        "The file ended the program that reads it, so its doors are not on the map.",
        "Often it is generated or packed: leave it out by name. Else read it yourself.",
    ),
    "too-slow": Words(
        "Reading the file took too long and was given up, so its doors are not on the map.",
        "Often it is generated or packed: leave it out by name. Else read it yourself.",
    ),
    "not-read": Words(
        "So many files ended their reader that the rest was left unread.",
        "See which they are and leave them out by name, then scan again.",
    ),
    "not-followed": Words(
        "The start of the application is so much code that following it was given up: entrances may be missing.",
        "Hold the list of doors against the application's own routes, and read those that are not on it.",
    ),
    "question-failed": Words(
        "A fault of ours: one question to the map got no answer. The others did.",
        "Tell us the line below, without code. Until then look for this hazard yourself.",
    ),
    "framework-unread": Words(
        "Code here answers requests or touches data through something the map of doors cannot read yet.",
        "Read those entrances yourself: who may come in, what they send, whose rows they reach.",
    ),
    "renamed-copy": Words(
        "The file's name cannot be given to the tool, and under another name some rules do not apply.",
        "Rename the file to something plain.",
    ),
    # Files that nobody could be given.
    "unreadable": Words("It could not be opened, so no scanner saw it.", "Give yourself the right to read it."),
    "too-large": Words(
        "It is larger than what is scanned.",
        "Raise the limit with --max-file-mb, or leave the file out by name if nobody deploys it.",
    ),
    "too-deep": Words("The folders go deeper than what is walked.", "Nobody needs that many: look at what made them."),
    "wide-text": Words("It is text in an encoding that no scanner reads.", "Save it as UTF-8."),
    "binary-source": Words(
        "Its name says code, and it holds bytes that code has seldom. Some scanners skip such a file, and git shows no "
        "changes in it; whoever runs it skips nothing.",
        "Open it at the line that is named. A lone NUL can be written as an escape; anything else, look at closely.",
    ),
    "vanished": Words("It was there and then was gone.", "Scan again when nothing writes to the folder."),
    "changing": Words("It changed while it was read.", "Scan again when nothing writes to the folder."),
    "link-outside": Words("A link with the name of code leads out of the project. It is not followed.", _LINK),
    "link-unread": Words("A link with the name of code leads to a file that is not scanned as code.", _LINK),
    "submodule-absent": Words(
        "A submodule is not checked out, so its code was not looked at.",
        "git submodule update --init, then scan again.",
    ),
    "not-checked-out": Words(
        "It is in the commit and not in your folder (a sparse checkout), so nobody saw it.",
        "git sparse-checkout disable, then scan again.",
    ),
    "missing-object": Words(
        "git itself lacks the content (a partial clone), so it could not be compared.", "git fetch --refetch"
    ),
    "nothing-here": Words(
        "There is no file to look at. An empty folder is no clean bill.", "Is this the right folder?"
    ),
    # Lists of packages.
    "broken-manifest": Words("The list of packages cannot be read, so none of them was checked.", _MANIFEST),
    "unclear-line": Words("Some lines of the list are no requirement that can be read.", _MANIFEST),
    "outside": Words(
        "The list includes another file that lies outside the project. It was not opened.",
        "Bring that file into the project, or scan the folder above.",
    ),
    "not-found": Words("The list includes a file that is not there.", "Add the file, or take the line out."),
    "no-data": Words(
        "The advisory service does not know these packages, so it cannot say whether they are flawed.",
        "Are they your own, or is a mirror hiding the answers? Your own ones can be waived as a class.",
    ),
    "index-unanswered": Words(
        "The package index was asked about these names and gave no answer that can be believed.",
        "Scan again once it can be reached; or leave the index unasked.",
    ),
    "too-many-files": Words(
        "There are more files than are read for imports, so a package that only the others use was not checked.",
        "Scan the parts of the repository one by one.",
    ),
    "locked-unknown-npm": Words(
        "The list of npm names does not have these packages, though somebody downloaded them once.",
        "Look them up on npm; where one is gone, replace what brings it in.",
    ),
    # History.
    "history.shallow": Words(
        "The clone holds only the newest commits. A secret that was deleted last month is in the others.",
        "git fetch --unshallow, then scan again.",
    ),
    "history.format": Words(
        "The scanner cannot read this repository's object format; its history was not searched for secrets.",
        "Rotate what was ever committed by mistake; then waive this.",
    ),
    "history.missing-objects": Words(
        "Parts of the history are not in this clone, so secrets in them would not be seen.",
        "git fetch --refetch --no-filter, then scan again.",
    ),
    # Reports of other tools.
    "no-run": Words("The report holds no run of any tool.", _SARIF),
    "no-results": Words("A run in the report has no results at all, not even an empty list of them.", _SARIF),
    "broken-rule": Words("Some rules in the report cannot be read.", _SARIF),
    "broken-result": Words("Some results in the report cannot be read.", _SARIF),
    "tool-failed": Words("The report itself says that its tool did not succeed.", _SARIF),
    "exit-code": Words("The tool ended as if something had gone wrong; its report may be cut short.", _SARIF),
    "too-many": Words("The report is longer than what is read.", "Narrow that tool down to what matters."),
    "too-many-gaps": Words("There are more gaps like these than are listed.", "Put the first ones right; they repeat."),
}  # fmt: skip
_UNKNOWN = Words("It was not looked at.", "See the reason beside it.")


def words_of(gap: Gap) -> Words:
    return of_code(gap.code)


def of_code(code: str) -> Words:
    return _OF_CODE.get(code, _UNKNOWN)
