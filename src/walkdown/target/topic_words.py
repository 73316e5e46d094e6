"""Words in small letters that tell what a program does where they occur anywhere in it, one table for each topic.

Generous on purpose: a topic says which questions a change raises again, and one question too many costs a minute. What
every file holds says nothing, though: `author` is no `auth`, and a page's `role=` is no right of anybody's.
"""

from __future__ import annotations

# Separated by bars rather than by spaces, so that a word may hold one.
_TABLES = {
    "entrance": (
        ".route(|@app.get|@app.post|@app.put|@app.patch|@app.delete|@app.websocket|@router.|@api.|@bp.|@blueprint|"
        "add_url_rule|apirouter|add_api_route|include_router|blueprint(|methodview|apiview|viewset|@api_view|"
        "urlpatterns|re_path(|django.views|django.http|@require_|lambda_handler|requesthandler|webhook|@websocket|"
        "asyncwebsocket|as_view(|modeladmin|admin.register|@shared_task|@app.task|@celery|websocketconsumer|"
        "getserversideprops|@expose(|@strawberry|graphene|@mcp.tool|add_handler(|middlewaremixin|ninjaapi|litestar|"
        "app.get(|app.post(|app.put(|app.delete(|app.patch(|app.use(|app.all(|app.route(|router.get(|router.post(|"
        "router.put(|router.delete(|router.patch(|router.use(|router.all(|server.get(|server.post(|fastify.|new hono|"
        "express()|express.router|@controller(|@get(|@post(|@put(|@delete(|@patch(|@resolver(|@mutation(|@query(|"
        '@subscribemessage|@messagepattern|nextrequest|nextresponse|nextapirequest|nextapiresponse|"use server"|'
        "'use server'|deno.serve|serve(async|serve(handler|bun.serve|publicprocedure|protectedprocedure|"
        "createtrpcrouter|inittrpc|.procedure|typedefs|graphqlobjecttype|graphqlschema|createserverfn|"
        "defineeventhandler|export async function get(|export async function post(|export async function put(|"
        "export async function patch(|export async function delete(|export const get =|export const post =|"
        "export const put =|export const patch =|export const delete =|export const actions|"
        "export async function action|export async function loader|export const loader|export const action|onrequest(|"
        "oncall(|ondocumentcreated|exports.handler|export const handler|apigatewayproxy|io.on(|wss.on(|"
        "websocketserver|createserver(|inngest.createfunction|server.tool(|registertool(|new response(|"
        "errorhandler|error_handler|exception_handler|"
        'addeventlistener("fetch"|export default {\n  async fetch'
    ),
    "access": (
        "authenticat|authoriz|authoris|oauth|auth.|auth(|auth_|_auth|/auth|auth/|@auth|\"auth|'auth|useauth|withauth|"
        "requireauth|isauth|next-auth|better-auth|clerk|login|log_in|logout|signin|sign_in|sign-in|signup|sign_up|"
        "signout|permission|roles|.role|user_role|userrole|isadmin|is_admin|is_staff|is_superuser|superuser|guard|"
        "canactivate|getsession|session[|session.user|request.session|req.session|sessionid|session_key|"
        "express-session|usersession|sessionmiddleware|session_cookie|jwt|bearer|current_user|currentuser|getuser(|"
        "get_user|request.user|req.user|auth.uid|owner|tenant|middleware|policy(|policy_|_policy|policies|"
        "create policy|alter policy|drop policy|@policy|policyguard|row level security|casbin|"
        "rbac|forbidden|unauthorized|accesscontrol|access_control|service_role|servicerole|api_key|apikey|x-api-key|"
        "accesstoken|access_token|passport|verifytoken|verify_token|security definer|grant |user_passes_test|"
        "login_required"
    ),
    "tokens": (
        "jwt|jose|bearer|getsession|session[|session.user|request.session|req.session|sessionid|session_key|"
        "express-session|usersession|sessionmiddleware|session_cookie|session_expire|oauth|access_token|accesstoken|"
        "refresh_token|refreshtoken|verifytoken|verify_token|idtoken|id_token|hmac|compare_digest|timingsafeequal|"
        "next-auth|better-auth|clerk|passport|maxage|max_age|expiresin|expires_delta|createserverclient|itsdangerous|"
        "supabase.auth|auth.getuser|constructevent|signature|secret_key|remember"
    ),
    "password": (
        "password|passwd|passphrase|bcrypt|argon2|scrypt|pbkdf2|passlib|hashpw|make_password|hashlib.md5|hashlib.sha1"
    ),
    "query": (
        ".execute(|executemany|cursor(|.cursor|.objects|queryset|sqlalchemy|sqlmodel|session.query|session.exec|"
        "session.get(|session.scalar|db.query|db.session|filter_by(|select_related|prefetch_related|findmany|"
        "findunique|findfirst|findone|findall(|findby|find_one|prisma|knex(|drizzle|typeorm|sequelize|mongoose|"
        "getrepository|createquerybuilder|.from('|.from(\"|.rpc(|.aggregate(|supabase|firestore|.collection(|"
        "db.select|select * |sql`|psycopg|asyncpg|pymongo|sqlite3|insert into|getdocs(|getdoc(|pool.query|"
        "client.query|.query(|.query.|dynamodb|rawquery|$queryraw|mysql|connection."
    ),
    "write": (
        ".save(|.create(|bulk_create|bulk_update|get_or_create|update_or_create|.insert(|.insert_|insertone|"
        "insertmany|insert into|.update({|.update_one|.upsert(|.delete(|.delete_one|.destroy(|session.add|.add_all(|"
        ".commit(|delete from|createmany|updatemany|deletemany|updateone|deleteone|findbyidandupdate|findoneandupdate|"
        "findbyidanddelete|db.insert|db.update|db.delete|setdoc(|adddoc(|updatedoc(|deletedoc(|transaction|atomic|"
        "rollback|select_for_update|for update|.persist(|bulkwrite|localstorage.setitem|writefile|write_text|"
        "json.dump(|.rpc(|create table|alter table|drop table"
    ),
    "outbound": (
        "requests.|httpx|aiohttp|urllib.request|urlopen|urllib3|http.client|fetch(|axios|got(|node-fetch|undici|ky.|"
        "superagent|$http|xmlhttprequest|smtplib|send_mail|sendmail|send_email|sendemail|nodemailer|resend|sendgrid|"
        "mailgun|postmark|twilio|boto3|botocore|@aws-sdk|aws-sdk|socket.|grpc|stripe|openai|anthropic|paramiko|"
        "webclient|googleapis|google.cloud|new websocket(|http.request|https.request|http.get(|https.get(|"
        "emailmessage|wget |curl "
    ),
    "failure": (
        "except|try:|try {|try{|catch|raise |throw |onerror|on_error|unhandled|finally|retry|retries|backoff|timeout|"
        "fallback|promise|.then(|allsettled|errorhandler|error_handler|exception_handler|traceback|errorboundary|"
        "circuit|.error|suppress("
    ),
    "shell": (
        "subprocess|os.system|popen|child_process|execsync|execfile|spawn(|spawnsync|execa|shell=true| eval(|=eval(|"
        "(eval(|.eval(|\teval(|\neval(|new function(| exec(|(exec(|\texec(|promisify(exec|pty.|deno.command|os.exec|"
        "os.spawn|shlex|vm.runin|__import__(|importlib|getoutput("
    ),
    "files": (
        "with open(| open(|=open(|(open(|os.path|pathlib|shutil|fs.read|fs.write|fs.|'fs'|\"fs\"|node:fs|fs/promises|"
        "readfile|writefile|createreadstream|createwritestream|path.join|path.resolve|tempfile|zipfile|tarfile|"
        "uploadfile|multer|formidable|upload|send_file|sendfile|send_from_directory|fileresponse|staticfiles|storage.|"
        'putobject|presigned|filefield|imagefield|request.files|busboy|multipart|new formdata|type="file"'
    ),
    "render": (
        "render_template|render(request|res.render|template(|templateresponse|render_to_string|jinja|mark_safe|"
        "safestring|safe }}|safe}}|markup(|innerhtml|outerhtml|dangerouslysetinnerhtml|v-html|{@html|document.write|"
        "insertadjacenthtml|marked|markdown|dompurify|sanitize|bleach|autoescape|escape(|handlebars|nunjucks|mustache|"
        "res.send(|htmlresponse|format_html|srcdoc|rehype|createcontextualfragment"
    ),
    "parse": (
        "json.loads|json.load(|json.parse|pickle|yaml.|js-yaml|etree|lxml|minidom|domparser|xml2js|marshal|serialize|"
        " eval(|(eval(|zod|z.object|pydantic|basemodel|joi.|yup|ajv|class-validator|valibot|marshmallow|serializers|"
        "request.json|.json()|req.body|request.body|request.data|request.form|request.args|request.post|request.get|"
        "request.query|req.query|req.params|searchparams|formdata|cleaned_data|forms.form|modelform|jsonschema|"
        "validat|int(request|c.req.|event.body|params:|query(|body("
    ),
    "redirect": (
        "redirect|location.href|window.location|location.assign|location.replace|router.push(|router.replace(|"
        "'location'|\"location\"|callbackurl|callback_url|returnto|return_to|returnurl|next_url|build_absolute_uri|"
        "get_host|headers.host|headers.get(\"host|headers.get('host|x-forwarded-host|window.open("
    ),
    "payment": (
        "stripe|paypal|payment|checkout|invoice|billing|subscription|braintree|adyen|lemonsqueezy|paddle|price|amount|"
        "refund|currency|money|total_cents|discount|coupon|credits|payout|iban|vat_|_balance|balance_|.balance|"
        "accountbalance|wallet"
    ),
    "time": (
        "datetime|timezone|date.now|new date(|time.time|utcnow|moment(|dayjs|date-fns|luxon|timedelta|timestamp|"
        "strftime|toisostring|pytz|zoneinfo|.now()|fromtimestamp|expires"
    ),
    "concurrency": (
        "threading|asyncio|lock(|.lock|mutex|semaphore|for update|transaction|atomic|multiprocessing|"
        "concurrent.futures|threadpool|promise.all|worker_threads|redlock|advisory|increment|globalthis|\nglobal |"
        "    global |\nlet |contextvar|gather(|compare_and_set|f(\"|f('"
    ),
    "cache": (
        "cache|memoize|revalidate|redis|memcache|ttl=|ttl:|stale-while|staletime|immutable|etag"
    ),
    "job": (
        "celery|shared_task|apply_async|.delay(|dramatiq|cron|schedule|apscheduler|bullmq|bull(|queue|inngest|"
        "trigger.dev|worker|background_task|backgroundtask|setinterval(|huey|temporalio|add_task(|create_task(|"
        "waituntil(|basecommand|webhook|idempot|retries"
    ),
    "log": (
        "logging|logger|log.|console.log|console.error|console.warn|console.info|console.debug|print(|winston|pino|"
        "structlog|loguru|sentry|syslog"
    ),
    "edge": (
        "cors|access-control|content-security-policy|content_security|csp|x-frame|x_frame|hsts|strict-transport|"
        "strict_transport|helmet|set_cookie|setcookie|set-cookie|cookie|samesite|httponly|csrf|xsrf|ssl_redirect|"
        "referrer-policy|allowed_hosts|trustedhost|https_only|x-forwarded|secure_|verify=false|rejectunauthorized|"
        "ssl_context|headers()|setheader(|postmessage|ssl_certificate|listen 80|force_https|forcessl|verify_mode|"
        "insecure"
    ),
    "limit": (
        "ratelimit|rate_limit|rate-limit|limiter|throttl|slowdown|captcha|turnstile|lockout|attempts|too_many|"
        "too many|slowapi|upstash|maxrequests|max_requests|429"
    ),
    "model": (
        "openai|anthropic|langchain|langgraph|llm|chatcompletion|chat.completions|generatetext|streamtext|"
        "generateobject|streamobject|usechat|embedding|gemini|generativeai|mistral|cohere.|cohereclient|ollama|groq|"
        "replicate.|huggingface|transformers|systemprompt|system_prompt|prompt|tool_call|toolcall|function_call|"
        "modelcontextprotocol|fastmcp|mcp.|crewai|pydantic_ai|@ai-sdk|from \"ai\"|from 'ai'|max_tokens|maxtokens"
    ),
    "personal": (
        "email|e-mail|phone|birth|first_name|last_name|firstname|lastname|full_name|fullname|gdpr|consent|ip_address|"
        "remote_addr|remoteaddress|postal|zipcode|zip_code|street|gender|iban|analytics|posthog|mixpanel|tracking|"
        "avatar|geolocation|user_agent|useragent|create table|pgtable("
    ),
    "types": (
        ": any|as any|<any>|any[]|, any>|@ts-|noqa|type: ignore|eslint-disable|nosec|cast(|import any|typing.any|"
        "pylint:|nolint|@suppresswarnings|biome-ignore|nosemgrep|pragma: no|as unknown|pyright:|mypy:|istanbul ignore|"
        "// @flow|prettier-ignore"
    ),
    "monitor": (
        "sentry|datadog|ddtrace|newrelic|prometheus|opentelemetry|statsd|metrics|/health|healthz|healthcheck|"
        "health_check|readiness|liveness|posthog|bugsnag|rollbar|honeycomb|logtail|uptime|grafana|instrumentation|"
        "reportwebvitals|captureexception|capture_exception|errorboundary|exception_handler|request_id|requestid|"
        "x-request-id|alerting|mail_admins|adminemailhandler|errorhandler"
    ),
    "schema": (
        "models.model|declarative_base|declarativebase|mapped_column|table=true|pgtable(|sqlitetable(|mysqltable(|"
        "@entity(|new schema(|mongoose.schema|create table|alter table|create policy|definetable(|createtable(|"
        "foreignkey|migrations.migration|op.add_column|op.create_table|uniqueconstraint|(sqlmodel"
    ),
    "settings": (
        "process.env|os.environ|getenv|import.meta.env|deno.env|basesettings|decouple|next_public_|dotenv|debug=true|"
        "debug = true|debug: true|app.config|secret_key|configparser|localhost|127.0.0.1|django.conf|--debug|"
        "flask_debug|node_env"
    ),
}  # fmt: skip


def _split(table: str) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(word.encode() for word in table.split("|") if word.strip()))


WORDS: dict[str, tuple[bytes, ...]] = {topic: _split(table) for topic, table in _TABLES.items()}
