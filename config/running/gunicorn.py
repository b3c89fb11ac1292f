"""How gunicorn serves: few processes with threads, on this machine only unless told otherwise."""

import gc
import os
from tempfile import gettempdir

from django.utils import timezone

from config.running.processes import die_with_parent
from config.running.security_txt import warning

bind = os.environ.get("SAMENBEHEER_BIND", f"127.0.0.1:{os.environ.get('PORT', '8000')}")
worker_class = "gthread"
preload_app = True  # most is imported once, and shared
workers = int(os.environ.get("SAMENBEHEER_WEB_PROCESSES", "2"))
threads = int(os.environ.get("SAMENBEHEER_WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 8
keepalive = 5
_memory = "/dev/shm"  # noqa: S108  only for the workers' heartbeat
worker_tmp_dir = _memory if os.path.isdir(_memory) else gettempdir()
accesslog = None
errorlog = "-"
logger_class = "config.running.logs.WebServerLog"
loglevel = "warning"
limit_request_line = 8190
forwarded_allow_ips = os.environ.get("SAMENBEHEER_PROXY_ADDRESSES", "127.0.0.1")
forwarder_headers = ""  # no header of a request says where we are (SCRIPT_NAME, PATH_INFO)
control_socket_disable = True


def post_fork(server, worker):
    """A worker must not outlive a master that was killed."""
    die_with_parent()


def when_ready(server):
    """Let what was imported stay shared after the fork, and warn of what an administrator has to do soon."""
    gc.collect()
    gc.freeze()  # else the collector writes in all of it, and each worker gets a copy
    found = warning(timezone.localdate())
    if found:
        server.log.warning(found)
