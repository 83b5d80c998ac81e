"""Gets a token and calls an API with it: python client.py https://api.example.com/reports

ISSUER, CLIENT_ID, CLIENT_SECRET and AUDIENCE are its settings."""

import os
import sys
import threading
import time

import requests


class TokenClient:
    """One token per process, asked for again when four fifths of its life are over."""

    def __init__(self, issuer: str, client_id: str, client_secret: str, audience: str):
        self._url = f"{issuer}/oauth/token"
        self._auth = (client_id, client_secret)
        self._form = {"grant_type": "client_credentials", "audience": audience}
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = float("-inf")

    def token(self) -> str:
        # The lock makes a hundred threads ask once.
        with self._lock:
            if time.monotonic() >= self._renew_at:
                asked_at = time.monotonic()
                answer = requests.post(self._url, data=self._form, auth=self._auth, timeout=10, allow_redirects=False)
                if answer.status_code != 200:
                    raise RuntimeError(f"no token: {answer.status_code} {answer.json().get('error')}")
                body = answer.json()
                self._token, self._renew_at = body["access_token"], asked_at + 0.8 * body["expires_in"]
            return self._token


def main() -> int:
    client = TokenClient(*(os.environ[name] for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "AUDIENCE")))
    answer = requests.get(sys.argv[1], headers={"Authorization": f"Bearer {client.token()}"}, timeout=10, allow_redirects=False)
    print(answer.status_code, answer.text)
    return 0 if answer.ok else 1


if __name__ == "__main__":
    sys.exit(main())
