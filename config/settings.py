"""The one settings module. Everything that differs between installations comes from the environment.

`SAMENBEHEER_MODE` is `production` unless the one who starts says `demo`; production refuses to start without a
secret key, a domain and HTTPS. A malformed value stops the start with the name of the variable.
"""

import os
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from config import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
MODE = env.choice("SAMENBEHEER_MODE", "production", {"production", "demo"})
DEMO = MODE == "demo"
DEBUG = False

PORT = env.number("PORT", 8000, least=1, most=65535)
DATA = Path(os.environ.get("SAMENBEHEER_DATA") or BASE_DIR / "var").resolve()
DOMAIN = env.domain("SAMENBEHEER_DOMAIN", "samenbeheer.localhost" if DEMO else "")
HTTPS = env.flag("SAMENBEHEER_HTTPS", default=not DEMO)
# The port people type; behind a reverse proxy that is the scheme's own.
PUBLIC_PORT = env.number("SAMENBEHEER_PUBLIC_PORT", PORT if DEMO else 443, least=1, most=65535)
SECRET_KEY = env.secret_key(demo=DEMO)

if not DEMO:
    if not HTTPS:
        raise ImproperlyConfigured("SAMENBEHEER_HTTPS cannot be off in production")
    for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL"):
        if not env.secret(name):
            raise ImproperlyConfigured(f"{name} must be set in production")

ALLOWED_HOSTS = [DOMAIN, f".{DOMAIN}"]
_origin_port = "" if PUBLIC_PORT in (80, 443) else f":{PUBLIC_PORT}"
_scheme = "https" if HTTPS else "http"
CSRF_TRUSTED_ORIGINS = [f"{_scheme}://*.{DOMAIN}{_origin_port}"]

# --- apps: each in exactly one of the two lists (tests/test_boundaries.py) ---
SHARED_APPS = [
    "django_tenants",
    "config.apps.ConfigConfig",
    "tenants",
    "agenda",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "config.apps.StaticFilesConfig",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
]
TENANT_APPS = ["tickets", "guardian"]
if env.flag("SAMENBEHEER_LINT_MIGRATIONS", default=False):
    SHARED_APPS.append("django_migration_linter")  # a command of the checks
INSTALLED_APPS = SHARED_APPS + TENANT_APPS
TENANT_MODEL = "tenants.Organisation"
TENANT_DOMAIN_MODEL = "tenants.Domain"
# Safe only behind tenants.context, which sends the SET at once and outside any transaction.
TENANT_LIMIT_SET_CALLS = True
PG_EXTRA_SEARCH_PATHS = ["extensions"]
SKIP_PG_EXTRA_VALIDATION = True  # it would query at every start; a schema that exists is refused at creation
PUBLIC_SCHEMA_URLCONF = "config.urls_common"
ROOT_URLCONF = "config.urls"
FORCE_SCRIPT_NAME = ""  # we are at the top of each host; no header says otherwise
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]  # roles are the rule; grants are read by tickets.access alone

MIDDLEWARE = [
    "config.running.headers.SameHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "tenants.web.contract.ContractMiddleware",
    "tenants.web.guard.GuardMiddleware",
    "config.running.health.HealthMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tenants.web.middleware.DoorMiddleware",
    "tenants.web.middleware.BodyLimitMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tenants.web.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tenants.web.middleware.StandingMiddleware",
    "tenants.web.middleware.ApiMiddleware",
    "config.look.errors.NotAskedLikeThis",
]

if env.flag("SAMENBEHEER_MEASURING", default=False) and DEMO:
    MIDDLEWARE.insert(0, "config.running.measuring.MeasuringMiddleware")

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [
            BASE_DIR / "config" / "look" / "templates",
            *(
                found
                for app in ("tenants", "agenda", "tickets")
                for found in sorted((BASE_DIR / app).glob("*/templates"))
            ),
        ],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.look.context.page",
            ],
            "builtins": ["config.look.tags"],
            "libraries": {
                "agenda_tags": "agenda.work.tags",
                "outbox_tags": "tenants.outbox.tags",
                "ticket_tags": "tickets.desk.tags",
                "contract_tags": "tickets.contracts.tags",
            },
        },
    }
]

