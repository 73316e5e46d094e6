"""What is told about data: writes that belong together, values that others change meanwhile, things done twice."""

from __future__ import annotations

from walkdown.doors.questions.tell import TOOL
from walkdown.model.finding import Rule

NO_TRANSACTION = Rule(
    TOOL, "doors-no-transaction", "Writes that belong together are not one transaction",
    "Several writes are needed for one thing to be right, and each is done alone. When the server stops, a connection "
    "drops or the second write is refused, the first one stays: an order without its lines, money that left one side "
    "only. Nobody is told, and it has to be mended by hand.",
    "Run them in one transaction: Prisma `$transaction`, TypeORM and Drizzle `transaction`, Mongoose "
    "`session.withTransaction`, Knex `trx`, `BEGIN … COMMIT` in SQL. With supabase-js put them into one database "
    "function and call it with `rpc`.",
    hazard="data.no-transaction", family="no-transaction", cwe=(362,),
)  # fmt: skip

READ_WRITE = Rule(
    TOOL, "doors-read-write", "A value is read, reckoned with and written back",
    "Two requests at the same time both read the old value, and the one that writes last wins: the other change is "
    "lost. For stock, seats, balances and points that means sold twice or paid once, and it can be provoked on "
    "purpose by sending the same request many times at once.",
    "Let the database reckon: `increment`/`decrement`, `$inc`, `set x = x - 1 where id = … and x >= 1`; or read the "
    "row with a lock (`for update`) inside the transaction that writes it.",
    hazard="race.read-write", family="read-write-race", cwe=(362, 367),
)  # fmt: skip

CHECK_ACT = Rule(
    TOOL, "doors-check-act", "It looks whether a row is there and then makes one",
    "Between the look and the insert another request can do the same: then there are two rows where the code expects "
    "one. No unique key on the table stands against it.",
    "Put a unique key on these columns and treat its error as the answer, or write with an upsert. For ranges of time "
    "use an exclusion constraint or a lock.",
    hazard="race.check-act", family="check-act-race", cwe=(367,),
)  # fmt: skip

PAID_TWICE = Rule(
    TOOL, "doors-payment-twice", "A payment is made without an idempotency key",
    "When the answer of the payment service is lost, the request is sent again, by the library, a proxy or the user, "
    "and the customer is charged or paid twice.",
    "Give the call an idempotency key that stays the same for the same order (`idempotencyKey` of the order's id).",
    hazard="data.idempotency", family="idempotency", cwe=(837,),
)  # fmt: skip

EVENT_TWICE = Rule(
    TOOL, "doors-event-twice", "A webhook does its work again when the event comes twice",
    "Services send an event again when they are not sure that it arrived, sometimes days later. Every time this "
    "handler writes another row or adds to a balance.",
    "Keep the id of each event in a table with a unique key, in the same transaction as the work, and stop where it "
    "is there already; or write with an upsert on the service's own id.",
    hazard="data.idempotency", family="idempotency", cwe=(837,),
)  # fmt: skip

CHECK_SPEND = Rule(
    TOOL,
    "doors-check-spend",
    "An amount is checked first and taken afterwards",
    "Whether there is enough is asked in one step, and it is taken in another that asks no more. Requests at the same "
    "time all pass the check: more is sold than there is, the same credit is spent twice.",
    "Ask and take in one statement: `update … set stock = stock - n where id = … and stock >= n`, and look whether a "
    "row was changed; or lock the row inside the transaction. A check constraint on the column is a good last line.",
    hazard="race.check-act",
    family="check-act-race",
    cwe=(362, 367),
)

STATE_CHANGE = Rule(
    TOOL, "doors-state-change", "A state is checked first and changed afterwards",
    "Whether a row may change its state is asked in one step, and it is changed in another that asks no more. Two "
    "requests at the same time, a double click or an event that is sent twice, both pass the check, and all that "
    "follows is done twice: credited twice, paid out twice, given twice. A transaction alone does not help: both read "
    "the old state.",
    "Change it only in the state that was meant and look whether a row was changed: `update … set status = 'paid' "
    "where id = … and status = 'pending'` (`updateMany` with Prisma and its `count`, `.eq('status', 'pending')"
    ".select()` with supabase-js), and stop where none was; or lock the row (`for update`) before the check.",
    hazard="race.check-act", family="check-act-race", cwe=(362, 367),
)  # fmt: skip
