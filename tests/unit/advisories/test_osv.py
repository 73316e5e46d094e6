"""What is kept of an OSV advisory, what is dropped, and what is refused."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpers.osv_files import osv
from walkdown.advisories import rating
from walkdown.advisories.osv import MOST_BYTES, Advisory, Affected, Event, Range, decode, encode
from walkdown.advisories.rating import rated
from walkdown.errors import AdvisoryError

CRITICAL_3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
LOW_3 = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"


def read(one: dict[str, Any]) -> Advisory:
    return decode(json.dumps(one).encode())


def test_an_advisory_as_osv_publishes_it() -> None:
    advisory = read(
        {
            "schema_version": "1.6.0",
            "id": "GHSA-aaaa-bbbb-cccc",
            "modified": "2026-02-03T04:05:06.789123456Z",
            "published": "2026-02-01T00:00:00Z",
            "aliases": ["CVE-2026-1", "CVE-2026-1", "no id\n"],
            "summary": "Two\nlines \u202e and\x1b[31m colour",
            "details": "# Long\n\n" + "text " * 1000,
            "severity": [{"type": "CVSS_V3", "score": CRITICAL_3}],
            "references": [{"type": "WEB", "url": "https://example.org"}],
            "affected": [
                {
                    "package": {"ecosystem": "PyPI", "name": "Flask_Admin.Extra", "purl": "pkg:pypi/x"},
                    "ranges": [
                        {"type": "GIT", "repo": "https://example.org", "events": [{"introduced": "0"}]},
                        {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]},
                    ],
                    "versions": ["1.0"],
                },
                {"package": {"ecosystem": "npm", "name": "@Scope/Name"}, "versions": ["1.0.0"]},
                {"package": {"ecosystem": "Go", "name": "example.org/x"}},
                {"ranges": [{"type": "GIT", "events": []}]},
            ],
        }
    )
    assert advisory == Advisory(
        id="GHSA-aaaa-bbbb-cccc",
        modified="2026-02-03T04:05:06.789123Z",
        published="2026-02-01T00:00:00Z",
        aliases=("CVE-2026-1",),
        summary="Two lines and [31m colour",
        severity="critical",
        affected=(
            Affected(
                "PyPI",
                "flask-admin-extra",
                (Range("ECOSYSTEM", (Event(introduced="0"), Event(fixed="2.0"))),),
                ("1.0",),
            ),
            Affected("npm", "@Scope/Name", (), ("1.0.0",)),
        ),
    )


@pytest.mark.parametrize(
    ("vector", "word"),
    [
        (CRITICAL_3, "critical"),
        (LOW_3, "low"),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "high"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", "low"),
        ("AV:N/AC:L/Au:N/C:P/I:P/A:P", "high"),
        ("AV:N/AC:M/Au:N/C:N/I:P/A:N", "medium"),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "critical"),
        ("CVSS:4.0/AV:L/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", "low"),
        ("CVSS:3.1/AV:N", ""),
        ("CVSS:9.9/whatever", ""),
        ("7.5", ""),
        ("", ""),
    ],
)
def test_a_vector_is_as_bad_as_its_score(vector: str, word: str) -> None:
    assert rated(vector) == word


def test_the_severity_comes_from_the_vectors_then_the_packages_then_the_word() -> None:
    both = [{"type": "CVSS_V3", "score": LOW_3}, {"type": "CVSS_V3", "score": CRITICAL_3}]
    assert read(osv("x", severity=both, database_specific={"severity": "LOW"})).severity == "critical"
    assert read(osv("x", database_specific={"severity": "MODERATE", "cwe_ids": []})).severity == "medium"
    assert read(osv("x", database_specific={"severity": 9})).severity == ""
    assert read(osv("x", database_specific=None)).severity == ""
    assert read(osv("x", severity=[{"type": "CVSS_V3", "score": "x" * 600}])).severity == ""
    one = osv("x")
    one["affected"][0]["severity"] = both[:1]
    assert read(one).severity == "low"


def test_a_vector_longer_than_any_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rating, "rated", lambda _vector: "critical")
    assert rating.worst(["x" * 512]) == "critical"
    assert rating.worst(["x" * 513]) == ""


@given(st.text("CVSS:.2340/AVNLPHXMRSUCIET", max_size=80))
def test_any_text_may_stand_where_a_vector_should(text: str) -> None:
    assert rated(text) in {"critical", "high", "medium", "low", ""}


def test_a_malicious_package_is_critical_though_nobody_rates_it() -> None:
    assert read({**osv("evil", ecosystem="npm"), "id": "MAL-2026-1"}).severity == "critical"


def test_times_compare_as_text_whatever_their_form() -> None:
    forms = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z", "2026-01-01T02:00:01+01:00", "2026-01-01T01:00:02"]
    stamps = [read(osv("x", modified=form)).modified for form in forms]
    assert stamps == sorted(stamps)
    assert stamps[2] == "2026-01-01T01:00:01.000000Z"
    assert {len(stamp) for stamp in stamps} == {27}
    assert read(osv("x", modified="0001-01-01T00:00:00+14:00")).modified == "0001-01-01T00:00:00.000000Z"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"id": "X-1"}',
        b'{"id": 5, "modified": "2026-01-01T00:00:00Z"}',
        b'{"id": "X-1", "modified": "yesterday"}',
        b'{"id": "../../etc/passwd", "modified": "2026-01-01T00:00:00Z"}',
        b'{"id": "X 1\\u001b[2J", "modified": "2026-01-01T00:00:00Z"}',
        b'{"id": "X-1", "modified": "2026-01-01T00:00:00Z", "affected": {}}',
        b'{"id": "X-1", "modified": "2026-01-01T00:00:00Z", "affected": [{"versions": [1]}]}',
        b'{"a":' * 100_000,
        b"[" * 100_000,
    ],
)
def test_what_is_no_advisory_is_refused(data: bytes) -> None:
    with pytest.raises(AdvisoryError):
        decode(data)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "n" * 301, "a package that cannot be one"),
        ("name", "", "a package that cannot be one"),
        ("name", "a\x1b[2Jb", "a package that cannot be one"),
        ("versions", ["1" * 257], "a version that cannot be one"),
        ("versions", ["1.0\n2.0"], "a version that cannot be one"),
        ("versions", ["1"] * 200_001, "more than 200,000 versions"),
        ("events", [{"introduced": "0"}] * 50_001, "more than 50,000 events"),
        ("events", [{"introduced": "9" * 1000}], "a version that cannot be one"),
    ],
)
def test_what_is_beyond_all_measure_is_refused(field: str, value: object, said: str) -> None:
    one = osv("x")
    affected = one["affected"][0]
    place = {"name": affected["package"], "events": affected["ranges"][0]}.get(field, affected)
    place[field] = value
    with pytest.raises(AdvisoryError, match=said):
        read(one)


def test_an_advisory_larger_than_any_is_refused_unread() -> None:
    with pytest.raises(AdvisoryError, match="8 MiB"):
        decode(b" " * (MOST_BYTES + 1))


texts = st.text(st.characters(codec="utf-8"), max_size=40) | st.text("ab \u200b\n\u00a0", min_size=280, max_size=400)
entries = st.builds(
    lambda ecosystem, name, events, versions: {
        "package": {"ecosystem": ecosystem, "name": name},
        "ranges": [{"type": "ECOSYSTEM", "events": events}],
        "versions": versions,
    },
    st.sampled_from(["PyPI", "npm"]),
    st.text("aB-_.9@/", min_size=1, max_size=12),
    st.lists(st.dictionaries(st.sampled_from(["introduced", "fixed", "last_affected", "limit"]), st.just("1.0"))),
    st.lists(st.text("0123456789.ab", max_size=9)),
)


@example("a \u200b b", "CVE-1", [], dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc), "")
@given(texts, texts, st.lists(entries, max_size=3), st.datetimes(), st.sampled_from(["", "HIGH", "Moderate", "x"]))
def test_what_is_written_down_reads_back_the_same(
    summary: str, alias: str, affected: list[object], modified: object, word: str
) -> None:
    one = {
        "id": "MAL-1", "modified": modified, "aliases": [alias], "summary": summary, "affected": affected,
        "published": modified, "withdrawn": modified, "database_specific": {"severity": word},
    }  # fmt: skip
    advisory = decode(msgspec.json.encode(one))
    assert decode(encode(advisory)) == advisory
