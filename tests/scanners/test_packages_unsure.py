"""What a project declares without saying it plainly: lists written by hand with hashes, and packages without a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.package_names import about_names, index_of, looked_at
from walkdown.advisories.names import NameIndex
from walkdown.model import Confidence, Finding, Severity

HASHED = "flask==3.0.0 --hash=sha256:{0}\nrequests==2.0.0 --hash=sha256:{0}\n".format("0a" * 32)
CODE = "import flask\nimport requests\n"


@pytest.fixture
def index(tmp_path: Path) -> NameIndex:
    return index_of(tmp_path, {"PyPI": ["flask", "requests", "scikit-learn", "stripe"], "npm": ["express"]})


def found(index: NameIndex, requirements: str, code: str, **more: str) -> list[Finding]:
    return about_names(looked_at(index, {"requirements.txt": requirements, "app.py": code, **more}))


def test_a_list_written_with_hashes_declares_what_it_names(index: NameIndex) -> None:
    assert found(index, HASHED, CODE) == []


def test_from_a_list_that_a_tool_made_a_package_is_only_borrowed(index: NameIndex) -> None:
    (finding,) = found(index, HASHED, CODE, **{"requirements.in": "flask\n"})
    assert finding.rule.id == "package-borrowed"


@pytest.mark.parametrize(
    ("line", "module"),
    [
        ("git+https://host.example/owner/inhouse-billing.git", "inhouse_billing"),
        ("git+ssh://git@host.example/owner/inhouse-billing.git@release/2", "inhouse_billing.api"),
        ("-e git+https://host.example/owner/Inhouse.Billing", "inhouse_billing"),
        ("git+https://host.example/owner/monorepo.git#subdirectory=packages/inhouse-billing", "inhouse_billing"),
        ("git+https://host.example/owner/inhouse-billing-python.git", "inhouse_billing"),
        ("https://host.example/files/inhouse-billing-1.0.tar.gz", "inhouse_billing"),
        ("https://host.example/files/inhouse_billing_client-1.0-py3-none-any.whl", "inhouse_billing"),
        ("./wheels/inhouse_billing-1.0-py3-none-any.whl", "inhouse_billing"),
        ("inhouse-billing @ https://host.example/files/inhouse-billing-1.0.tar.gz", "inhouse_billing"),
        ("https://host.example/files/inhouse-billing-latest.zip", "inhouse_billing"),
        ("https://github.com/owner/inhouse-billing/archive/refs/heads/main.zip", "inhouse_billing"),
        ("../inhouse-billing", "inhouse_billing"),
        ("./vendored/inhouse-billing", "inhouse_billing"),
        ("git+https://host.example/forks/scikit-learn.git", "sklearn"),
        ("inhouse-billing @ git+https://host.example/owner/other.git", "inhouse_billing"),
    ],
)
def test_a_package_named_by_its_address_is_declared_under_its_probable_name(
    index: NameIndex, line: str, module: str
) -> None:
    assert found(index, f"flask\n{line}\n", f"import flask\nimport {module}\n") == []


def test_a_folder_of_the_project_says_itself_what_it_is_called(index: NameIndex) -> None:
    project = {"libs/one/pyproject.toml": '[project]\nname = "inhouse-billing"\n'}
    assert found(index, "flask\n./libs/one\n", "import flask\nimport inhouse_billing\n", **project) == []


def test_an_address_on_npm_has_a_name_beside_it(index: NameIndex) -> None:
    files = {
        "package.json": '{"private": true, "dependencies": {"inhouse": "github:owner/other"}}',
        "app.js": 'import "inhouse";\n',
    }
    assert about_names(looked_at(index, files)) == []


def test_a_probable_name_excuses_no_other_package(index: NameIndex) -> None:
    line = "git+https://host.example/owner/inhouse-billing.git"
    (finding,) = found(index, f"flask\n{line}\n", "import flask\nimport stripe\n")
    assert (finding.rule.id, finding.confidence) == ("package-undeclared", Confidence.LIKELY)


def test_beside_a_name_that_is_only_probable_nothing_is_surely_invented(index: NameIndex) -> None:
    code = "import flask\nimport magic_gateway\n"
    (alone,) = found(index, "flask\n", code)
    assert (alone.rule.id, alone.confidence) == ("package-phantom", Confidence.LIKELY)
    (beside,) = found(index, "flask\ngit+https://host.example/owner/inhouse-billing.git\n", code)
    assert (beside.rule.id, beside.confidence) == ("package-phantom", Confidence.UNSURE)


@pytest.mark.parametrize(
    "line",
    [
        "https://host.example/download?id=3",
        "git+https://host.example/3f2a9b0c1d2e4f",
        "git+https://host.example/owner/python.git",
        "../..",
    ],
)
@pytest.mark.parametrize("module", ["magic_gateway", "stripe"])
def test_beside_a_package_whose_name_nobody_can_tell_nothing_is_invented(
    index: NameIndex, line: str, module: str
) -> None:
    (finding,) = found(index, f"flask\n{line}\n", f"import flask\nimport {module}\n")
    assert (finding.rule.id, finding.severity, finding.confidence) == (
        "package-undeclared", Severity.LOW, Confidence.UNSURE,
    )  # fmt: skip
    assert "requirements.txt:2" in finding.rule.message


def test_no_password_of_an_address_is_kept(index: NameIndex) -> None:
    line = "git+https://user:hunter2-secret@host.example/"
    (finding,) = found(index, f"flask\n{line}\n", "import flask\nimport magic_gateway\n")
    assert "hunter2" not in repr(finding)


def test_a_name_that_a_list_gives_is_judged_as_ever(index: NameIndex) -> None:
    """Only imports may come from somewhere unseen; what a list names, the next install fetches."""
    (finding,) = found(index, "flask\nmagic-gateway\nhttps://host.example/download?id=3\n", "import flask\n")
    assert (finding.rule.id, finding.severity) == ("package-phantom", Severity.CRITICAL)
