"""What the local server says about itself, and what it says it cannot do."""

from __future__ import annotations

from importlib.metadata import version

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from supachat.server.auth import pkce
from supachat.server.auth.errors import AuthError, invalid
from supachat.server.auth.service import Service

PROVIDERS = (
    "anonymous_users", "apple", "azure", "bitbucket", "discord", "facebook", "github", "gitlab", "google",
    "kakao", "keycloak", "linkedin", "notion", "twitch", "twitter", "slack", "spotify", "workos", "zoom",
    "snapchat", "figma", "fly", "linkedin_oidc", "slack_oidc", "email", "phone",
)  # fmt: skip

_NO_PROVIDERS = ("anonymous_users", "email", "phone")

NOT_HERE = frozenset(["reauthenticate", "admin", "factors", "oauth", "passkeys", "scim"])
"""First words of GoTrue's other paths."""


async def settings(service: Service, _request: Request) -> Response:
    """Which ways in there are."""
    context = service.context
    open_ways = {"email": True, "anonymous_users": context.anonymous}
    return JSONResponse(
        {
            "external": {name: open_ways.get(name, False) for name in PROVIDERS},
            "disable_signup": not context.signup,
            "mailer_autoconfirm": not context.confirm_email,
            "phone_autoconfirm": False,
            "sms_provider": "",
            "saml_enabled": False,
        }
    )


async def health(_service: Service, _request: Request) -> Response:
    """The service is up."""
    return JSONResponse(
        {
            "version": f"supachat-{version('supachat')}",
            "name": "GoTrue",
            "description": "GoTrue is a user registration and authentication API",
        }
    )


async def jwks(service: Service, _request: Request) -> Response:
    """The public half of the key pair, if there is one: a shared secret has none."""
    pair = service.context.keys.signing_key
    keys = [] if pair is None else [pair.public_jwk()]
    return JSONResponse({"keys": keys}, headers={"Cache-Control": "public, max-age=600"})


async def authorize(_service: Service, request: Request) -> Response:
    """Signing in with somebody else's account: no such provider is set up here."""
    query = request.query_params
    pkce.challenge_of(dict(query))
    name = query.get("provider", "")
    if name in PROVIDERS and name not in _NO_PROVIDERS:
        raise invalid("Unsupported provider: provider is not enabled")
    raise invalid(f"Unsupported provider: Provider {name[:40]} could not be found")


async def callback(_service: Service, request: Request) -> Response:
    """Where a provider would send people back to: none was ever sent out."""
    if not request.query_params.get("state"):
        raise AuthError(400, "bad_oauth_callback", "OAuth state parameter missing")
    raise AuthError(400, "bad_oauth_state", "OAuth state not found or expired")


async def unknown(_service: Service, request: Request) -> Response:
    """Another path: one that a project has switched off, one that this server has not, or none at all."""
    path = str(request.path_params["path"])
    word = path.split("/", 1)[0]
    if path.startswith("user/identities"):
        raise AuthError(404, "manual_linking_disabled", "Manual linking is disabled")
    if word == "sso":
        raise AuthError(404, "saml_provider_disabled", "SAML 2.0 is disabled")
    if word in NOT_HERE:
        raise AuthError(501, "not_implemented", f"The local server has no /{word}")
    raise AuthError(404, "not_found", "There is nothing at this path")
