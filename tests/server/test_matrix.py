"""Who may do what: five people against every table, function and topic of every dialect.

A dialect's promises are in `matrix/<dialect>.py`, in its PROMISES; a dialect without them fails here, and
so does a table, function or topic that they do not speak of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec

import jwt
import pytest
from psycopg import sql
from tests.conftest import a_database
from tests.server.matrix import tokens, topics
from tests.server.matrix.stage import Stage, staged
from tests.server.matrix.table import (
    DENIED,
    DONE,
    NOTHING,
    Act,
    Persona,
    Promises,
    Room,
    Verdicts,
    Watched,
    Who,
    filled,
    same,
)
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from supachat.dialects import catalog
from supachat.server.postgres import Postgres

BEACON = """
create schema matrix;
grant usage on schema matrix to anon, authenticated;
create table matrix.beacon (id bigint generated always as identity primary key);
grant select on matrix.beacon to anon, authenticated;
alter publication supabase_realtime add table matrix.beacon;
"""
PUBLISHED = (
    "select tablename from pg_publication_tables where pubname = 'supabase_realtime' and schemaname = %s"
)


def _promises() -> Iterator[tuple[str, Promises]]:
    for dialect in catalog.names():
        module = f"tests.server.matrix.{dialect}"
        if find_spec(module):
            yield dialect, import_module(module).PROMISES


PROMISES = dict(_promises())


def _each(part: Callable[[Promises], Sequence[object]], title: str) -> pytest.MarkDecorator:
    cases = [
        pytest.param(dialect, case, id=f"{dialect}: {getattr(case, title)}")
        for dialect, promises in PROMISES.items()
        for case in part(promises)
    ]
    return pytest.mark.parametrize(("dialect", "case"), cases)


@contextmanager
def _staged(postgres: Postgres, dialect: str) -> Iterator[Stage]:
    with a_database(postgres) as database, staged(postgres, database, dialect, PROMISES[dialect]) as stage:
        stage.sql(BEACON)
        yield stage


@pytest.fixture(scope="module")
def stages(postgres: Postgres) -> Iterator[Callable[[str], Stage]]:
    """The project of each dialect, made when first asked for."""
    with ExitStack() as stack:
        yield cache(lambda dialect: stack.enter_context(_staged(postgres, dialect)))


@pytest.fixture
def stage(stages: Callable[[str], Stage], dialect: str) -> Stage:
    return stages(dialect)


def _judged(stage: Stage, judge: Callable[[Persona], str]) -> dict[str, str]:
    return {str(who): judge(persona) for who, persona in stage.people.items()}


def _wanted(expected: Verdicts) -> dict[str, str]:
    return {str(who): verdict for who, verdict in expected.items()}


@_each(lambda promises: promises.acts, "title")
def test_what_each_may_do_over_http(stage: Stage, case: Act) -> None:
    assert {str(who): stage.act(who, case) for who in stage.people} == _wanted(case.expected)


@_each(lambda promises: promises.rooms, "topic")
def test_who_may_join(stage: Stage, case: Room) -> None:
    topic = filled(case.topic, stage.people[Who.OWNER].words)
    assert _judged(stage, lambda who: topics.join(stage, who, topic)) == _wanted(case.join)


@_each(lambda promises: promises.rooms, "topic")
def test_who_may_broadcast(stage: Stage, case: Room) -> None:
    topic = filled(case.topic, stage.people[Who.OWNER].words)
    assert _judged(stage, lambda who: topics.broadcast(stage, who, topic)) == _wanted(case.broadcast)


@_each(lambda promises: promises.rooms, "topic")
def test_who_may_be_present(stage: Stage, case: Room) -> None:
    topic = filled(case.topic, stage.people[Who.OWNER].words)
    assert _judged(stage, lambda who: topics.presence(stage, who, topic)) == _wanted(case.presence)


@_each(lambda promises: promises.rooms, "topic")
def test_who_may_have_it_replayed(stage: Stage, case: Room) -> None:
    topic = filled(case.topic, stage.people[Who.OWNER].words)
    had = DONE if case.stored else NOTHING
    wanted = {who: had if verdict == DONE else verdict for who, verdict in case.join.items()}
    assert _judged(stage, lambda who: topics.replay(stage, who, topic)) == _wanted(wanted)


@_each(lambda promises: promises.rooms, "topic")
def test_the_public_topic_of_that_name_is_another(stage: Stage, case: Room) -> None:
    topic = filled(case.topic, stage.people[Who.OWNER].words)
    assert _judged(stage, lambda who: topics.public_twin(stage, who, topic)) == _wanted(same(NOTHING))


@_each(lambda promises: promises.watched, "table")
def test_whose_rows_a_watcher_is_shown(stage: Stage, case: Watched) -> None:
    """Also where a project publishes a table that the dialect does not."""
    wanted = {who: NOTHING if verdict == DENIED else verdict for who, verdict in case.expected.items()}
    table = sql.Identifier(stage.dialect.schema, case.table)
    foreign = case.table not in PROMISES[stage.dialect.name].published
    if foreign:
        stage.admin.execute(sql.SQL("alter publication supabase_realtime add table {}").format(table))
    try:
        assert _judged(stage, lambda who: topics.changes(stage, who, case)) == _wanted(wanted)
    finally:
        if foreign:
            stage.admin.execute(sql.SQL("alter publication supabase_realtime drop table {}").format(table))


def test_every_dialect_has_its_promises() -> None:
    assert set(PROMISES) == set(catalog.names()), "write tests/server/matrix/<dialect>.py"


@pytest.mark.parametrize("dialect", PROMISES)
def test_nothing_is_left_out(stage: Stage, dialect: str) -> None:
    promises = PROMISES[dialect]
    tables, functions = stage.tables(), stage.functions()
    verbs = {(act.subject, act.verb) for act in promises.acts}
    assert verbs == {(name, verb) for name in tables for verb in ("read", "write", "update", "delete")} | {
        (name, "call") for name in functions
    }
    assert {case.table for case in promises.watched} == tables
    assert {row[0] for row in stage.sql(PUBLISHED, stage.dialect.schema)} == promises.published
    topics = (
        *stage.dialect.thread_topics("{thread}", "{me}"),
        *stage.dialect.user_topics("{user}", "{me}"),
    )
    assert {case.topic for case in promises.rooms} == {topic.name for topic in topics}
    assert all(topic.private for topic in topics)
    _check_sealed(promises, {topic.name: topic.sealed for topic in topics})


def _check_sealed(promises: Promises, sealed: Mapping[str, bool]) -> None:
    """What the client believes without reading it back is what nobody may say. A topic that only brings
    table changes needs no seal: nobody but the server can say those."""
    for case in promises.rooms:
        quiet = set(case.broadcast.values()) == {DENIED}
        assert quiet or not sealed[case.topic], case.topic


def _opened(stage: Stage, forge: tokens.Forge) -> set[str]:
    """The doors that the owner's token opens, made over by `forge`."""
    owner, promises = stage.people[Who.OWNER], PROMISES[stage.dialect.name]
    good = owner.token or ""
    claims = jwt.decode(good, options={"verify_signature": False})
    topic = filled(promises.rooms[0].topic, owner.words)
    return set(tokens.doors(stage, forge(stage, claims, good), promises.acts[0].subject, topic))


