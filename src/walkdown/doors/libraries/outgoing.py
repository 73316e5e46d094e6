"""Calls to other services: axios, got, undici and the like, node's own http, and the clients of known providers."""

from __future__ import annotations

from dataclasses import dataclass

from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.file_marks import SIGNED_ADDRESS
from walkdown.doors.libraries.shared import has, record_of
from walkdown.doors.libraries.web import address_of
from walkdown.doors.library import Calling, Given
from walkdown.doors.values import UNKNOWN, Closure, Outside, Record, Thing, Value, of
from walkdown.doors.visits import Did, Visit
from walkdown.model.door import Operation, Origin

_HTTP, _SERVICE, _PLAIN = "outgoing.http", "outgoing.service", "outgoing.plain"
_HTTP_CLIENTS = frozenset({
    "axios", "got", "undici", "node-fetch", "cross-fetch", "isomorphic-fetch", "ky", "superagent", "request",
    "request-promise",
    "needle", "ofetch", "phin", "@nestjs/axios", "isomorphic-unfetch", "unfetch", "node-fetch-native", "bent",
})  # fmt: skip
_NODE = frozenset({"http", "https", "node:http", "node:https"})
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "fetch", "stream", "del"})
_SERVICES = {
    "nodemailer": "mail", "openai": "openai", "@anthropic-ai/sdk": "anthropic", "twilio": "twilio", "resend": "resend",
    "@sendgrid/mail": "sendgrid", "@sendgrid/client": "sendgrid", "mailgun.js": "mailgun", "mailgun-js": "mailgun",
    "stripe": "stripe",
    "aws-sdk": "aws", "@aws-sdk/client-s3": "s3", "@aws-sdk/client-ses": "ses", "@aws-sdk/client-sesv2": "ses",
    "@aws-sdk/client-sqs":
    "sqs", "@aws-sdk/client-sns": "sns", "@aws-sdk/lib-storage": "s3", "@aws-sdk/s3-request-presigner": "",
    "cloudinary": "cloudinary",
    "@google/generative-ai": "gemini", "@google/genai": "gemini", "@mistralai/mistralai": "mistral",
    "groq-sdk": "groq",
    "cohere-ai": "cohere", "replicate": "replicate", "@slack/web-api": "slack", "postmark": "postmark",
    "@google-cloud/storage": "gcs",
    "minio": "minio", "firebase-admin/messaging": "fcm", "web-push": "web-push", "pusher": "pusher",
    "razorpay": "razorpay", "@mollie/api-client": "mollie",
    "@paypal/checkout-server-sdk": "paypal", "square": "square", "@octokit/rest": "github", "octokit": "github",
    "ai": "model",
    "@mailchimp/mailchimp_marketing": "mailchimp", "@azure/storage-blob": "azure-blob", "plaid": "plaid",
    "expo-server-sdk": "expo",
    "@nestjs-modules/mailer": "mail", "mailersend": "mailersend", "brevo": "brevo", "imagekit": "imagekit",
    "telegraf": "telegram", "@aws-sdk/s3-presigned-post": "", "@vercel/blob": "blob", "convex/browser": "convex",
    "convex/nextjs": "convex", "@google-cloud/vertexai": "gemini", "ollama": "ollama", "together-ai": "together.ai",
    "@fal-ai/client": "fal.ai", "@fal-ai/serverless-client": "fal.ai", "@azure/openai": "openai",
    "@huggingface/inference": "huggingface", "elevenlabs": "elevenlabs", "@elevenlabs/elevenlabs-js": "elevenlabs",
    "@langchain/openai": "openai", "@langchain/anthropic": "anthropic", "@langchain/google-genai": "gemini",
    "@langchain/groq": "groq", "@perplexity-ai/perplexity_ai": "perplexity", "@deepgram/sdk": "deepgram",
    "assemblyai": "assemblyai", "voyageai": "voyageai",
}  # fmt: skip
_PROVIDERS = ("@ai-sdk/", "@openrouter/ai-sdk-provider")  # they name a model; `ai` is what asks it
_MAIL_SENDS = frozenset({"sendMail", "send", "sendMultiple", "sendEmail"})
# The last word of a call to a client, such as `stripe.refunds.create`, that sends something.
_SENDS = frozenset({
    "send", "create", "retrieve", "update", "list", "del", "delete", "cancel", "capture", "confirm", "generate",
    "generateContent",
    "parse", "stream", "sendMail", "upload", "putObject", "getObject", "deleteObject", "upload_stream",
    "uploadFile", "destroy",
    "generateText", "streamText", "generateObject", "streamObject", "embed", "embedMany", "run", "post", "request",
    "query", "trigger",
    "sendMultiple", "postMessage", "sendNotification", "publish", "done", "complete", "generateImage", "sendEmail",
    "search", "fetch",
    "refund", "subscribe", "sendPushNotificationsAsync", "createReadStream", "save", "presignedPutObject",
    "finalizeInvoice", "pay",
    "refunds", "all", "listObjects", "headObject", "copyObject", "sendMessage", "chat", "uploader", "get", "put",
    "remove", "call", "mutation", "action", "fetchMutation", "fetchAction", "fetchQuery", "invoke",
    "generateContentStream", "sendMessageStream", "textToSpeech", "convert", "transcribe", "edit",
    "sendEach", "sendEachForMulticast", "sendMulticast", "sendToDevice",
})  # fmt: skip
_LOCAL = frozenset(
    {
        "constructEvent",
        "validateRequest",
        "createTransport",
        "config",
        "setApiKey",
        "verify",
        "getSignedUrl",
        "on",
        "use",
    }
)
_LIMITS = (
    "timeout",
    "signal",
    "timeoutMs",
    "requestTimeout",
    "connectTimeout",
    "socketTimeout",
    "connectionTimeout",
    "httpAgent",
)
_OWN_LIMIT = frozenset(
    {"stripe", "openai", "anthropic", "twilio", "groq"}
)  # these give up by themselves, after minutes


