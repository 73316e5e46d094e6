"""Language models and other services that are paid by use."""

from __future__ import annotations

import re

from walkdown.doors.visits import Did
from walkdown.model.door import Operation

_MODEL = re.compile(
    r"openai|anthropic|generativelanguage|gemini|mistral|cohere|replicate|groq|together\.(?:ai|xyz)|perplexity|"
    r"huggingface|stability\.ai|elevenlabs|deepseek|openrouter|ai\.gateway|^model\.|fal\.(?:ai|run)|api\.x\.ai|"
    r"bedrock|deepgram|assemblyai|ideogram|runwayml|lumalabs|heygen|api-inference|dashscope|moonshot|bigmodel|"
    r"//llm\.|aiplatform\.googleapis|ollama|voyageai|cerebras|fireworks\.ai|siliconflow|minimax",
    re.IGNORECASE,
)
_SENDS = re.compile(r"^(?:mail|resend|sendgrid|mailgun|postmark|ses|twilio|mailersend|brevo|sns)\b|api\.(?:resend|"
                    r"sendgrid|brevo|postmarkapp|mailgun|twilio)", re.IGNORECASE)  # fmt: skip


_FAR = 5
_ASKS = re.compile(
    r"\.(?:(?:experimental_)?(?:generate|stream|embed|transcribe|rerank)\w*|\w*Speech|agent|chat|invoke)$", re.I
)


def is_model(did: Did) -> bool:
    if did.operation is not Operation.HTTP or _MODEL.search(did.table) is None:
        return False
    return not did.table.startswith("model.") or _ASKS.search(did.table) is not None  # else it only says what to ask


def is_far(did: Did) -> bool:
    """It lies so deep in what is called that it is a way out for rare cases, not what the door is for."""
    return len(did.way) >= _FAR


def is_message(did: Did) -> bool:
    """A mail or a text message goes out."""
    return did.operation is Operation.HTTP and _SENDS.search(did.table) is not None