@pytest.mark.parametrize("kind", tokens.FORGED)
@pytest.mark.parametrize("dialect", PROMISES)
def test_a_forged_token_opens_nothing(stage: Stage, dialect: str, kind: str) -> None:
    assert _opened(stage, tokens.FORGED[kind]) == set()


@pytest.mark.parametrize("role", tokens.ROLES)
@pytest.mark.parametrize("dialect", PROMISES)
def test_a_role_that_is_not_for_tokens_opens_nothing(stage: Stage, dialect: str, role: str) -> None:
    assert _opened(stage, tokens.ROLES[role]) == {tokens.ABOUT_ONESELF}


@pytest.mark.parametrize("dialect", PROMISES)
def test_the_good_token_opens_what_the_forged_ones_did_not(stage: Stage, dialect: str) -> None:
    table = PROMISES[dialect].acts[0].subject
    opened = _opened(stage, lambda _stage, _claims, good: good)
    assert opened == {f"/rest/v1/{table}", tokens.ABOUT_ONESELF, "join", "socket"}


@pytest.mark.parametrize("dialect", PROMISES)
def test_a_page_cannot_bring_the_service_role(stage: Stage, dialect: str) -> None:
    url = f"ws://{stage.address}/realtime/v1/websocket?vsn=1.0.0&apikey="
    for key, origin, status in (
        (stage.keys.service_role_key, "http://localhost:3000", 401),
        (stage.keys.publishable_key, "https://evil.example", 403),
    ):
        with pytest.raises(InvalidStatus) as refused, connect(url + key, origin=Origin(origin)):
            pytest.fail("it must not open")
        assert refused.value.response.status_code == status
    with connect(url + stage.keys.publishable_key, origin=Origin("http://localhost:3000")):
        pass
