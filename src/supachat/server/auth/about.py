"""What the local server says about itself, and what it says it cannot do."""

from __future__ import annotations

from importlib.metadata import version

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from supachat.server.auth.errors import AuthError
from supachat.server.context import Context

PROVIDERS = (
    "anonymous_users", "apple", "azure", "bitbucket", "discord", "facebook", "github", "gitlab", "google",
    "kakao", "keycloak", "linkedin", "notion", "twitch", "twitter", "slack", "spotify", "workos", "zoom",
    "snapchat", "figma", "fly", "linkedin_oidc", "slack_oidc", "email", "phone",
)  # fmt: skip

NOT_HERE = frozenset(
    ["otp", "magiclink", "recover", "resend", "reauthenticate", "authorize", "callback", "invite", "admin",
     "factors", "sso", "oauth"]
)  # fmt: skip
"""First words of GoTrue's other paths."""


async def settings(context: Context, _request: Request) -> Response:
    """Which ways in there are."""
    return JSONResponse(
        {
            "external": {name: name == "email" for name in PROVIDERS},
            "disable_signup": not context.signup,
            "mailer_autoconfirm": not context.confirm_email,
            "phone_autoconfirm": False,
            "sms_provider": "",
            "saml_enabled": False,
        }
    )


async def health(_context: Context, _request: Request) -> Response:
    """The service is up."""
    return JSONResponse(
        {
            "version": f"supachat-{version('supachat')}",
            "name": "GoTrue",
            "description": "GoTrue is a user registration and authentication API",
        }
    )


async def jwks(_context: Context, _request: Request) -> Response:
    """No public keys: tokens are signed with a shared secret."""
    return JSONResponse({"keys": []})


async def unknown(_context: Context, request: Request) -> Response:
    """Another path: one that GoTrue has and this server has not, or none at all."""
    word = str(request.path_params["path"]).split("/", 1)[0]
    if word in NOT_HERE:
        raise AuthError(
            501, "not_implemented", f"The local server has no /{word}: only e-mail and password"
        )
    raise AuthError(404, "not_found", "There is nothing at this path")
