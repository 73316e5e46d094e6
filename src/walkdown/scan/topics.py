"""What all files of a scan are about: told once for each content, kept in the cache, one digest for each topic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from walkdown.cache import Cache
from walkdown.errors import WalkdownError
from walkdown.model import SourceFile, Topics
from walkdown.scan.entries import cache_key
from walkdown.target.inventory import digest_of
from walkdown.target.topic_paths import topics_of_path
from walkdown.target.topics import RULES, TOPICS, WORD_TOPICS, digest_topics, has_words, together, topics_of_words

_encoder = msgspec.msgpack.Encoder()
_whole = msgspec.msgpack.Decoder(Topics)


def topics_of_files(
    files: Sequence[SourceFile], read: Callable[[str], bytes], cache: Cache | None, secret_key: bytes
) -> Topics:
    """`read` gives the very bytes that a file's content id names, or raises."""
    whole = cache_key(secret_key, f"topics {RULES}", "all", digest_of(files))
    kept = cache.get([whole]).get(whole) if cache else None
    if kept is not None and (known := _known_whole(kept)) is not None:
        return known
    told = {file.path: topics_of_path(file.path) for file in files}
    words, complete = _words([file for file in files if has_words(told[file.path])], read, cache, secret_key)
    topics = digest_topics((file.path, file.content, _all_of(file, told[file.path], words)) for file in files)
    if cache and complete:
        cache.put({whole: _encoder.encode(topics)})
    return topics


def _all_of(file: SourceFile, told: frozenset[str], words: Mapping[str, frozenset[str] | None]) -> frozenset[str]:
    """A file that nobody could look into may be about anything."""
    if not has_words(told):
        return told
    found = words[file.content]
    return TOPICS if found is None else together(told, found)


def _words(
    files: Sequence[SourceFile], read: Callable[[str], bytes], cache: Cache | None, secret_key: bytes
) -> tuple[dict[str, frozenset[str] | None], bool]:
    """The topics that the words of each content tell, None where it cannot be read; and whether all could be."""
    paths = {file.content: file.path for file in files}
    keys = {cache_key(secret_key, f"topics {RULES}", content): content for content in paths}
    kept = cache.get(list(keys)) if cache else {}
    told: dict[str, frozenset[str] | None] = {keys[key]: _decoded(value) for key, value in kept.items()}
    fresh: dict[bytes, bytes] = {}
    for key, content in keys.items():
        if content in told:
            continue
        try:
            found = topics_of_words(read(paths[content]))
        except WalkdownError:
            told[content] = None  # it changed or went away since the inventory; the scanners tell of it
            continue
        told[content] = found
        fresh[key] = " ".join(sorted(found)).encode()
    if cache and fresh:
        cache.put(fresh)
    return told, None not in told.values()


def _decoded(value: bytes) -> frozenset[str]:
    return frozenset(value.decode().split()) & WORD_TOPICS


def _known_whole(value: bytes) -> Topics | None:
    try:
        return _whole.decode(value)
    except msgspec.MsgspecError:
        return None  # of another shape: made anew
