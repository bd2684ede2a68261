"""GoTrue's refusals: a status, a code that programs read and a sentence. Must never quote a secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse


class AuthError(Exception):
    """A request that is refused. `extra` joins the body."""

    def __init__(
        self, status: int, code: str, message: str, extra: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.extra = dict(extra or {})

    def response(self) -> JSONResponse:
        """The answer in GoTrue's shape."""
        body = {"code": self.status, "error_code": self.code, "msg": self.message, **self.extra}
        return JSONResponse(body, self.status, headers={"X-Sb-Error-Code": self.code})


def invalid(message: str) -> AuthError:
    """The request cannot be used as it is."""
    return AuthError(400, "validation_failed", message)


def bad_json(reason: str) -> AuthError:
    """The body is no JSON, or holds another type than it must."""
    return AuthError(400, "bad_json", f"Could not parse request body as JSON: {reason}")


def bad_credentials() -> AuthError:
    """E-mail and password do not match; the same for a user that is unknown."""
    return AuthError(400, "invalid_credentials", "Invalid login credentials")


def weak_password(length: int) -> AuthError:
    """The password is shorter than `length`."""
    reasons = {"weak_password": {"reasons": ["length"]}}
    return AuthError(422, "weak_password", f"Password should be at least {length} characters.", reasons)


def bad_jwt(reason: str) -> AuthError:
    """The bearer token is refused."""
    return AuthError(403, "bad_jwt", f"invalid JWT: unable to parse or verify signature, {reason}")


def no_bearer() -> AuthError:
    """There is no bearer token."""
    return AuthError(401, "no_authorization", "This endpoint requires a valid Bearer token")


def taken() -> AuthError:
    """The address has an account."""
    return AuthError(422, "user_already_exists", "User already registered")


def no_session() -> AuthError:
    """The session of this token was ended."""
    return AuthError(403, "session_not_found", "Session from session_id claim in JWT does not exist")


def refresh_unknown() -> AuthError:
    """The refresh token was never given out, or its session was ended."""
    return AuthError(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found")


def refresh_used() -> AuthError:
    """The refresh token was spent too long ago: its whole family is dead now."""
    return AuthError(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used")


def email_exists() -> AuthError:
    """Somebody else has the address."""
    return AuthError(422, "email_exists", "A user with this email address has already been registered")


def user_missing() -> AuthError:
    """There is no such user to administer."""
    return AuthError(404, "user_not_found", "User not found")