# --- servers ---
_owner = env.flag("SAMENBEHEER_AS_OWNER", default=False)
_database = env.database("DATABASE_URL", "postgres://samenbeheer@127.0.0.1:5432/samenbeheer")
OWNER_IS_KNOWN = bool(env.secret("DATABASE_OWNER_URL"))
APPLICATION_ROLE = _database.get("USER") or ""  # who reads and writes; another may own the tables
if env.secret("DATABASE_OWNER_URL"):
    _owned = env.database("DATABASE_OWNER_URL", "")
    _database = _owned if _owner else _database
DATABASES = {
    "default": {
        **_database,
        "HOST": unquote(_database.get("HOST") or ""),  # a socket directory is written %2Fpath%2Fto
        "ENGINE": "django_tenants.postgresql_backend",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            # A server that fell off the network is noticed in half a minute, not in hours.
            **{"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30000},
            **_database.get("OPTIONS", {}),
            # A search reads through what its index left unsorted: 256 kB of it, not PostgreSQL's 4 MB.
            "options": "-c gin_pending_list_limit=256 -c statement_timeout="
            + ("0" if _owner else str(env.number("SAMENBEHEER_STATEMENT_TIMEOUT_MS", 15000))),
        },
    }
}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]

REDIS_URL = env.address("REDIS_URL", "redis://127.0.0.1:6379/0", {"redis", "rediss", "unix"})
_redis = env.split_address("REDIS_URL", REDIS_URL, {"redis", "rediss", "unix"})
if _redis.scheme == "unix":
    _db = dict(parse_qsl(_redis.query)).get("db", "0")
    CELERY_BROKER_URL = f"redis+socket://{_redis.path}?virtual_host={_db}"
else:
    CELERY_BROKER_URL = REDIS_URL
_cache = {
    "BACKEND": "config.running.cache.RedisCache",  # goes on in memory while the server is away
    "LOCATION": REDIS_URL,
}
CACHES = {
    # Common and unprefixed: sessions, rate limits, presence count over all hosts.
    "default": _cache,
    # Prefixed with the organisation's schema.
    "organisation": {**_cache, "KEY_FUNCTION": "django_tenants.cache.make_key"},
}

CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 100
# A mail may take its time to connect, six commands of ten seconds and the answer to its text (config/running/smtp.py).
_mail_limits = {"time_limit": 720, "soft_time_limit": 700}
CELERY_TASK_ANNOTATIONS = {
    "tenants.mail_invitation": _mail_limits,
    "tenants.mail_password_reset": _mail_limits,
    "tenants.mail_outbox_trouble": _mail_limits,
    "tickets.notices": _mail_limits,
    "tickets.contract_notices": _mail_limits,
    "tickets.warnings": _mail_limits,
}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 750,  # above the longest of all limits, or a second worker takes what the first still does
    "socket_timeout": 10,
    "socket_connect_timeout": 2,
    # A request never waits for a broker that is away: the outbox keeps what was meant for it.
    "max_retries": 1,
    "interval_start": 0,
    "interval_max": 0.1,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # worker and beat come back by themselves, however long it was away
CELERY_TIMEZONE = "Europe/Amsterdam"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "samenbeheer"
# Mail has a queue of its own: a mail server that hangs holds nothing else up. A worker without `-Q` takes both.
CELERY_TASK_QUEUES = (Queue("samenbeheer"), Queue("mail"))
# In it, who waits for a link to get in goes before all notices: 0 is taken first.
CELERY_TASK_ROUTES = {
    "tenants.mail_*": {"queue": "mail", "priority": 0},
    "tickets.notices": {"queue": "mail", "priority": 6},
    "tickets.contract_notices": {"queue": "mail", "priority": 6},
    "tickets.warnings": {"queue": "mail", "priority": 6},
}
# Seconds between runs of beat; short in tests.
SWEEP_EVERY = env.number("SAMENBEHEER_SWEEP_SECONDS", 60)
CLOSE_EVERY = env.number("SAMENBEHEER_CLOSE_SECONDS", 600)
NIGHT_EVERY = env.number("SAMENBEHEER_NIGHT_SECONDS", 0)  # 0: at a time of day
# Where beat keeps what it did last, so that a start does what was missed.
CELERY_BEAT_SCHEDULE_FILENAME = os.environ.get("SAMENBEHEER_BEAT_FILE") or str(DATA / "beat-schedule")
CELERY_BEAT_SCHEDULER = "config.running.beat:Scheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 20  # seconds
CELERY_BEAT_SYNC_EVERY = 1  # a kill loses nothing of the file

