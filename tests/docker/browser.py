"""Somebody who comes in by the proxy: TLS by host name, cookies, forms."""

import http.client
import re
import socket
import ssl
import uuid
from dataclasses import dataclass
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    def hidden(self, name: str) -> str:
        """Return the value of a hidden field."""
        tag = next(tag for tag in re.findall(r"<input[^>]*>", self.text) if f'name="{name}"' in tag)
        return unescape(re.search(r'value="([^"]*)"', tag).group(1))


class _Connection(http.client.HTTPSConnection):
    def connect(self) -> None:
        self.sock = self._context.wrap_socket(socket.create_connection(self.place, 30), server_hostname=self.host)


class Browser:
    """Asks the proxy on a port of this machine for any host; believes one certificate."""

    def __init__(self, port: int, certificate: Path):
        self.port, self.certificate = port, certificate
        self.cookies: dict[tuple[str, str], str] = {}

    def ask(self, method: str, url: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send one request; follows no redirect. Raises OSError when nobody answers, ssl.SSLError for a wrong name."""
        parts = urlsplit(url)
        connection = _Connection(parts.hostname, 443, context=ssl.create_default_context(cafile=str(self.certificate)))
        connection.place = ("127.0.0.1", self.port)
        sent = {name: value for (domain, name), value in self.cookies.items() if self._belongs(domain, parts.hostname)}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in sent.items())
        if method == "POST":
            headers["Origin"] = f"https://{parts.hostname}"
        try:
            connection.request(
                method, parts.path or "/", body, {key.replace("_", "-"): one for key, one in headers.items()}
            )
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[("." + morsel["domain"].lstrip(".") if morsel["domain"] else parts.hostname, name)] = (
                    morsel.value
                )
        return answer

    @staticmethod
    def _belongs(domain: str, host: str) -> bool:
        return host == domain or (domain.startswith(".") and f".{host}".endswith(domain))

    def get(self, url: str) -> Answer:
        return self.ask("GET", url)

    def post(
        self, url: str, page: str | None = None, files: dict[str, tuple[str, bytes]] | None = None, **fields
    ) -> Answer:
        """Fill in the form on a page (that of `url` itself) and send it."""
        shown = self.get(page or url)
        fields["csrfmiddlewaretoken"] = shown.hidden("csrfmiddlewaretoken")
        if 'name="once"' in shown.text:
            fields.setdefault("once", shown.hidden("once"))
        if not files:
            return self.ask("POST", url, urlencode(fields).encode(), Content_Type="application/x-www-form-urlencoded")
        mark = uuid.uuid4().hex
        parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
        parts += [
            f'name="{name}"; filename="{title}"\r\nContent-Type: application/octet-stream\r\n\r\n'.encode() + content
            for name, (title, content) in files.items()
        ]
        body = b"".join(f"--{mark}\r\nContent-Disposition: form-data; ".encode() + one + b"\r\n" for one in parts)
        body += f"--{mark}--\r\n".encode()
        return self.ask("POST", url, body, Content_Type=f"multipart/form-data; boundary={mark}")
