"""What a container engine runs to know whether the web server beside it is well: `python -m config.running.ask`.

It asks as a browser would that came through the proxy: by the name of the common host, over HTTPS. Needs nothing but
Python, as it runs every half minute; says what is wrong and ends with 1 when the answer is not 200.
"""

import http.client
import os
import sys

PATH = "/readyz"
AT_MOST = 5  # seconds


def asked(port: int, host: str) -> str:
    """Return what is wrong with the web server on this machine; nothing when all is well."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=AT_MOST)
    try:
        connection.request("GET", PATH, headers={"Host": host, "X-Forwarded-Proto": "https"})
        answer = connection.getresponse()
        words = answer.read(2000).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()
    return "" if answer.status == 200 else f"{answer.status} {words}"


if __name__ == "__main__":
    port = os.environ.get("SAMENBEHEER_BIND", "127.0.0.1:8000").rpartition(":")[2]
    sys.exit(asked(int(port), os.environ.get("SAMENBEHEER_DOMAIN", "localhost")) or 0)
