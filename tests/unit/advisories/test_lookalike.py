"""One slip away from a popular name, and not every name that is merely short or alike."""

from __future__ import annotations

import pytest

from walkdown.advisories.lookalike import slip
from walkdown.advisories.popular import popular


@pytest.mark.parametrize(
    ("ecosystem", "name", "meant", "how"),
    [
        ("PyPI", "reqeusts", "requests", "swapped"),
        ("PyPI", "requets", "requests", "too few"),
        ("PyPI", "requestss", "requests", "s at the end"),
        ("PyPI", "djang0", "django", "one letter"),
        ("PyPI", "flaskcors", "flask-cors", "hyphen"),
        ("PyPI", "scikit-learrn", "scikit-learn", "too many"),
        ("PyPI", "python-requests", "requests", "in front"),
        ("npm", "axois", "axios", "swapped"),
        ("npm", "lodahs", "lodash", "swapped"),
        ("npm", "express-js", "express", "behind"),
        ("npm", "@types/nodee", "@types/node", "letter"),
        ("npm", "@bable/core", "@babel/core", "swapped"),
    ],
)
def test_a_slip_is_seen(ecosystem: str, name: str, meant: str, how: str) -> None:
    found = slip(ecosystem, name)
    assert found is not None
    assert (found.popular, how in found.how) == (meant, True)


@pytest.mark.parametrize(
    ("ecosystem", "name"),
    [("npm", "request"), ("PyPI", "pyaml"), ("PyPI", "sixs"), ("npm", "preact"), ("npm", "@acme/reacts"), ("npm", "args-parser"), ("PyPI", "my-own-thing"),  # noqa: E501
     ("PyPI", ""), ("PyPI", "x" * 5000), ("PyPI", "flask"), ("npm", "redux")],
)  # fmt: skip
def test_what_people_use_or_nobody_could_mistake_is_left_alone(ecosystem: str, name: str) -> None:
    assert slip(ecosystem, name) is None


@pytest.mark.parametrize("ecosystem", ["PyPI", "npm"])
def test_no_popular_name_looks_like_another(ecosystem: str) -> None:
    names = popular(ecosystem)
    assert len(names) > 500
    assert [name for name in names if slip(ecosystem, name)] == []
