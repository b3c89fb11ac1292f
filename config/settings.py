"""The one settings module. Everything that differs between installations comes from the environment.

`SAMENBEHEER_MODE` is `production` unless the one who starts says `demo`; production refuses to start without a
secret key, a domain and HTTPS. A malformed value stops the start with the name of the variable.
"""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def _read(kind: str, name: str, default):
    """Return environment variable `name` as `kind` (a reader of django-environ), or say which one is malformed."""
    try:
        return getattr(env, kind)(name, default=default)
    except (ValueError, TypeError) as error:
        raise ImproperlyConfigured(f"{name} is not a valid {kind}: {os.environ.get(name)!r}") from error


def _read_flag(name: str, default: bool) -> bool:
    """Return a yes-or-no variable; anything but 1/0, true/false, yes/no, on/off stops the start."""
    value = os.environ.get(name, "").strip().lower()
    if value == "":
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}")


def _read_secret(name: str) -> str:
    """Return a secret from `name`, or from the file that `name`_FILE points at."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}") from error
    return os.environ.get(name, "")


MODE = os.environ.get("SAMENBEHEER_MODE", "production")
if MODE not in {"production", "demo"}:
    raise ImproperlyConfigured(f"SAMENBEHEER_MODE must be production or demo, not {MODE!r}")
DEMO = MODE == "demo"
DEBUG = False

PORT = _read("int", "PORT", 8000)
if not 0 < PORT < 65536:
    raise ImproperlyConfigured(f"PORT must lie between 1 and 65535, not {PORT}")
DATA = Path(os.environ.get("SAMENBEHEER_DATA") or BASE_DIR / "var").resolve()
DOMAIN = os.environ.get("SAMENBEHEER_DOMAIN", "samenbeheer.localhost" if DEMO else "").strip(".").lower()
HTTPS = _read_flag("SAMENBEHEER_HTTPS", default=not DEMO)
# The port people type; behind a reverse proxy that is the scheme's own.
PUBLIC_PORT = _read("int", "SAMENBEHEER_PUBLIC_PORT", PORT if DEMO else 443)
SECRET_KEY = _read_secret("SECRET_KEY") or ("demo-only-" + "x" * 50 if DEMO else "")

if not DEMO:
    if len(SECRET_KEY) < 50:
        raise ImproperlyConfigured("SECRET_KEY (or SECRET_KEY_FILE) must hold at least 50 characters in production")
    if not DOMAIN:
        raise ImproperlyConfigured("SAMENBEHEER_DOMAIN must name the allowed domain in production")
    if not HTTPS:
        raise ImproperlyConfigured("SAMENBEHEER_HTTPS cannot be off in production")
    for name in ("DATABASE_URL", "REDIS_URL"):
        if not os.environ.get(name):
            raise ImproperlyConfigured(f"{name} must be set in production")

ALLOWED_HOSTS = [DOMAIN, f".{DOMAIN}"]
_origin_port = "" if PUBLIC_PORT in (80, 443) else f":{PUBLIC_PORT}"
CSRF_TRUSTED_ORIGINS = [f"{'https' if HTTPS else 'http'}://*.{DOMAIN}{_origin_port}"]

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
if _read_flag("SAMENBEHEER_LINT_MIGRATIONS", default=False):
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
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]  # roles are the rule; grants are read by tickets.access alone

MIDDLEWARE = [
    "tenants.web.contract.ContractMiddleware",
    "config.running.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tenants.web.middleware.BodyLimitMiddleware",
    "tenants.web.middleware.OrganisationMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tenants.web.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tenants.web.middleware.StandingMiddleware",
    "tenants.web.middleware.ApiMiddleware",
]

if _read_flag("SAMENBEHEER_SQL_HEADER", default=False) and DEMO:
    MIDDLEWARE.insert(1, "config.running.measuring.SqlHeaderMiddleware")

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
            "libraries": {"agenda_tags": "agenda.work.tags", "ticket_tags": "tickets.desk.tags"},
        },
    }
]

# --- servers ---
_owner = _read_flag("SAMENBEHEER_AS_OWNER", default=False)
_database_url = (os.environ.get("DATABASE_OWNER_URL") if _owner else None) or os.environ.get(
    "DATABASE_URL", "postgres://samenbeheer@127.0.0.1:5432/samenbeheer"
)
try:
    _database = environ.Env.db_url_config(_database_url)
except Exception as error:
    raise ImproperlyConfigured("DATABASE_URL is not a valid database address") from error
if "postgres" not in _database.get("ENGINE", ""):
    raise ImproperlyConfigured("DATABASE_URL must be a postgres:// address")
DATABASES = {
    "default": {
        **_database,
        "HOST": unquote(_database.get("HOST") or ""),  # a socket directory is written %2Fpath%2Fto
        "ENGINE": "django_tenants.postgresql_backend",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            **_database.get("OPTIONS", {}),
            # A search reads through what its index left unsorted: 256 kB of it, not PostgreSQL's 4 MB.
            "options": "-c gin_pending_list_limit=256 -c statement_timeout="
            + ("0" if _owner else str(_read("int", "SAMENBEHEER_STATEMENT_TIMEOUT_MS", 15000))),
        },
    }
}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]

REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
_redis = urlsplit(REDIS_URL)
if _redis.scheme not in {"redis", "rediss", "unix"}:
    raise ImproperlyConfigured("REDIS_URL must be a redis://, rediss:// or unix:// address")
if _redis.scheme == "unix":
    _db = dict(parse_qsl(_redis.query)).get("db", "0")
    CELERY_BROKER_URL = f"redis+socket://{_redis.path}?virtual_host={_db}"
else:
    CELERY_BROKER_URL = REDIS_URL
_cache = {
    "BACKEND": "django.core.cache.backends.redis.RedisCache",
    "LOCATION": REDIS_URL,
    "OPTIONS": {"socket_timeout": 3, "socket_connect_timeout": 3},
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
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 150,
    "socket_timeout": 10,
    "socket_connect_timeout": 2,
    # A request never waits for a broker that is away: the outbox keeps what was meant for it.
    "max_retries": 1,
    "interval_start": 0,
    "interval_max": 0.1,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Europe/Amsterdam"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "samenbeheer"
# Seconds between runs of beat; short in tests.
SWEEP_EVERY = _read("int", "SAMENBEHEER_SWEEP_SECONDS", 60)
CLOSE_EVERY = _read("int", "SAMENBEHEER_CLOSE_SECONDS", 600)
DRIFT_EVERY = _read("int", "SAMENBEHEER_DRIFT_SECONDS", 86400)

# --- mail ---
_email = environ.Env.email_url_config(os.environ.get("EMAIL_URL") or "filemail://")
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_FILE_PATH = _email.get("EMAIL_FILE_PATH") or str(DATA / "mail")
EMAIL_HOST = _email.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _email.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _email.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _email.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
if EMAIL_BACKEND.endswith("filebased.EmailBackend"):
    EMAIL_BACKEND = "config.running.mailbox.EmailBackend"
DEFAULT_FROM_EMAIL = os.environ.get("SAMENBEHEER_FROM", f"Samenbeheer <noreply@{DOMAIN}>")
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
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
FORM_RENDERER = "config.look.forms.Renderer"
_storage_url = os.environ.get("STORAGE_URL", "")
if _storage_url.startswith("s3://"):
    _s3 = urlsplit(_storage_url)
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
elif _storage_url in ("", "file://"):
    _files = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": DATA / "files",
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }
else:
    raise ImproperlyConfigured("STORAGE_URL must be an s3:// address or empty")
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
DATA_UPLOAD_MAX_NUMBER_FILES = UPLOAD_MAX_FILES
FILE_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024

# --- sign-in ---
AUTH_USER_MODEL = "tenants.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "config.accounts.AccountAdapter"
MFA_ADAPTER = "config.accounts.MFAAdapter"
SOCIALACCOUNT_ADAPTER = "config.accounts.SocialAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/account/login/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": "5/m/key,20/m/ip" if not DEMO else "5/m/key,100/m/ip"}
ACCOUNT_FORMS = {"reset_password": "config.accounts.ResetPasswordForm"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ALLAUTH_TRUSTED_PROXY_COUNT = _read("int", "SAMENBEHEER_PROXIES", 0)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
MFA_TOTP_ISSUER = "Samenbeheer"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_PROVIDERS = {}
SIGN_IN_ELSEWHERE = ""  # the name on the button, where people sign in with their organisation's own account
if os.environ.get("OIDC_SERVER_URL"):
    SIGN_IN_ELSEWHERE = os.environ.get("OIDC_NAME", "OpenID Connect")
    OIDC_EMAIL_DOMAINS = os.environ.get("OIDC_EMAIL_DOMAINS", "").lower().replace(",", " ").split()
    if not OIDC_EMAIL_DOMAINS:
        raise ImproperlyConfigured("OIDC_EMAIL_DOMAINS must name the domains that OIDC_SERVER_URL vouches for")
    SOCIALACCOUNT_LOGIN_ON_GET = True  # a link: a form may go to our own host only (Content-Security-Policy)
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc",
                "name": SIGN_IN_ELSEWHERE,
                "client_id": os.environ.get("OIDC_CLIENT_ID", ""),
                "secret": _read_secret("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": os.environ["OIDC_SERVER_URL"]},
            }
        ],
    }

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
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
GUARDIAN_RAISE_403 = False

# --- safety in transit ---
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
if _read_flag("SAMENBEHEER_BEHIND_PROXY", default=False):
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
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- language and time ---
LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "config" / "locale", BASE_DIR / "config" / "locale_allauth"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Amsterdam"
FORMAT_MODULE_PATH = ["config.look.formats"]

# Who answers questions about the API: stands in its description.
API_CONTACT = os.environ.get(
    "SAMENBEHEER_API_CONTACT", f"platform@{DOMAIN.replace('.localhost', '.example')}" if DEMO else ""
)
API_REQUESTS_PER_MINUTE = _read("int", "SAMENBEHEER_API_PER_MINUTE", 600)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("SAMENBEHEER_LOG_LEVEL", "WARNING")},
    "loggers": {
        "samenbeheer": {"level": "INFO"},
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},
    },
}
