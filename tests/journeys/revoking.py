"""How a session ends while it is in use: its token is due, or the server ends every one of its kind."""

from __future__ import annotations

from dataclasses import replace

import httpx
from tests.journeys.local import LocalServer

from supachat.client import Client
from supachat.remote.project import Project


def due(client: Client) -> None:
    """Its token wants renewing now."""
    project = client._run.need_remote()
    assert isinstance(project, Project)
    tokens = project._keeper._tokens
    assert tokens is not None
    project._keeper._tokens = replace(tokens, got_at=tokens.got_at - 3600)
    project.poke()


def end_every_session(server: LocalServer, name: str) -> None:
    token = server.token(name)["access_token"]
    headers = {"apikey": server.key, "Authorization": f"Bearer {token}"}
    with httpx.Client(trust_env=False) as http:
        http.post(f"{server.url}/auth/v1/logout?scope=global", headers=headers).raise_for_status()
