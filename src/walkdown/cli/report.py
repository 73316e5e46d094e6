"""`walkdown report`: the review as it stands now, for people and for programs. Nobody signs it, and it says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from walkdown.cli.exits import FINE
from walkdown.cli.output import check_output, write_output
from walkdown.cli.walk import open_session
from walkdown.record.paper import paper
from walkdown.record.report_csv import report_csv
from walkdown.record.report_html import report_html
from walkdown.record.report_sarif import suppressions
from walkdown.record.scan_sarif import scan_sarif
from walkdown.record.statement import Signer, Statement, canonical
from walkdown.review import Session
from walkdown.review.signoff import How, prepare

_NOBODY = Signer("nobody")
_VERDICT = "Not signed: a report of how the review stood"


class ReportFlags(msgspec.Struct, frozen=True):
    path: str
    form: str
    output: str | None
    offline: bool


def run_report(options: Mapping[str, object]) -> int:
    flags = msgspec.convert(options, ReportFlags)
    check_output(flags.output)
    with open_session(flags.path, offline=flags.offline) as session:
        write_output(flags.output, _pieces(flags.form, session))
    return FINE


def _pieces(form: str, session: Session) -> Iterable[bytes]:
    statement = _statement(session)
    about, predicate = statement.about, statement.predicate
    looked = session.board.looked
    if form == "json":
        return (canonical(statement),)
    if form == "sarif" and looked is not None:
        return scan_sarif(looked.result, session.review.masker, suppressions(predicate))
    if form == "csv":
        return map(str.encode, report_csv(predicate))
    if form == "html":
        return map(str.encode, report_html(about, predicate))
    return (paper(about, predicate, report=True).encode(),)


def _statement(session: Session) -> Statement:
    """What would be signed now, without a signer: whoever makes a report vouches for nothing."""
    statement = prepare(session, How(exceptions=True, unsigned=True, signer=_NOBODY)).statement
    predicate = msgspec.structs.replace(
        statement.predicate, verdict=_VERDICT, signer=Signer(""), unsigned=True, markdown_sha256=""
    )
    return msgspec.structs.replace(statement, predicate=predicate)
