"""What is told about what comes in: fields nobody named, values only the server may decide, and where they lead."""

from __future__ import annotations

from walkdown.doors.questions.tell import TOOL
from walkdown.model.finding import Rule

MASS_ASSIGN = Rule(
    TOOL, "doors-mass-assign", "What the caller sends is written as it is",
    "Every field of the request ends up in the row. A caller who adds a role, a price, a balance or somebody else's id "
    "to the request sets that too, and no screen has to offer it.",
    "Name the fields a caller may set and take only those: a schema that drops the rest (zod `z.object`, "
    "`ValidationPipe({ whitelist: true })`, Joi `stripUnknown`), or the fields one by one.",
    hazard="input.mass-assign", family="mass-assignment", cwe=(915,),
)  # fmt: skip

MONEY = Rule(
    TOOL, "doors-client-price", "An amount of money is taken from the request",
    "The price or total comes from the caller and is stored or charged without being worked out again. Whoever changes "
    "the request pays what they like.",
    "Take only ids and quantities from the caller. Read the prices from the database and reckon the total, discount "
    "and tax on the server, in the same place that stores or charges it.",
    hazard="input.client-only", family="client-decided", cwe=(602, 472),
)  # fmt: skip

POWER = Rule(
    TOOL, "doors-client-role", "The caller decides what they may do",
    "A role, a permission or an admin flag is taken from the request and stored. Anyone can send another value and "
    "make themselves an administrator.",
    "Give new accounts a fixed role on the server. Change roles only behind a guard that asks for an administrator, "
    "and allow only the roles that person may give.",
    hazard="input.client-only", family="client-decided", cwe=(269, 602),
)  # fmt: skip

OWNER = Rule(
    TOOL, "doors-client-owner", "The caller says who they are",
    "Whose row it is, is taken from the request and not from the session. Anyone can write in the name of another user "
    "by sending that user's id.",
    "Take the user's id from the verified session or token, and leave it out of the request altogether.",
    hazard="input.client-only", family="client-decided", cwe=(639, 602),
)  # fmt: skip

STANDING = Rule(
    TOOL, "doors-client-status", "The caller says that it is paid, verified or approved",
    "A flag or a balance that only the server can know is taken from the request and stored. Anyone can mark an order "
    "as paid, an account as verified, or give themselves credit.",
    "Set such values on the server, after the payment service's webhook or a person with that right said so.",
    hazard="input.client-only", family="client-decided", cwe=(602,),
)  # fmt: skip

UNVALIDATED = Rule(
    TOOL, "doors-unvalidated", "What comes in is used without being checked",
    "The request reaches the data and nothing looks at its kind, length or range. Empty, huge or oddly shaped values "
    "are stored, break other screens later, or make the server fail with an error nobody planned.",
    "Describe the request with a schema (zod, valibot, Joi, a DTO with `ValidationPipe`) at the entrance, refuse what "
    "does not fit, and use only what the schema gives back.",
    hazard="input.unvalidated", family="unvalidated-input", cwe=(20,),
)  # fmt: skip

OPERATOR = Rule(
    TOOL, "doors-query-object", "A secret is looked up by a value that may be an object",
    "A body or query string can hold an object where a text is expected. MongoDB then reads it as an operator: "
    "`{\"$ne\": null}` fits every token or code, and the caller gets in without knowing one.",
    "Check that the value is a text before it is used (zod `z.string()`, `typeof value === \"string\"`), or wrap it: "
    "`{ $eq: String(value) }`.",
    hazard="input.unvalidated", family="nosql-injection", cwe=(943,),
)  # fmt: skip

UPLOAD = Rule(
    TOOL, "doors-upload", "Files are taken in without a limit",
    "Nothing limits how large an upload may be or what kind of file it is. One large request fills the memory or the "
    "disk, and a page or a script can be stored and opened from your own address.",
    "Set a limit of size and number, allow only the kinds you need by looking at the content, and store files under a "
    "name of your own (multer `limits` and `fileFilter`; with `formData` check `file.size` and `file.type`).",
    hazard="input.upload", family="upload", cwe=(434, 770),
)  # fmt: skip

HOST = Rule(
    TOOL, "doors-host", "A link is built from the address the request names itself",
    "Whoever sends the request chooses the host. A mail with a reset or invitation link then leads to a stranger's "
    "server, which gets the token when the user clicks on it.",
    "Build links from an address in the configuration, never from the Host, Origin or X-Forwarded-Host header.",
    hazard="input.host", family="host-header", cwe=(644, 20),
)  # fmt: skip

REDIRECT = Rule(
    TOOL, "doors-redirect", "It sends the visitor wherever the request says",
    "A link to your own address can lead to any other site. That is used to make a false login page look real, and "
    "to carry away codes and tokens that are part of the address.",
    "Allow only paths of your own (beginning with one `/`, not with `//`) or a list of known addresses.",
    hazard="input.redirect", family="open-redirect", cwe=(601,),
)  # fmt: skip

SSRF = Rule(
    TOOL, "doors-ssrf", "The server fetches an address that the caller chose",
    "The server sits inside the network. A caller can make it ask addresses that nobody outside can reach, such as the "
    "metadata service of the cloud with its credentials, or an internal admin page.",
    "Allow only hosts from a list. Where any address must do, resolve it first, refuse private and local ones, follow "
    "no redirects, and set a timeout and a limit of size.",
    hazard="input.ssrf", family="ssrf", cwe=(918,),
)  # fmt: skip

PATH = Rule(
    TOOL, "doors-path", "A file is opened by a name that the caller chose",
    "With `../` in the name it leads out of the folder: any file the server may read can be fetched, or one "
    "overwritten.",
    "Take only the last part (`path.basename`), or resolve the path and check that it still begins with the folder. "
    "Better: keep files under ids of your own and look the path up.",
    hazard="input.path", family="path-traversal", cwe=(22,),
)  # fmt: skip

SQL = Rule(
    TOOL, "doors-sql-built", "What comes in becomes part of the SQL",
    "A value of the request stands in the text of the statement itself. A caller can end it and write statements of "
    "their own: read all tables, change them, or drop them.",
    "Hand values over as parameters (`$1`, `?`, tagged templates). For names of columns and directions choose from a "
    "fixed list in the code.",
    hazard="input.sql-built", family="sql-injection", cwe=(89,),
)  # fmt: skip

COMMAND = Rule(
    TOOL, "doors-command", "What comes in becomes part of a command",
    "A value of the request stands in a line that a shell runs. A caller can end it and run commands of their own on "
    "the server.",
    "Use `execFile` or `spawn` with a list of arguments and without a shell, and allow only values of a known form.",
    hazard="input.command", family="command-injection", cwe=(78,),
)  # fmt: skip

CODE = Rule(
    TOOL, "doors-code-eval", "What comes in is run as code",
    "A value of the request is run as code with all the rights of the server.",
    "Read it as data (`JSON.parse` and a schema) or choose the function from a fixed list.",
    hazard="input.deserialize", family="code-eval", cwe=(94, 95),
)  # fmt: skip
