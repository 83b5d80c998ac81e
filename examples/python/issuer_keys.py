"""The public keys of an issuer, found by its metadata and kept."""

import threading
import time

import jwt
import requests

COOLDOWN_SECONDS = 30
MAX_AGE_SECONDS = 300
MAX_STALE_SECONDS = 24 * 3600
ALGORITHMS = ("RS256", "PS256", "ES256")


class KeysUnavailable(Exception):
    """Answer 503: nobody can tell whether the token is good, and the caller is not to blame."""


class IssuerKeys:
    """Fetches at most once in 30 s, however many unknown key ids ask, and keeps the last good set for a day."""

    def __init__(self, issuer: str):
        self._issuer = issuer
        self._lock = threading.Lock()
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = self._tried_at = float("-inf")

    def find(self, kid: str) -> jwt.PyJWK | None:
        with self._lock:
            now = time.monotonic()
            wanted = kid not in self._keys or now - self._fetched_at > MAX_AGE_SECONDS
            if wanted and now - self._tried_at > COOLDOWN_SECONDS:
                self._tried_at = now
                self._refresh(now)
            if now - self._fetched_at > MAX_STALE_SECONDS:
                raise KeysUnavailable(f"The keys of {self._issuer} cannot be fetched.")
            return self._keys.get(kid)

    def _refresh(self, now: float) -> None:
        try:
            metadata = _get_json(f"{self._issuer}/.well-known/oauth-authorization-server")
            # RFC 8414 §3.3: a document about another issuer must not be used.
            if metadata["issuer"] != self._issuer:
                raise ValueError(f"The metadata names {metadata['issuer']}, expected {self._issuer}.")
            self._keys = {jwk["kid"]: jwt.PyJWK(jwk) for jwk in _get_json(metadata["jwks_uri"])["keys"] if _is_usable(jwk)}
            self._fetched_at = now
        except (requests.RequestException, jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            # The last good set stays.
            print(f"issuer keys not refreshed: {error}", flush=True)


def _get_json(url: str):
    answer = requests.get(url, timeout=5, allow_redirects=False)
    if answer.status_code != 200:
        raise ValueError(f"{url} answered {answer.status_code}.")
    return answer.json()


def _is_usable(jwk: dict) -> bool:
    if "d" in jwk or "k" in jwk:
        raise ValueError("The key set holds a private or symmetric key.")
    return jwk.get("use", "sig") == "sig" and jwk.get("alg") in ALGORITHMS and "kid" in jwk
