"""An OpenID Connect provider on this machine, as an organisation's own: says of everybody what the test tells it."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import jwt


class Provider:
    """Answers discovery, token and userinfo on `port`; `claims` are those of whoever signs in."""

    def __init__(self, port: int):
        self.address = f"http://127.0.0.1:{port}"
        self.claims: dict[str, object] = {}
        self.asked: list[dict[str, list[str]]] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *arguments):
                pass

            def _say(self, body: dict) -> None:
                content = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_GET(self):
                if "openid-configuration" in self.path:
                    ways = ("authorization", "token", "userinfo")
                    self._say(
                        {"issuer": provider.address, "jwks_uri": f"{provider.address}/keys"}
                        | {f"{way}_endpoint": f"{provider.address}/{way}" for way in ways}
                    )
                else:
                    self._say(provider.claims)

            def do_POST(self):
                length = int(self.headers["Content-Length"])
                provider.asked.append(parse_qs(self.rfile.read(length).decode()))
                self._say({"access_token": "a", "token_type": "Bearer", "id_token": provider.id_token()})

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def id_token(self) -> str:
        """Return the claims as a signed token for us."""
        times = {"iat": int(time.time()), "exp": int(time.time()) + 60}
        return jwt.encode({**self.claims, "iss": self.address, "aud": "samenbeheer", **times}, "s" * 32)

    def __enter__(self) -> "Provider":
        self.thread.start()
        return self

    def __exit__(self, *exception) -> None:
        self.server.shutdown()
        self.server.server_close()
