"""What a file is about, told from its path and its words, without understanding it: entrances, access, queries, ...

A change to a file raises again the questions that such files bear on. So it may say too much, but not too little: what
is too large to be looked through counts as being about everything.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from walkdown.model import TopicDigest, Topics
from walkdown.target import topic_paths
from walkdown.target.topic_paths import topics_of_path
from walkdown.target.topic_words import WORDS

READ_MOST = 1024 * 1024
_SHAPE = 1  # counts up where the functions here and in topic_paths change what they say of a file

WORD_TOPICS = frozenset(WORDS)
TOPICS: frozenset[str] = frozenset((
    *WORDS, "text", "prose", "code", "tests", "deps", "build", "ci", "gates", "page", "ignore", "rules", "licence",
))  # fmt: skip

_READ = frozenset(("code", "settings", "build"))
_SET_UP = frozenset(
    ("access", "edge", "limit", "outbound", "job", "log", "monitor", "cache", "model", "settings", "tokens")
)
_NAME = re.compile(rb"[a-z0-9_]+")


def topics_of(path: str, data: bytes) -> frozenset[str]:
    """`path` in printable form."""
    told = topics_of_path(path)
    return together(told, topics_of_words(data)) if has_words(told) else told


def has_words(told: frozenset[str]) -> bool:
    """Whether a file of these topics is looked into: not tests, prose, data, nor lists of packages."""
    return not told.isdisjoint(_READ) and ("deps" not in told or "code" in told)


def together(told: frozenset[str], words: frozenset[str]) -> frozenset[str]:
    """Settings do nothing by themselves, so that only some of what their words say can be true."""
    return told | (words if "code" in told else words & _SET_UP)


def topics_of_words(data: bytes) -> frozenset[str]:
    if len(data) > READ_MOST:
        return WORD_TOPICS
    low = data.lower()
    # Every name of the file once: a far shorter text to search through. A word is in the file only if its longest name
    # is in there.
    names = b" ".join(set(_NAME.findall(low)))
    return frozenset(
        topic
        for topic, words in _CORES.items()
        if any(core in names and (whole or word in low) for core, word, whole in words)
    )


def digest_topics(files: Iterable[tuple[str, str, frozenset[str]]]) -> Topics:
    """From path, content id and topics of each file, in any order."""
    hashes = {topic: hashlib.blake2b(digest_size=16) for topic in TOPICS}
    counts = dict.fromkeys(TOPICS, 0)
    for path, content, topics in sorted(files, key=lambda file: file[0]):
        line = f"{path}\0{content}\0".encode("utf-8", "surrogatepass")
        for topic in topics:
            hashes[topic].update(line)
            counts[topic] += 1
    told = (TopicDigest(topic, hashes[topic].hexdigest(), counts[topic]) for topic in sorted(TOPICS) if counts[topic])
    return Topics(RULES, tuple(told))


def _rules() -> str:
    tables = (
        _SHAPE,
        READ_MOST,
        sorted(topic_paths.PATTERNS.items()),
        [sorted(table) for table in topic_paths.TABLES],
        sorted(WORDS.items()),
        sorted(_READ),
        sorted(_SET_UP),
    )
    return hashlib.sha256(repr(tables).encode()).hexdigest()[:16]


def _core(word: bytes) -> bytes:
    """The longest name in it; empty, which everything holds, where there is none."""
    return max(_NAME.findall(word), key=len, default=b"")


RULES = _rules()
_CORES = {topic: tuple((_core(word), word, word == _core(word)) for word in words) for topic, words in WORDS.items()}
