"""What is told about work that grows with the data."""

from __future__ import annotations

from walkdown.doors.questions.tell import TOOL
from walkdown.model.finding import Rule

N_PLUS_ONE = Rule(
    TOOL, "doors-n-plus-one", "One query for every row of a list",
    "With ten rows nobody notices. With a thousand the request asks the database a thousand times, holds its "
    "connection all the while, and slows down everybody else.",
    "Ask once for all of them: a join or `include`, or `in` with the list of ids, and put the parts together in a map.",
    hazard="perf.n-plus-one", family="n-plus-one", cwe=(1073,),
)  # fmt: skip

ONE_BY_ONE = Rule(
    TOOL, "doors-one-by-one", "Rows are written one after the other",
    "Every row is a round trip of its own, so a long list takes long and may run into a timeout half-way.",
    "Write them at once: `createMany`, `insert([...])`, `insertMany`, `values (…), (…)`.",
    hazard="perf.sequential", family="sequential-awaits", cwe=(1050,),
)  # fmt: skip

UNBOUNDED = Rule(
    TOOL, "doors-unbounded", "A whole table is read with no limit",
    "The table grows, and so does this answer: slower each month, until memory or the time limit ends it. Whoever can "
    "call it can also load the server with it.",
    "Read a page at a time: a limit that the client cannot lift, and an order that stays the same.",
    hazard="perf.unbounded", family="unbounded-read", cwe=(770,),
)  # fmt: skip

CONNECTION = Rule(
    TOOL, "doors-connection", "A database client is opened for each request",
    "Every request opens connections of its own. Under load the database runs out of them and refuses everybody.",
    "Make one client or pool when the module is loaded, and use that.",
    hazard="perf.connection", family="connection-per-request", cwe=(400,),
)  # fmt: skip