@dataclass(frozen=True, slots=True)
class Client:
    """`base`: where it sends to; `limited`: it gives up after some time; `library`: what it is called."""

    library: str
    base: Value | None = None
    limited: bool = False
    chain: tuple[str, ...] = ()


class Outgoing(Base):
    packages = frozenset(_HTTP_CLIENTS | _NODE | _SERVICES.keys())

    def owns(self, outside: Outside) -> bool:
        return outside.package in self.packages or outside.package.startswith(
            ("@aws-sdk/client-", "openai/", *_PROVIDERS)
        )

    def called(self, outside: Outside, calling: Calling) -> Value | None:  # noqa: PLR0911
        package, last = outside.package, outside.chain[-1] if outside.chain else ""
        if package in _NODE:
            if last not in ("request", "get"):
                return None
            return self._http(Client(package.removeprefix("node:")), last, calling)
        if package in _HTTP_CLIENTS:
            if last in ("create", "extend", "defaults"):
                return self._made(package, calling)
            if last in (
                "CancelToken",
                "isAxiosError",
                "AbortController",
                "HttpService",
                "Agent",
                "setGlobalDispatcher",
            ):
                return None
            return self._http(Client(package), last or "request", calling)
        if package.startswith(_PROVIDERS):
            return Value(shape=Thing(_PLAIN))
        name = _SERVICES.get(package, package.rsplit("client-", 1)[-1])
        if not name:
            _signed_address(calling, calling.arg(1))
            return Value(frozenset(source for one in calling.args for source in one.value.sources))
        if last in _LOCAL and last != "createTransport":
            return None
        if package == "ai" or (last in _SENDS and not calling.new and last not in ("chat", "uploader")):
            return self._send(Client(name, chain=outside.chain[:-1]), last, calling)
        if calling.new and last.endswith("Command"):
            return Value(
                frozenset(s for one in calling.args for s in one.value.sources), Thing(_PLAIN, last, calling.arg(0))
            )
        return Value(shape=Thing(_SERVICE, name, Client(name, limited=_limited(calling) or name in _OWN_LIMIT)))

    def _made(self, package: str, calling: Calling) -> Value:
        options = record_of(calling.arg(0))
        base = options.get("baseURL") or options.get("prefixUrl") or options.get("baseUrl")
        return Value(shape=Thing(_HTTP, package, Client(package, base, has(options, *_LIMITS))))

    def injected(self, param: object, scope: object, follower: object) -> Value | None:  # noqa: ARG002
        kind = getattr(getattr(param, "type", None), "name", "")
        if kind == "HttpService":
            return Value(shape=Thing(_HTTP, "axios", Client("axios")))
        return Value(shape=Thing(_SERVICE, "mail", Client("mail"))) if kind == "MailerService" else None

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if thing.kind == _HTTP and name in ("axiosRef", "default"):
            return Value(shape=thing)
        if thing.kind == _HTTP and name in ("interceptors", "defaults"):
            return Value(shape=Thing(_PLAIN))
        if thing.kind in (_SERVICE, "stripe") and name != "webhooks" and not (thing.kind == "stripe" and thing.name):
            client = thing.data if isinstance(thing.data, Client) else Client("stripe", limited=True)
            grown = Client(client.library, client.base, client.limited, (*client.chain, name)[-5:])
            return Value(shape=Thing(_SERVICE, client.library, grown))
        return None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == _HTTP and isinstance(thing.data, Client) and (name in _VERBS or name == ""):
            return self._http(thing.data, name or "request", calling)
        if thing.kind == _PLAIN:
            return Value(shape=thing)
        if thing.kind == _SERVICE and isinstance(thing.data, Client):
            if name in ("getSignedUrl", "getSignedUrlPromise", "createPresignedPost"):
                _signed_address(calling, calling.arg(1), (calling.arg(0) or UNKNOWN).text or "")
            if name in _LOCAL:
                return None
            if name in _SENDS or name in _MAIL_SENDS:
                return self._send(thing.data, name, calling)
            return Value(shape=Thing(_SERVICE, thing.name, thing.data))
        return None

    # -- what is sent --------------------------------------------------------------------------------------------------

    def _http(self, client: Client, name: str, calling: Calling) -> Value:
        first = calling.arg(0) or UNKNOWN
        options = record_of(first) if isinstance(first.shape, Record) else Record(())
        address = (
            options.get("url")
            or options.get("uri")
            or options.get("hostname")
            or (first if not options.entries else UNKNOWN)
        )
        body = options.get("data") or options.get("json") or options.get("body")
        rest = [record_of(one.value) for one in calling.args[1:]]
        if (
            name in ("post", "put", "patch")
            and calling.arg(1) is not None
            and client.library in ("axios", "@nestjs/axios", "superagent")
        ):
            body, rest = calling.arg(1), rest[1:]
        elif rest:
            body = body or rest[0].get("json") or rest[0].get("body") or rest[0].get("data")
        limited = client.limited or any(has(one, *_LIMITS) for one in (options, *rest))
        self._sent(
            client,
            (address_of(client.base) if client.base is not None else "") + address_of(address),
            address,
            body,
            limited,
            calling,
        )
        return self._answer(calling)

    def _send(self, client: Client, name: str, calling: Calling) -> Value:
        first = calling.arg(0)
        if first is not None and isinstance(first.shape, Thing) and first.shape.kind == _PLAIN and first.shape.name:
            name = first.shape.name  # `s3.send(new PutObjectCommand(...))`
        if client.library == "convex":
            first = calling.arg(1)  # the first names what is called
        limited = client.limited or any(has(record_of(one.value), *_LIMITS) for one in calling.args)
        self._sent(client, ".".join((client.library, *client.chain, name)), None, first, limited, calling)
        return self._answer(calling)

    def _sent(  # noqa: PLR0917
        self, client: Client, where: str, address: Value | None, body: Value | None, limited: bool, calling: Calling
    ) -> None:
        if not limited:
            calling.visit.used.append((f"{client.library} without a timeout", calling.spot))
        told = address is not None and any(source.origin is not Origin.CONSTANT for source in address.sources)
        filters = (("url", address),) if told and address is not None else ()
        sets = (("body", body),) if body is not None else ()
        calling.visit.do(Did(where, Operation.HTTP, calling.spot, client.library, filters=filters, sets=sets))

    def _answer(self, calling: Calling) -> Value:
        """What comes back is unknown; a function that was handed over gets it."""
        answer = of(Origin.UNKNOWN, "answer")
        for one in calling.args:
            if isinstance(one.value.shape, Closure):
                calling.follower.invoke(one.value, (Given(answer), Given(answer)), calling.visit, calling.spot)
        return answer


def _signed_address(calling: Calling, command: Value | None, said: str = "") -> None:
    """Whoever gets the address may store or fetch that file: `getSignedUrl(client, new PutObjectCommand({ Key }))`."""
    shape = command.shape if command is not None else None
    name = said or (shape.name if isinstance(shape, Thing) else "")
    what = "download" if "get" in name.lower() else "upload"
    chosen = command is not None and command.has(Origin.INPUT)
    calling.visit.used.append((f"{SIGNED_ADDRESS}{what}{' chosen' if chosen else ''}", calling.spot))


def _limited(calling: Calling) -> bool:
    return any(has(record_of(one.value), *_LIMITS) for one in calling.args)
