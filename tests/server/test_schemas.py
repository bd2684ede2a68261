"""Schemas of the kind that projects have, each with its traps: migrated as a project's folder is, then used
over REST by two people who signed up, by a stranger and by the service role.

`schemas/NAME.sql` is the migration, `schemas/NAME.asks` the table of expectations. A line of it: who,
method, path, body, <preferences>, ->, status, answer (the code of an error, "*" for anything). $ann and
$bob are the ids of people. HEAR asks what may be heard of a private topic, SEND whether
TOPIC#EXTENSION may be sent to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from supachat.dialects import catalog
from supachat.server.context import Context
from supachat.server.migrate import apply_folder
from supachat.server.realtime.access import Identity, identify
from supachat.server.realtime.authorise import Authoriser
from supachat.server.realtime.joins import Refused

FOLDER = Path(__file__).with_name("schemas")
NAMES = sorted(path.stem for path in FOLDER.glob("*.sql"))
ASK = re.compile(
    r"(?P<who>\w+) (?P<method>[A-Z]+) (?P<path>\S+)(?: (?P<body>[{\[].*?))?(?: <(?P<prefer>[^>]*)>)?"
    r" -> (?P<status>\d+)(?: (?P<answer>.*))?"
)


@dataclass(frozen=True)
class Ask:
    """One line of a table."""

    line: str
    who: str
    method: str
    path: str
    body: str | None
    prefer: str | None
    status: int
    answer: str | None


def asks(name: str, ids: dict[str, str]) -> Iterator[Ask]:
    for line in (FOLDER / f"{name}.asks").read_text("utf-8").splitlines():
        found = ASK.fullmatch(re.sub(r"\$(\w+)", lambda person: ids[person.group(1)], line))
        assert found, f"{name}.asks: not understood: {line}"
        who, method, path, body, prefer, status, answer = found.groups()
        yield Ask(line, who, method, path, body, prefer, int(status), answer)


class People:
    """ann and bob, who signed up here, the stranger and the service role; each asks in an own name."""

    def __init__(self, client: httpx.AsyncClient, context: Context) -> None:
        self._client, self._context = client, context
        self._tokens = {"anon": context.keys.publishable_key, "service": context.keys.service_role_key}
        self.ids: dict[str, str] = {}

    async def join(self, name: str) -> None:
        body = {"email": f"{name}@example.com", "password": "correct-horse-9", "data": {"full_name": name}}
        made = await self._client.post("/auth/v1/signup", json=body)
        assert made.status_code == 200, made.text
        self.ids[name], self._tokens[name] = made.json()["user"]["id"], made.json()["access_token"]

    async def ask(self, wanted: Ask) -> tuple[int, Any]:
        """The status, and the body or an error's code."""
        headers = {"authorization": f"Bearer {self._tokens[wanted.who]}", "user-agent": "schemas"}
        if wanted.prefer:
            headers["prefer"] = wanted.prefer
        if wanted.body:
            headers["content-type"] = "application/json"
        answer = await self._client.request(
            wanted.method, f"/rest/v1/{wanted.path}", content=wanted.body, headers=headers
        )
        body: Any = answer.json() if answer.content else None
        return answer.status_code, body["code"] if answer.status_code >= 300 else body

    async def topic(self, wanted: Ask) -> tuple[int, Any]:
        """What may be heard there, or whether it may be sent to."""
        who = self._identity(wanted.who)
        authoriser = Authoriser(self._context.admin, 5.0)
        if wanted.method == "SEND":
            assert wanted.answer is None
            topic, _, extension = wanted.path.partition("#")
            return (200 if await authoriser.write(who, topic, extension) else 403), None
        try:
            rights = await authoriser.read(who, wanted.path, presence=True)
        except Refused:
            return 403, None
        return 200, [name for name in ("broadcast", "presence") if getattr(rights, name)]

    def _identity(self, who: str) -> Identity:
        return identify(self._tokens[who], self._context.keys.jwt_secret, {})


def same(expected: Any, found: Any) -> bool:
    """Equal, but for "*", which is anything."""
    if expected == "*":
        return True
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(same(expected[key], found[key]) for key in expected)
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(same, expected, found))
    return type(expected) is type(found) and bool(expected == found)


@pytest.fixture
def people(client: httpx.AsyncClient, context: Context) -> People:
    return People(client, context)


@pytest.mark.parametrize("name", NAMES)
async def test_a_schema_does_what_its_project_expects(
    name: str, people: People, context: Context, tmp_path: Path
) -> None:
    (tmp_path / f"20260101000000_{name}.sql").write_text((FOLDER / f"{name}.sql").read_text("utf-8"))
    await apply_folder(context.conninfo("postgres"), tmp_path)
    for person in ("ann", "bob"):
        await people.join(person)
    different = []
    for wanted in asks(name, people.ids):
        status, body = await (people.topic if wanted.method in ("HEAR", "SEND") else people.ask)(wanted)
        expected = wanted.answer
        if status < 300 and expected is not None:
            expected = json.loads(expected)
        if status != wanted.status or (wanted.answer is not None and not same(expected, body)):
            different.append(f"{wanted.line}\n    found: {status} {json.dumps(body)}")
    assert not different, "\n".join(different)


@pytest.mark.parametrize("name", catalog.names())
async def test_the_sql_of_every_dialect_is_a_migration(name: str, context: Context, tmp_path: Path) -> None:
    (tmp_path / f"20260101000000_{name}.sql").write_text(catalog.sql(name))
    assert await apply_folder(context.conninfo("postgres"), tmp_path) == (f"20260101000000_{name}.sql",)
    (tmp_path / f"20260102000000_{name}.sql").write_text(catalog.sql(name))
    assert await apply_folder(context.conninfo("postgres"), tmp_path) == (f"20260102000000_{name}.sql",)


def test_every_schema_has_its_table_and_says_its_trap() -> None:
    assert len(NAMES) >= 12
    assert {path.stem for path in FOLDER.glob("*.asks")} == set(NAMES)
    for name in NAMES:
        assert re.match(r"-- .*\bTraps: ", (FOLDER / f"{name}.sql").read_text("utf-8")), name
