"""Judges access tokens of Countersign (RFC 9068)."""

import jwt

from issuer_keys import ALGORITHMS, IssuerKeys

LEEWAY_SECONDS = 30
MAX_LIFETIME_SECONDS = 24 * 3600
REQUIRED_CLAIMS = ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope"]
# Members that change how a token is read, or send the reader elsewhere for its key.
REFUSED_HEADERS = {"crit", "b64", "zip", "enc", "jku", "x5u"}


class TokenRefused(Exception):
    """Answer 401 `invalid_token`; the text is for your log, not for the caller."""


def verify_token(token: str, *, issuer: str, audience: str, keys: IssuerKeys) -> dict:
    """The claims of a good token. Raises TokenRefused, or KeysUnavailable when it cannot be told."""
    try:
        header = jwt.get_unverified_header(token)
        _check_header(header)
        key = keys.find(header["kid"])
        if key is None:
            raise TokenRefused(f"unknown key {header['kid']!r}")
        # RFC 8725 §3.1: the algorithm is the key's, never merely the one that the token names.
        if key.algorithm_name != header["alg"]:
            raise TokenRefused("the key is of another algorithm")
        claims = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            issuer=issuer,
            audience=audience,
            leeway=LEEWAY_SECONDS,
            options={"require": REQUIRED_CLAIMS, "strict_aud": True},
        )
    except jwt.PyJWTError as error:
        raise TokenRefused(str(error)) from error
    _check_claims(claims)
    return claims


def has_scopes(claims: dict, needed: list[str]) -> bool:
    """Whole names, never a part of one: `read:reports` is not in `read:reports-archive`."""
    return set(needed) <= set(claims["scope"].split(" "))


def _check_header(header: dict) -> None:
    # RFC 9068 §4: an ID token or a client assertion of the same issuer is no access token.
    if str(header.get("typ", "")).lower() not in ("at+jwt", "application/at+jwt"):
        raise TokenRefused(f"not an access token: typ {header.get('typ')!r}")
    if header.get("alg") not in ALGORITHMS:
        raise TokenRefused(f"algorithm {header.get('alg')!r}")
    if REFUSED_HEADERS & header.keys() or not isinstance(header.get("kid"), str):
        raise TokenRefused("a header member that is missing or not allowed")


def _check_claims(claims: dict) -> None:
    if not isinstance(claims["scope"], str) or not isinstance(claims["client_id"], str):
        raise TokenRefused("a claim of the wrong form")
    if claims["exp"] - claims["iat"] > MAX_LIFETIME_SECONDS:
        raise TokenRefused("a lifetime that the issuer never gives")
    # RFC 7800 §3.1: a bound token without its proof is a stolen token. This sample checks no proof.
    if "cnf" in claims:
        raise TokenRefused("a bound token, and no proof is checked here")
