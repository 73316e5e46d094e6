"""What a text found where a secret could be looks like: placeholder, known default, words, or made by a machine.

Pure questions about one value; what the answers mean in a given file is decided in secrets_judge.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter

import msgspec

# Passwords that anyone tries first. Compared in lower case, without what is not a letter or a digit.
_COMMON_TEXT = """
    admin admin1 admin12 admin123 admin1234 admin12345 administrator adminadmin adminpass adminpassword root toor
    rootroot rootpass rootpassword roottoor pass pass1 pass12 pass123 pass1234 passwd passw0rd password password1
    password12 password123 password1234 pssw0rd passwordpassword mypassword mypass testpassword testpass testpass123
    devpassword dbpassword userpassword secret secret1 secret12 secret123 secretkey secretpassword secretpass
    mysecret mysecretkey mysecretpassword s3cr3t s3cret supersecret supersecretkey supersecretpassword topsecret
    verysecret verysecretkey jwtsecret jwtsecretkey sessionsecret appsecret thisissecret thisisasecret
    thisisasecretkey notsecret notsosecret notasecret changeme changethis changeit change changemenow changemeplease
    pleasechange pleasechangeme test test1 test12 test123 test1234 testing testtest guest default demo demo123
    demo1234 user user123 user1234 username letmein welcome welcome1 welcome123 login master monkey dragon iloveyou
    sunshine football baseball qwerty qwerty1 qwerty123 qwertyuiop asdf asdfgh asdf1234 zxcvbn abc abc123 abcd
    abcd1234 abcdef 1234 12345 123456 1234567 12345678 123456789 1234567890 123123 123321 654321 111111 000000
    00000000 11111111 1q2w3e4r 1q2w3e postgres postgrespw postgrespassword postgresql mysql mariadb mongo mongodb
    redis redispassword rabbitmq rabbit minio minioadmin minio123 elastic kibana grafana docker oracle sa vagrant
    ubuntu raspberry nextcloud wordpress airflow dev development devsecret devsecretkey devkey local localhost
    localdev insecure insecuresecret insecurekey unsafe keyboardcat foobar foo bar baz foobarbaz hunter2
    correcthorsebatterystaple temp temp123 temppassword
