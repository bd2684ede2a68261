"""A project as a person names it: addresses, keys, the file of a web app."""

from __future__ import annotations

import base64
import json

import pytest

from supachat.domain.errors import BadInput, KeyRefused
from supachat.settings.dotenv import parse as parse_env
from supachat.settings.project import check_key, project_name, project_url

REF = "abcdefghijklmnopqrst"


def jwt(**claims: str) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'HS256'})}.{part(claims)}.c2ln"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (REF, f"https://{REF}.supabase.co"),
        (f" https://{REF}.supabase.co/ ", f"https://{REF}.supabase.co"),
        (f"{REF}.supabase.co", f"https://{REF}.supabase.co"),
        (f"https://{REF}.supabase.co/rest/v1/", f"https://{REF}.supabase.co"),
        (f"https://supabase.com/dashboard/project/{REF}/settings/api", f"https://{REF}.supabase.co"),
        ("HTTP://LOCALHOST:54321", "http://localhost:54321"),
        ("http://127.0.0.1:54321", "http://127.0.0.1:54321"),
        ("http://[::1]:54321", "http://[::1]:54321"),
        ("https://chat.example.org/supabase", "https://chat.example.org/supabase"),
    ],
)
def test_an_address_in_the_ways_people_have_it(text: str, url: str) -> None:
    assert project_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "ftp://x.org",
        "http://example.org",
        "https://",
        "https://a.org:99999",
        "https://x .org",
        "https://u:p@x.org",
        "https://\u202ex.org",
    ],
)
def test_an_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        project_url(text)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (f"https://{REF}.supabase.co", REF),
        ("http://127.0.0.1:1", "local"),
        ("https://chat.example.org", "chat"),
        ("https://\u00fc.org", "project"),
    ],
)
def test_a_workspace_gets_a_name_from_its_address(url: str, name: str) -> None:
    assert project_name(url) == name


@pytest.mark.parametrize(
    "key", ["sb_secret_x", jwt(role="service_role"), jwt(role="authenticated"), "", "a b"]
)
def test_a_key_that_opens_more_is_refused(key: str) -> None:
    with pytest.raises(KeyRefused):
        check_key(key)


@pytest.mark.parametrize("key", ["sb_publishable_x", jwt(role="anon"), "a.b.c"])
def test_a_publishable_key_passes(key: str) -> None:
    assert check_key(f" {key}\n") == key


@pytest.mark.parametrize(
    ("text", "url", "key", "ignored"),
    [
        (f"SUPABASE_URL={REF}", f"https://{REF}.supabase.co", "", ()),
        (
            f"# mine\r\nexport NEXT_PUBLIC_SUPABASE_URL='https://{REF}.supabase.co' # x\r\n"
            'NEXT_PUBLIC_SUPABASE_ANON_KEY="anon"\r\nSUPABASE_SERVICE_ROLE_KEY=s\r\n',
            f"https://{REF}.supabase.co",
            "anon",
            ("SUPABASE_SERVICE_ROLE_KEY",),
        ),
        (
            f"VITE_SUPABASE_ANON_KEY=old\nVITE_SUPABASE_PUBLISHABLE_KEY=new # it\nVITE_SUPABASE_URL={REF}",
            f"https://{REF}.supabase.co",
            "new",
            (),
        ),
        (
            f"SUPABASE_URL={REF}\nSUPABASE_KEY=sb_secret_1\nSUPABASE_ANON_KEY={jwt(role='service_role')}",
            f"https://{REF}.supabase.co",
            "",
            ("SUPABASE_KEY", "SUPABASE_ANON_KEY"),
        ),
    ],
)
def test_an_env_file_of_a_web_app(text: str, url: str, key: str, ignored: tuple[str, ...]) -> None:
    found = parse_env(text)
    assert (found.url, found.key, found.ignored) == (url, key, ignored)
    assert bool(found.words) == bool(ignored)


def test_an_env_file_without_an_address() -> None:
    with pytest.raises(BadInput):
        parse_env("SUPABASE_ANON_KEY=x\nSUPABASE_URL=\n")
