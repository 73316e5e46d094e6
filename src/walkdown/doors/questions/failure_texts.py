"""What is told about failures: hidden ones, and those that tell strangers too much."""

from __future__ import annotations

from walkdown.doors.questions.tell import TOOL
from walkdown.model.finding import Rule

SWALLOWED = Rule(
    TOOL, "doors-swallowed", "A failed write is caught and forgotten",
    "When the write fails, nobody learns of it: it is not thrown on, not answered and not logged. The user sees "
    "success, and the data is not there.",
    "Let the error through, or answer with a failure; at the least log it with what was to be written.",
    hazard="error.swallowed", family="swallowed-error", cwe=(390, 391),
)  # fmt: skip

ERROR_UNREAD = Rule(
    TOOL, "doors-error-unread", "A write may fail, and nobody reads its error",
    "supabase-js throws nothing when a write is refused: it gives back `error`. Here nobody reads it, so a refused or "
    "failed write looks like success, and what comes after goes on without the data.",
    "Take `error` from the result and stop on it (`if (error) throw error`), or add `.throwOnError()`.",
    hazard="error.swallowed", family="swallowed-error", cwe=(252, 390),
)  # fmt: skip

ERROR_LOGGED = Rule(
    TOOL, "doors-error-logged", "A write may fail, and its error is only logged",
    "When the write is refused or fails, a line is logged and all goes on: the answer says success. A webhook that "
    "answers success is never sent again: it was paid, and the credit, the order or the access is missing until "
    "somebody complains.",
    "Stop on the error and answer with a failure, so that the sender tries again (status 500 for webhooks), or keep "
    "what was to be done in a table that a job works off.",
    hazard="error.swallowed", family="swallowed-error", cwe=(390, 391),
)  # fmt: skip

READ_AS_NONE = Rule(
    TOOL, "doors-read-as-none", "A read that failed counts as if nothing was there",
    "supabase-js gives back no data both when there is none and when the read failed. Here the difference is not "
    "looked at: when the database is slow or refuses, rows are made again or deleted as though the old ones were gone.",
    "Read `error` first and stop on it; only then does missing data mean that there is none (`maybeSingle()`).",
    hazard="error.swallowed", family="swallowed-error", cwe=(252, 390),
)  # fmt: skip

OK_UNREAD = Rule(
    TOOL, "doors-ok-unread", "A request is sent, and nobody looks whether it was accepted",
    "`fetch` throws only when there is no connection. An answer that says no (4xx, 5xx) counts as success here.",
    "Look at `response.ok` and stop or try again where it is false.",
    hazard="error.swallowed", family="swallowed-error", cwe=(252,),
)  # fmt: skip

TEXT_LEAKED = Rule(
    TOOL, "doors-error-text", "The text of an internal error is sent to the client",
    "Whatever failed is told in its own words: names of tables and columns, addresses of inner services, paths, values "
    "of other people. Whoever looks for a way in provokes errors first.",
    "Log the error, and answer with a fixed sentence and an id to look it up by. Only messages of your own error "
    "classes, made for users, may go out.",
    hazard="error.leaked", family="error-leak", cwe=(209,),
)  # fmt: skip

STACK_LEAKED = Rule(
    TOOL, "doors-error-whole", "An internal error is sent to the client as a whole",
    "The stack or the whole error object goes out: paths, versions, queries, sometimes the connection or the values of "
    "the query itself.",
    "Log the error, and answer with a fixed sentence and an id to look it up by.",
    hazard="error.leaked", family="error-leak", cwe=(209, 497),
)  # fmt: skip

SECRETS_LEAKED = Rule(
    TOOL, "doors-secret-columns", "Rows go out with their secret columns",
    "The row is sent as it was read, with columns that nobody outside should see (password hash, token, secret). A "
    "hash that is known can be tried out at leisure; a token can be used at once.",
    "Name the columns that go out (`select`), or leave the secret ones out before answering (`omit`, `select: false`, "
    "a response type that is enforced).",
    hazard="error.leaked", family="secret-columns", cwe=(200, 359),
)  # fmt: skip

SOLD_LEAKED = Rule(
    TOOL, "doors-sold-columns", "What is sold can be read without paying",
    "Whole rows are read, with the link or the key that people pay for. Whoever looks at what the page loads has it "
    "without buying, and can pass it on.",
    "Keep what is sold in a table of its own that only buyers may read, or hand it out by the server once it is paid; "
    "give files out by links that end (signed URLs).",
    hazard="error.leaked", family="sold-columns", cwe=(200, 639),
)  # fmt: skip
