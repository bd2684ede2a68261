"""A backend that hands out access tokens, and unsigned ones to hand out."""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

USER = "01a1f8c8-2f5e-709b-8340-b3b82435e7a8"


def jwt(exp: float, **claims: object) -> str:
    """A token that says this. Nobody checks its signature here."""
    body = {"sub": USER, "exp": exp, "email": "ada@shop.dev", "user_metadata": {"name": "Ada"}, **claims}
    parts = (json.dumps(part).encode() for part in ({"alg": "none"}, body))
    return ".".join((*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), "sig"))


class Shop:
    """Answers with `status` and `body` and notes what it was asked. `with Shop() as shop:`"""

    def __init__(self) -> None:
        self.status = 200
        self.body = ""
        self.headers: dict[str, str] = {}
        self.asked: list[tuple[str, str, str]] = []
        """Method, path and the Authorization header."""
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                shop.asked.append((self.command, self.path, self.headers.get("Authorization", "")))
                self.send_response(shop.status)
                for name, value in shop.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(shop.body)))
                self.end_headers()
                self.wfile.write(shop.body.encode())

            do_POST = do_GET

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  http.server's name
                return None

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/chat/token"

    def __enter__(self) -> Shop:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
