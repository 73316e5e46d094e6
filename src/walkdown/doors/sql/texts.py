"""The rules about databases, in our own words."""

from __future__ import annotations

from walkdown.model.finding import Rule

TOOL = "doors"


def _rule(id_: str, title: str, message: str, fix: str, *cwe: int) -> Rule:
    return Rule(TOOL, f"sql-{id_}", title, message, fix, hazard="auth.rls", family=f"sql-{id_}", cwe=cwe)


TABLE_OFF = _rule(
    "table-off", "A table without row security",
    "Row security is not switched on for this table. The public key of the project stands in every browser, and "
    "with it anyone can read, change and delete all rows over the data API, without an account.",
    "Enable row level security on the table and write one policy for each command, by owner or role. Where only a "
    "server uses the table, enable it without any policy, or move the table to a schema that is not exposed.",
    284, 862,
)  # fmt: skip
POLICIES_IDLE = _rule(
    "policies-idle", "Policies that are not switched on",
    "Policies are written for this table, but row security itself is off, so that none of them is ever asked: "
    "anyone with the public key can read and change all rows.",
    "Enable row level security on the table, then try its policies as two different users.",
    284, 862,
)  # fmt: skip
OPEN_WRITE = _rule(
    "open-write", "Anyone may change or delete rows",
    "A policy lets everyone change or delete rows of this table, also without an account: its condition holds for "
    "every caller. What its name or a comment says does not matter to the database.",
    "Limit the policy to signed-in users and compare the row's owner with auth.uid(). A server with the service key "
    "needs no policy at all.",
    862, 284,
)  # fmt: skip
OPEN_INSERT = _rule(
    "open-insert", "Anyone may add rows",
    "A policy lets everyone add rows with any content, also without an account. A script can fill the table, or "
    "write rows in the name of others.",
    "Let a server function write the row after checking and limiting the request, or bind the new row to "
    "auth.uid(). For a public form, keep the policy and put a limiter in front of it.",
    862,
)  # fmt: skip
OPEN_READ = _rule(
    "open-read", "Anyone may read what should be private",
    "A policy lets everyone read these rows, also without an account, and they hold what looks personal, commercial "
    "or secret. The whole table can be downloaded with the public key.",
    "Limit reading to the owner or to a role. Where a part has to be public, offer a view with only those columns.",
    862, 200,
)  # fmt: skip
LOGIN_WRITE = _rule(
    "login-write", "Any signed-in user may change the rows of others",
    "The policy only asks whether someone is signed in, not whether the row is theirs. Everyone who can sign up can "
    "change or delete the rows of all users.",
    "Compare the row's owner, or its organisation through a membership, with auth.uid(), for `using` and `with "
    "check`.",
    639, 862,
)  # fmt: skip
LOGIN_INSERT = _rule(
    "login-insert", "Any signed-in user may add rows in the name of others",
    "The check only asks whether someone is signed in. A user can add rows that belong to somebody else.",
    "Compare the owner column of the new row with auth.uid() in `with check`.",
    639,
)  # fmt: skip
LOGIN_READ = _rule(
    "login-read", "Any signed-in user may read the rows of others",
    "The policy only asks whether someone is signed in. Everyone who can sign up can read the rows of all users, "
    "and they hold what looks personal, commercial or secret.",
    "Limit reading to the owner, the organisation or a role.",
    639, 200,
)  # fmt: skip
SAME = _rule(
    "compared-with-itself", "A condition compares a column with itself",
    "Inside a select, a bare column name means the column of the inner table. This condition therefore compares a "
    "row with itself, which always holds: it does not link the two tables, and lets in more than was meant.",
    "Write the table before the column on both sides, for example `members.org_id = documents.org_id`.",
    697, 863,
)  # fmt: skip
WRONG_ID = _rule(
    "wrong-id", "Ids of different tables are compared",
    "The two sides of this comparison are ids of different things, so that they are never equal. The policy never "
    "lets anyone in; people then open the table wider to make it work.",
    "Compare with the column that holds the user's id, or go through the table that links the two.",
    697,
)  # fmt: skip
FORGED = _rule(
    "user-metadata", "Rights are read from what users can write themselves",
    "The condition trusts the user metadata. Every user can change the own user metadata with one call of the "
    "client library, and so give themselves any role or organisation.",
    "Keep roles in a table that only a server or an administrator can write, or in the app metadata, and read them "
    "from there.",
    639, 807,
)  # fmt: skip
UNLINKED = _rule(
    "membership-unlinked", "A membership is asked for, but not of this row's group",
    "The condition asks whether the caller belongs to any group at all, not to the group this row belongs to. "
    "Members of one organisation reach the rows of all others.",
    "Compare the group of the membership with the group of the row.",
    639, 863,
)  # fmt: skip
LOOP = _rule(
    "policy-asks-itself", "A policy asks its own table",
    "To decide about a row, the policy reads the same table, whose policy then has to be asked again. Postgres "
    "stops with an error, and nobody can use the table.",
    "Put the question into an owner-rights function with a fixed search_path, and call that in the policy.",
    674,
)  # fmt: skip
PROMOTION = _rule(
    "own-rights", "Users may change their own rights",
    "Users may update their own row, and the row holds a column that decides what they may do or what they have "
    "paid for. Nothing keeps them from changing that column too.",
    "Take the column out of what users may update (column grants, or a trigger that refuses the change), or keep it "
    "in a table that only a server writes.",
    269, 915,
)  # fmt: skip
SELF_GRANT = _rule(
    "own-role", "Users may give themselves a role",
    "Users may add a row for themselves to a table that says who may do what. The check looks at whose row it is, "
    "not at which role or group stands in it.",
    "Let only an administrator or a server function add such rows.",
    269,
)  # fmt: skip
HANDOVER = _rule(
    "handover", "An owner may hand a row to someone else",
    "Rows can be changed only by their owner, but the check on the new row asks for nothing, so that a row can be "
    "put into another user's account.",
    "Use the same condition in `with check`, or leave it out: then `using` counts for both.",
    639,
)  # fmt: skip
FUNCTION_SQL = _rule(
    "function-runs-sql", "A database function runs SQL that the caller hands over",
    "The function puts what it is called with into SQL and runs it with its owner's rights. Whoever may call it over "
    "the data API can read, change and delete everything in the database.",
    "Remove the function. Where something like it is needed, write one function for each purpose, put values in with "
    "`using` and names with `format('%I', ...)`, and revoke execute from public, anon and authenticated.",
    89, 862,
)  # fmt: skip
FUNCTION_NAMES = _rule(
    "function-picks-table", "A database function lets the caller choose the table",
    "The function builds its SQL with a name that the caller hands over and runs it with its owner's rights. Quoting "
    "the name keeps other SQL out, but whoever may call it over the data API can point it at any table or column.",
    "Allow only names from a written list (`if table_name not in (...) then raise exception`), check auth.uid(), or "
    "write one function for each table. Where only a server calls it, revoke execute from public, anon and "
    "authenticated.",
    862, 639,
)  # fmt: skip
SERVER_VALUE = _rule(
    "server-value", "Users may set what only a server may decide",
    "Users may change or add their own rows, and these rows hold what somebody owns or has paid, or the platform's "
    "word about it: a balance, a share, a plan, the state of a payment or of a check. The policy asks whose row it "
    "is, not which columns change, so that a user can write any value with one call of the client library.",
    "Let users update only the columns that are theirs (column grants), or refuse the change in a trigger, and let a "
    "server function write the others. For new rows, pin the column in `with check`, as in `status = 'pending'`.",
    915, 269,
)  # fmt: skip
FUNCTION_WRITE = _rule(
    "function-writes", "A database function changes data for anyone who calls it",
    "The function runs with its owner's rights, past row security, and can be called over the data API. It does not "
    "check who is calling, or trusts an id that the caller hands over.",
    "Check auth.uid() at the start, or use it instead of the argument. Where only a server calls it, revoke execute "
    "from public, anon and authenticated (all three: the last two have grants of their own).",
    862, 639,
)  # fmt: skip
FUNCTION_READ = _rule(
    "function-reads", "A database function gives data to anyone who calls it",
    "The function runs with its owner's rights, past row security, and can be called over the data API. It answers "
    "with rows that the caller could not read otherwise, without checking who is calling.",
    "Check auth.uid() in it, make it run with the caller's rights, or revoke execute from public, anon and "
    "authenticated.",
    862, 200,
)  # fmt: skip
FUNCTION_PATH = _rule(
    "function-path", "Owner-rights functions without a fixed search path",
    "These functions run with their owner's rights and look names up along the caller's search path. Who can create "
    "objects in a schema on that path can make them run other code.",
    "Add `set search_path = ''` to each and write schemas before the names in it.",
    426,
)  # fmt: skip
VIEW = _rule(
    "view-bypass", "A view goes past row security",
    "A view reads its tables with its owner's rights unless it says otherwise, so that their policies are not "
    "asked. Through it, more people reach these rows than the tables themselves let in.",
    "Create the view with `security_invoker = on`, or revoke select on it from anon and authenticated.",
    862, 200,
)  # fmt: skip
BUCKET_WRITE = _rule(
    "bucket-write", "Files of others can be replaced or deleted",
    "The policies on stored files let people write into this bucket without asking whose file it is: what one user "
    "has uploaded, another can replace or delete, or strangers can fill the storage.",
    "Ask for the owner, or for a folder that carries the user's id: `(storage.foldername(name))[1] = "
    "auth.uid()::text`.",
    639, 434,
)  # fmt: skip
BUCKET_READ = _rule(
    "bucket-read", "Private files can be read by others",
    "Going by its name, this bucket holds documents of persons or businesses, and its files can be read by people "
    "they do not belong to.",
    "Make the bucket private, limit reading to the owner, and hand out signed addresses that expire.",
    639, 200,
)  # fmt: skip
GUARDED = _rule(
    "row-security", "Row security by owner or role",
    "Row security is on and every policy asks for the owner, a membership or a role.",
    "",
)  # fmt: skip