# --- mail ---
_email = env.mail("EMAIL_URL", "filemail://")
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_FILE_PATH = _email.get("EMAIL_FILE_PATH") or str(DATA / "mail")
EMAIL_HOST = _email.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _email.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _email.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _email.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10  # seconds to connect and for each command; the answer to a mail has minutes
# Does mail reach anybody? Without, a link that would be mailed is printed where somebody is made or invited.
MAILS = not EMAIL_BACKEND.endswith(("filebased.EmailBackend", "console.EmailBackend", "dummy.EmailBackend"))
if EMAIL_BACKEND.endswith("filebased.EmailBackend"):
    EMAIL_BACKEND = "config.running.mailbox.EmailBackend"
elif EMAIL_BACKEND.endswith("smtp.EmailBackend"):
    EMAIL_BACKEND = "config.running.smtp.EmailBackend"
# What the outbox does, in words for who sees to it.
OUTBOX_TOPICS = {
    "tenants.mail_invitation": _("invitation"),
    "tenants.mail_password_reset": _("link to choose a new password"),
    "tenants.make_organisation": _("making of an organisation"),
    "tenants.mail_outbox_trouble": _("message that mail waits"),
    "tickets.notices": _("notice on a ticket"),
    "tickets.contract_notices": _("warning about a contract"),
    "tickets.warnings": _("warning about a ticket"),
}
DEFAULT_FROM_EMAIL = env.sender("SAMENBEHEER_FROM", f"Samenbeheer <noreply@{DOMAIN}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- files ---
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("SAMENBEHEER_STATIC") or BASE_DIR / "static-root")
_npm = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "config" / "look" / "static",
    ("tabler", _npm / "@tabler" / "core" / "dist" / "css"),
    ("letter", _npm / "@fontsource-variable" / "atkinson-hyperlegible-next"),
]
STATICFILES_DIRS = [d for d in STATICFILES_DIRS if (d[1] if isinstance(d, tuple) else d).exists()]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.look.zero.ZeroFinder",
]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
FORM_RENDERER = "config.look.forms.Renderer"
_storage_url = os.environ.get("STORAGE_URL", "")
if _storage_url not in ("", "file://"):
    _s3 = env.split_address("STORAGE_URL", _storage_url, {"s3"})
    if not _s3.hostname:
        raise ImproperlyConfigured("STORAGE_URL must name a bucket: s3://bucket")
    _s3_options = dict(parse_qsl(_s3.query))
    _files = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": _s3.hostname,
            "location": _s3.path.strip("/"),
            "default_acl": "private",
            "file_overwrite": False,
            **{key: _s3_options[key] for key in ("endpoint_url", "region_name") if key in _s3_options},
        },
    }
else:
    _files = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": DATA / "files",
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }
STORAGES = {
    "default": _files,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEBIBYTE = 1024 * 1024
UPLOAD_MAX_BYTES = 25 * MEBIBYTE
UPLOAD_MAX_FILES = 10
BODY_MAX_BYTES = 60 * MEBIBYTE
FORM_MAX_BYTES = 2 * MEBIBYTE
DATA_UPLOAD_MAX_MEMORY_SIZE = FORM_MAX_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 100  # the form says what is too many, and keeps what was typed; this is the end of it
FILE_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "tenants.files.incoming.IncomingFile",
]