"""
_COMMON = frozenset(_COMMON_TEXT.split())

# Sentences written into a value to say that it is no good: they say "replace me" and work all the same.
_SAYS_CHANGE_ME = re.compile(
    r"""(?ix) change.?(?:me|this|it|in.?prod|for.?prod|before|later) | please.?change | (?:must|should).?be.?changed
    | not.?(?:so.?|a.?|very.?)?secret | (?:in|un)(?:secure|safe)
    | (?:do.?not|don.?t|never|not).?(?:use|for).{0,4}(?:in.?)?prod
    | (?:dev|development|local|default|fallback|test|testing|dummy|temp|temporary|demo)[-_.]?
      (?:only|secret|key|jwt|password|pass|token)
    | super.?(?:duper.?)?secret | (?:very|top|so|a|some).?secret | secret.?key.?(?:for|here|123)
    """
)

_PLACEHOLDER = re.compile(
    r"""(?ix) \$\{ | \{\{ | \{ [a-z_][\w.]* \} | <[^>]*> | %\( | %[sd]\b | \$\( | ^\$ | \#\{
    | ^%\w+%$ | ^@\w+@$ | ^__\w+__$
    | your[-_. ]? | [-_ ]here\b | ^here$ | replace | place.?holder | redacted | masked | ^removed | ^hidden
    | ^(?:insert|enter|fill|paste|put|add|provide)[-_ ]
    | ^(?:none|null|nil|undefined|true|false|empty|n/a|tbd|todo|fixme|optional|required|string|text|secret_?name|value
      |generate[d]?|random|auto|unset|dummy|fake|mock(?:ed)?|sample|blank|unused|ignored?|any)$
    | ^(?:dummy|fake|mock|sample|example)[-_.] | [-_.](?:dummy|fake|mock|sample|example)$
    | x{4,} | \.\.\. | … | \*{3,} | •{3,} | ^-+$ | ^_+$ | example\.(?:com|org) | ^example | EXAMPLE(?:KEY)?$
    """
)

_REFERENCE = re.compile(
    r"""(?x)
    ^(?: [A-Za-z_][\w.]*\( | /[\w.@{}/-]*$
      | \.{1,2}/ | ~/ | \#/ | @/ | !\w | [A-Za-z][A-Za-z0-9+.-]*:// | ENC\[ | op:// | ref\+
      | (?: arn | vault | secret | env | file | ssm | kms | encrypted | data | urn ): | projects/ )
    | ^[A-Za-z_$][\w$-]*(?:(?:\.|::|\?\.|->|/)[A-Za-z_$][\w$-]*)+$
    | \.(?:pem|key|json|ya?ml|txt|env|crt|cer|p12|jks|toml|ini|html?|vue|tsx?|jsx?|py|md|svg|png)$
    | ^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$
    """
)

# One-way hashes and signatures: not the secret itself.
_HASH = re.compile(
    r"""(?x) ^\$(?:2[abxy]|5|6|1|y|argon2\w*|scrypt|pbkdf2\w*)\$
    | ^(?:pbkdf2|scrypt|argon2|bcrypt|md5|sha1|sha256|sha512)\w*[:$]
    | ^\{\w+\} | ^(?:sha1|sha256|sha384|sha512)-[A-Za-z0-9+/=]+$"""
)

_UUID = re.compile(r"(?i)^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_EMULATOR_KEYS = ("Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/",)


class Claims(msgspec.Struct, frozen=True):
    """The part of a JSON Web Token's payload that tells what it opens."""

    role: str = ""
    iss: str = ""
    sub: str = ""
    exp: float = 0.0


def claims(value: str) -> Claims | None:
    """The claims of a JWT, unverified; None where the value is no JWT."""
    parts = value.split(".")
    if len(parts) != 3 or not value.startswith("ey"):
        return None
    try:
        body = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        return msgspec.json.decode(body, type=Claims, strict=False)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        return None


def is_placeholder(value: str) -> bool:
    """Stands where a value belongs: `<token>`, `${VAR}`, `xxxx`, `your-key-here`."""
    return len(set(value)) <= 2 or _PLACEHOLDER.search(value) is not None


def is_reference(value: str) -> bool:
    """Names something else: a variable, a path, an address, a key of a translation, a file, a vault's entry."""
    if _REFERENCE.search(value) is None:
        return False
    # Base64 has slashes too: a long text without a dot whose pieces are no words is not a path.
    return not (len(value) >= 32 and "." not in value and ":" not in value and is_machine_made(value.replace("/", "")))


def is_hash(value: str) -> bool:
    return _HASH.search(value) is not None


def is_uuid(value: str) -> bool:
    return _UUID.match(value) is not None


def is_known_default(value: str) -> bool:
    """Works as a credential and is the first thing anyone would try."""
    plain = re.sub(r"[^a-z0-9]", "", value.lower().replace("@", "a"))
    return plain in _COMMON or value.startswith(_EMULATOR_KEYS)


def says_change_me(value: str) -> bool:
    return _SAYS_CHANGE_ME.search(value) is not None


def entropy(value: str) -> float:
    """Shannon entropy in bits for each character."""
    if not value:
        return 0.0
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())


def is_wordy(value: str) -> bool:
    """Made of words a person could read aloud, at most with a short number at an end: `reset-password-form2`."""
    runs = _HUMP.findall(value)
    letters = [run for run in runs if run.isalpha()]
    digits = sum(len(run) for run in runs if run.isdigit())
    if not letters or digits > 4 or not value.isascii():
        return not value.isascii()
    long = [run for run in letters if len(run) >= 3]
    spoken = sum(len(run) for run in long if _can_be_spoken(run.lower()))
    total = sum(map(len, letters))
    return spoken >= 0.7 * total and total / len(letters) >= 3


def _can_be_spoken(run: str) -> bool:
    vowels = sum(letter in "aeiouy" for letter in run)
    return 0.15 <= vowels / len(run) <= 0.75 and re.search(r"[^aeiouy]{6}", run) is None


def is_machine_made(value: str) -> bool:
    """Long and without pattern: nobody types this, a generator does."""
    if len(value) < 12 or is_wordy(value):
        return False
    kinds = sum((any(map(test, value)) for test in (str.islower, str.isupper, str.isdigit)), 0)
    if re.fullmatch(r"(?i)(?:0x)?[0-9a-f]+", value):
        return len(value) >= 20 and entropy(value) >= 3.0 and any(map(str.isdigit, value)) and not value.isdigit()
    if kinds == 1:
        return len(value) >= 24 and entropy(value) >= 3.7
    return entropy(value) >= (3.0 if len(value) < 20 else 3.3)


def is_typed_password(value: str) -> bool:
    """What a person makes up when a form asks for letters, digits and signs: `Summer2024!`, `kD9vw2Lq`."""
    if len(value) < 6 or re.fullmatch(r"[a-z]+(?:[-_.:][a-z0-9]+)*|[a-z]+[A-Z]\w*|[A-Z]?[a-z]+", value):
        return False
    has_letter = any(map(str.isalpha, value))
    return has_letter and (any(map(str.isdigit, value)) or re.search(r"[!@#$%^&*?+=~]", value) is not None)
