"""An API with one protected route: GET /reports needs read:reports. ISSUER, AUDIENCE and PORT are its settings."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from access_token import TokenRefused, has_scopes, verify_token
from issuer_keys import IssuerKeys, KeysUnavailable

ISSUER = os.environ["ISSUER"]
AUDIENCE = os.environ["AUDIENCE"]
NEEDED = ["read:reports"]
keys = IssuerKeys(ISSUER)


class Api(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path != "/reports":
            return self._answer(404, {"code": "not_found"})
        try:
            token = self._token(url.query)
        except ValueError as error:
            return self._refuse(400, "invalid_request", str(error))
        if token is None:
            # RFC 6750 §3.1: without credentials no error is named.
            return self._refuse(401, None, None)
        try:
            claims = verify_token(token, issuer=ISSUER, audience=AUDIENCE, keys=keys)
        except TokenRefused as error:
            self.log_message("refused: %s", error)
            return self._refuse(401, "invalid_token", "The access token expired, was revoked, or is not for this API.")
        except KeysUnavailable:
            return self._answer(503, {"code": "keys_unavailable"}, {"Retry-After": "30"})
        if not has_scopes(claims, NEEDED):
            return self._refuse(403, "insufficient_scope", f"The operation needs the scopes: {' '.join(NEEDED)}")
        # Whose data: the token says it, and nothing in the request does.
        return self._answer(200, {"org_id": claims.get("org_id"), "reports": []})

    def _token(self, query: str) -> str | None:
        if "access_token" in parse_qs(query, keep_blank_values=True):
            raise ValueError("Send the access token in the Authorization header, never in the URL.")
        values = self.headers.get_all("Authorization") or []
        if len(values) > 1:
            raise ValueError("Send exactly one Authorization header.")
        scheme, _, token = (values[0] if values else "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    def _refuse(self, status: int, error: str | None, description: str | None) -> None:
        parts = [f'scope="{" ".join(NEEDED)}"'] if error in (None, "insufficient_scope") else []
        if error is not None:
            parts = [f'error="{error}"', f'error_description="{description}"', *parts]
        self._answer(status, {"code": error or "missing_credentials"}, {"WWW-Authenticate": f"Bearer {', '.join(parts)}"})

    def _answer(self, status: int, body: dict, headers: dict[str, str] | None = None) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Cache-Control": "no-store", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8000"))), Api)
    print(f"listening on {server.server_port}", flush=True)
    server.serve_forever()