# --- sign-in ---
AUTH_USER_MODEL = "tenants.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "tenants.signin.passwords.EverydayPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "tenants.signin.adapters.AccountAdapter"
MFA_ADAPTER = "tenants.signin.adapters.MFAAdapter"
MFA_FORMS = {
    "activate_totp": "tenants.signin.forms.ActivateTOTPForm",
    "deactivate_totp": "tenants.signin.forms.DeactivateTOTPForm",
    "add_webauthn": "tenants.signin.forms.AddWebAuthnForm",
    "authenticate": "tenants.signin.forms.AuthenticateForm",
    "reauthenticate": "tenants.signin.forms.ReauthenticateByCodeForm",
    "edit_webauthn": "tenants.signin.forms.EditWebAuthnForm",
    "authenticate_webauthn": "tenants.signin.keys.AuthenticateForm",
    "reauthenticate_webauthn": "tenants.signin.keys.ReauthenticateForm",
}
SOCIALACCOUNT_ADAPTER = "tenants.signin.adapters.SocialAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/account/login/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": "5/m/key,20/m/ip" if not DEMO else "5/m/key,100/m/ip"}
ACCOUNT_FORMS = {
    "login": "tenants.signin.forms.LoginForm",
    "reauthenticate": "tenants.signin.forms.ReauthenticateForm",
    "reset_password": "tenants.signin.forms.ResetPasswordForm",
    "change_password": "tenants.signin.forms.ChangePasswordForm",
    "reset_password_from_key": "tenants.signin.forms.ResetPasswordKeyForm",
}
# allauth's own writes rows as it reads.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("SAMENBEHEER_PROXIES", 0)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an invitation or link that was mailed proved it; a row of allauth's decides nothing
MFA_TOTP_ISSUER = "Samenbeheer"
SOCIALACCOUNT_PROVIDERS = {}
SIGN_IN_ELSEWHERE = ""  # the name on the button, where people sign in with their organisation's own account
OIDC_SERVER_URL = os.environ.get("OIDC_SERVER_URL", "")
if OIDC_SERVER_URL:
    env.split_address("OIDC_SERVER_URL", OIDC_SERVER_URL, {"https", "http"} if DEMO else {"https"})
    SIGN_IN_ELSEWHERE = os.environ.get("OIDC_NAME", "OpenID Connect")
    OIDC_EMAIL_DOMAINS = env.domains("OIDC_EMAIL_DOMAINS")
    if not OIDC_EMAIL_DOMAINS:
        raise ImproperlyConfigured("OIDC_EMAIL_DOMAINS must name the domains that OIDC_SERVER_URL vouches for")
    if not os.environ.get("OIDC_CLIENT_ID"):
        raise ImproperlyConfigured("OIDC_CLIENT_ID must be set where OIDC_SERVER_URL is")
    SOCIALACCOUNT_LOGIN_ON_GET = True  # a link: a form may go to our own host only (Content-Security-Policy)
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc",
                "name": SIGN_IN_ELSEWHERE,
                "client_id": os.environ.get("OIDC_CLIENT_ID", ""),
                "secret": env.secret("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ],
    }

SESSION_ENGINE = "tenants.signin.sessions"
SESSION_COOKIE_DOMAIN = DOMAIN
SESSION_COOKIE_NAME = "samenbeheer_session"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.look.errors.csrf_failure"
MESSAGE_STORAGE = "config.look.flash.HostCookieStorage"
LANGUAGE_COOKIE_DOMAIN = DOMAIN
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

ANONYMOUS_USER_NAME = None

# --- safety in transit ---
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
if env.flag("SAMENBEHEER_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # Signing in on one of our hosts leads to another; a browser holds the way after a form to this as well.
        "form-action": [SELF, f"{_scheme}://{DOMAIN}{_origin_port}", *CSRF_TRUSTED_ORIGINS],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- language and time ---
LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "config" / "locale", BASE_DIR / "config" / "locale_allauth"]
TIME_ZONE = "Europe/Amsterdam"
FORMAT_MODULE_PATH = ["config.look.formats"]

# Who answers questions about the API: stands in its description.
API_CONTACT = os.environ.get(
    "SAMENBEHEER_API_CONTACT", f"platform@{DOMAIN.replace('.localhost', '.example')}" if DEMO else ""
)
# Who hears of a weakness (/.well-known/security.txt), and until which day that holds.
SECURITY_CONTACTS = env.contacts("SAMENBEHEER_SECURITY_CONTACT") or (
    ["mailto:security@samenbeheer.example"] if DEMO else []
)
SECURITY_EXPIRES = env.day(
    "SAMENBEHEER_SECURITY_EXPIRES",
    date.today() + timedelta(days=180) if DEMO or not SECURITY_CONTACTS else None,
)
SECURITY_POLICY = os.environ.get("SAMENBEHEER_SECURITY_POLICY", "")
if SECURITY_POLICY:
    env.split_address("SAMENBEHEER_SECURITY_POLICY", SECURITY_POLICY, {"https"})
API_REQUESTS_PER_MINUTE = env.number("SAMENBEHEER_API_PER_MINUTE", 600)

_log_level = env.choice("SAMENBEHEER_LOG_LEVEL", "WARNING", {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.running.logs.Formatter"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "nowhere": {"class": "logging.NullHandler"},  # a logger without any handler writes to stderr after all
    },
    "root": {"handlers": ["stderr"], "level": _log_level},
    "filters": {"away": {"()": "config.running.away.WithoutTraceback"}},
    "loggers": {
        "samenbeheer": {"level": "INFO"},
        "django.request": {"level": "ERROR", "filters": ["away"]},
        "celery.app.trace": {"filters": ["away"]},
        "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},
    },
}
