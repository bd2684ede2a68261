"""JSON Web Tokens of one project: made and checked with its one secret, or with a key pair beside it.

Says why a token is refused finely enough for PostgREST, GoTrue and Realtime to use their own words.
Must never take a token by another algorithm than that of the key which its header names, and never log
one.
"""

from __future__ import annotations

import hmac
import json
import sys
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from jwt.algorithms import ECAlgorithm

ALGORITHM = "HS256"
PAIR_ALGORITHM = "ES256"
MAX_MOMENT = sys.float_info.max


@dataclass(frozen=True, repr=False)
class SigningKey:
    """A key pair on the curve P-256; `kid` names it in the header of a token."""

    kid: str
    pair: EllipticCurvePrivateKey

    @classmethod
    def new(cls) -> SigningKey:
        """A pair that nobody had before."""
        return cls(str(uuid4()), generate_private_key(SECP256R1()))

    @classmethod
    def read(cls, private_jwk: str) -> SigningKey:
        """The pair that `private_jwk` wrote down. Raises ValueError for anything else."""
        held = json.loads(private_jwk)
        try:
            pair = ECAlgorithm.from_jwk(held)
        except jwt.InvalidKeyError as error:
            raise ValueError(str(error)) from error
        if not isinstance(pair, EllipticCurvePrivateKey) or not isinstance(held.get("kid"), str):
            raise ValueError("it is not the private key of a pair with a name")
        if not isinstance(pair.curve, SECP256R1):
            raise ValueError("it is on another curve than P-256")
        return cls(held["kid"], pair)

    def private_jwk(self) -> str:
        """The pair as JSON, to be kept where only its owner reads."""
        return json.dumps({**ECAlgorithm.to_jwk(self.pair, as_dict=True), "kid": self.kid})

    def public_jwk(self) -> dict[str, Any]:
        """What anybody may know: enough to check a token, not to make one."""
        shown = ECAlgorithm.to_jwk(self.pair.public_key(), as_dict=True)
        use = {"kid": self.kid, "alg": PAIR_ALGORITHM, "use": "sig", "key_ops": ["verify"], "ext": True}
        return {**shown, **use}


@dataclass(frozen=True, repr=False)
class Keys:
    """The project's secrets. `publishable_key` and `service_role_key` are tokens of those two roles.

    Tokens of `signing_key` are believed whenever there is one; people's tokens are signed with it only
    where `asymmetric` is set, else with the secret.
    """

    jwt_secret: str
    publishable_key: str
    service_role_key: str
    signing_key: SigningKey | None = None
    asymmetric: bool = False

    def knows(self, apikey: str) -> bool:
        """Whether `apikey` is one of the two keys; takes the same time for every wrong one."""
        given = apikey.encode()
        public = hmac.compare_digest(given, self.publishable_key.encode())
        return hmac.compare_digest(given, self.service_role_key.encode()) or public


Trust: TypeAlias = str | Keys
"""What a token is checked with: a secret alone, or all of a project's keys."""


class Fault(StrEnum):
    """Why a token is refused, in the order in which it is checked."""

    MALFORMED = "not a token"
    ALGORITHM = "another algorithm, or none"
    SIGNATURE = "signed with another secret"
    CLAIMS = "a claim is missing or of the wrong type"
    NOT_YET = "not valid yet"
    EXPIRED = "expired"


class TokenError(Exception):
    """A token is refused. `late` is how many seconds ago it expired, 0 for other faults."""

    def __init__(self, fault: Fault, late: int = 0) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.late = late


def mint(claims: Mapping[str, Any], secret: str) -> str:
    """`claims` as a token signed with `secret`."""
    return jwt.encode(dict(claims), secret, algorithm=ALGORITHM)


def issue(claims: Mapping[str, Any], keys: Keys) -> str:
    """`claims` as a token signed the way that this project signs those of its people."""
    if keys.signing_key is None or not keys.asymmetric:
        return mint(claims, keys.jwt_secret)
    pair = keys.signing_key
    return jwt.encode(dict(claims), pair.pair, algorithm=PAIR_ALGORITHM, headers={"kid": pair.kid})


def verify(
    token: str,
    trust: Trust,
    *,
    now: float | None = None,
    leeway: float = 0.0,
    require: Collection[str] = (),
) -> dict[str, Any]:
    """The claims of `token`, or TokenError.

    `exp` and `nbf` are checked where they are present; `require` names claims that must be. `leeway`
    is in seconds and forgives a clock that is off. `now` is epoch seconds, the clock's by default.
    """
    claims = _decode(token, trust)
    if any(claims.get(name) is None for name in require):
        raise TokenError(Fault.CLAIMS)
    moment = time.time() if now is None else now
    not_before, expires = _number(claims, "nbf"), _number(claims, "exp")
    if not_before is not None and not_before > moment + leeway:
        raise TokenError(Fault.NOT_YET)
    if expires is not None and expires <= moment - leeway:
        raise TokenError(Fault.EXPIRED, max(0, int(moment - expires)))
    return claims


def _decode(token: str, trust: Trust) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
    except jwt.InvalidTokenError as error:
        raise TokenError(Fault.MALFORMED) from error
    key, algorithm = _key_for(header, trust)
    # times are checked by us: each part of the server has its own leeway and words
    options: Any = {
        "verify_exp": False,
        "verify_nbf": False,
        "verify_iat": False,
        "verify_aud": False,
        "verify_iss": False,
        "verify_sub": False,
        "verify_jti": False,
    }
    try:
        claims: dict[str, Any] = jwt.decode(token, key, algorithms=[algorithm], options=options)
    except jwt.InvalidSignatureError as error:
        raise TokenError(Fault.SIGNATURE) from error
    except jwt.InvalidTokenError as error:
        raise TokenError(Fault.MALFORMED) from error
    return claims


def _key_for(header: Mapping[str, Any], trust: Trust) -> tuple[Any, str]:
    """The one key and the one algorithm by which a token with this header may be judged."""
    secret, pair = (trust, None) if isinstance(trust, str) else (trust.jwt_secret, trust.signing_key)
    if header.get("alg") == ALGORITHM:
        return secret, ALGORITHM
    if header.get("alg") != PAIR_ALGORITHM or pair is None:
        raise TokenError(Fault.ALGORITHM)
    if header.get("kid") != pair.kid:
        raise TokenError(Fault.SIGNATURE)
    return pair.pair.public_key(), PAIR_ALGORITHM


def _number(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenError(Fault.CLAIMS)
    # more than a float can be, or no moment at all: not even signed is it a time to compare with
    if not -MAX_MOMENT <= value <= MAX_MOMENT:
        raise TokenError(Fault.CLAIMS)
    return float(value)
