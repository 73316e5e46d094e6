"""What the names of tables and columns give away about their content. English, Portuguese, Spanish, German, French."""

from __future__ import annotations

import re
from collections.abc import Iterable


def _any(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|_)(?:{text})(?:$|_|s$|s_|\d)", re.IGNORECASE)


def _column(text: str) -> re.Pattern[str]:
    """Whole names, or names that end so: `passport_number`, not `passport_validity_months`."""
    return re.compile(
        rf"(?:^|_)(?:{text})s?(?:_?(?:number|no|hash|enc|encrypted|value|text|full|line|raw|\d)\d?)?$", re.IGNORECASE
    )


SECRET = _column(
    r"password|passwd|senha|secret|api_?key|access_token|refresh_token|auth_token|token|private_key|webhook_secret|otp|otp_code|"
    r"pin_code|credentials?|session_token|verification_code|reset_token|invite_token|client_secret|service_key"
)
GRAVE = _column(
    r"password|passwd|senha|secret|api_?key|access_token|refresh_token|auth_token|session_token|private_key|otp|otp_code|"
    r"credentials?|reset_token|client_secret|service_key|mfa_secret"
)
_NO_SECRET = _column(r"token_count|tokens_used|max_tokens|total_tokens|tokens|token_type|token_symbol|token_id")
PERSONAL = _column(
    r"e?mail|email_address|user_email|customer_email|phone|phone_number|mobile|mobile_number|whatsapp|telefone|telefono|"
    r"celular|tel|address|street|endereco|direccion|adresse|birth|birth_date|date_of_birth|birthday|dob|data_nascimento|"
    r"cpf|cnpj|rg|ssn|passport|national_id|tax_id|dni|nif|iban|bank|bank_account|account_number|card|card_number|last4|salary|"
    r"salario|income|full_name|nome_completo|first_name|last_name|surname|ip|ip_address|latitude|longitude|gps|location_lat|"
    r"medical|diagnosis|health|symptom|allergy|allergies|blood|gender|religion|stripe_customer|stripe_customer_id|"
    r"customer_name|client_name|guest_name|patient_name|cliente_nome|emergency_contact|pix|pix_key|signature|document_number"
)
STRONG = _column(
    r"password|senha|secret|api_?key|access_token|refresh_token|cpf|rg|ssn|passport|national_id|dni|iban|bank_account|"
    r"account_number|card_number|salary|salario|medical|diagnosis|health|symptom|date_of_birth|data_nascimento|"
    r"document_number|pix_key|token"
)
BUSINESS = _any(
    r"order|payment|invoice|transaction|customer|client|lead|patient|appointment|booking|reservation|employee|contract|message|"
    r"chat|conversation|notification|subscription|withdrawal|payout|wallet|deposit|expense|salary|payroll|deal|ticket|"
    r"pedido|pagamento|cliente|fatura|venda|agendamento|paciente|contrato|mensagem|mensagen|conversa|sale|purchase|claim|"
    r"application|submission|inquiry|medical_record|prescription|consultation|audit_log|log|user|profile|account|member|"
    r"participant|candidate|student|tenant|lease|factura|cita|usuario|empleado"
)
MONEY = _any(
    r"payment|transaction|wallet|balance|credit|payout|withdrawal|invoice|subscription|order|purchase|coupon|discount|deposit|"
    r"earning|commission|refund|pagamento|venda|reward|point"
)
RIGHTS = re.compile(
    # who may what: a table of such rows, not one that only has to do with them (`admin_goals`)
    r"(?:^|_)(?:role|permission)(?:$|_|s$|s_)|"
    r"(?:^|_)(?:admin|staff|member|membership|moderator|(?:company|account|admin|staff)_user)s?$|"
    r"(?:^|_)admin_(?:account|session|access|credential)s?$",
    re.IGNORECASE,
)
LOG = _any(r"log|audit|event|history|attempt|metric")
FORM = _any(
    r"contact|lead|newsletter|subscriber|waitlist|waiting_list|feedback|inquiry|inquirie|message|submission|analytic|event|view|"
    r"page_view|visit|visitor|log|tracking|signup|rsvp|demo|application|report|quote|request|click|search|contato|comment|"
    r"registration|error|metric|survey|response|vote|like|interest"
)
CONTENT = _any(
    r"product|categor(?:y|ie)|post|blog|blog_post|article|faq|testimonial|event|page|gallery|service|price|plan|banner|menu|"
    r"review|course|lesson|setting|site_setting|tag|feature|portfolio|project|location|country|countrie|city|citie|language|"
    r"currency|currencie|exchange_rate|badge|achievement|level|template|video|book|news|announcement|slide|hero|faq|team|"
    r"property|propertie|listing|vehicle|recipe|exercise|quiz|question|skill|partner|sponsor|store|shop|restaurant|menu_item|"
    r"produto|categoria|noticia|servico|depoimento|comment|like|follow|rating|translation|config|resource|guide|topic|leaderboard"
)
OWNER = _any(r"user_id|owner_id|owner|created_by|author_id|profile_id|customer_id|client_id|usuario_id|uid|account_id|"
             r"organization_id|org_id|company_id|tenant_id|workspace_id|team_id|empresa_id|user|creator_id|"
             r"seller_id")  # fmt: skip
PRIVILEGE = _any(
    r"role|user_role|is_admin|is_super_?admin|is_superuser|is_staff|is_moderator|admin|user_type|account_type|permission|"
    r"access_level|plan|plan_id|tier|subscription|subscription_status|subscription_tier|subscription_plan|credit|"
    r"credits_remaining|balance|is_premium|is_pro|is_paid|premium|is_verified|verified|is_approved|approved|quota|perfil|cargo|"
    r"tipo_usuario|papel|wallet_balance|points|is_vip|banned|is_banned|is_active|commission_rate"
)
STRONG_PRIVILEGE = _any(
    r"role|user_role|is_admin|is_super_?admin|is_superuser|is_staff|is_moderator|permission|access_level|credit|"
    r"credits_remaining|balance|wallet_balance|subscription_tier|subscription_plan|subscription_status|is_premium|is_pro|plan"
)
PRIVATE_FILES = _any(
    r"document|documento|contract|contrato|invoice|receipt|recibo|comprovante|kyc|medical|exam|exame|resume|cv|private|"
    r"attachment|anexo|payslip|signature|verification|statement|id|passport|prontuario|patient|lease|report|backup|export|"
    r"confidential|legal|tax|proof|evidence|chat|message"
)
SERVER_NAMED = re.compile(
    r"service[ _]?role|\bsystem\b|\bservice\b|\bserver\b|\badmins?\b|\binternal\b|\bbackend\b|edge func", re.IGNORECASE
)


def matching(names: Iterable[str], pattern: re.Pattern[str]) -> tuple[str, ...]:
    return tuple(name for name in names if pattern.search(name))


def secret(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if SECRET.search(name) and not _NO_SECRET.search(name))
