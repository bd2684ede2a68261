"""The dialect sessions as tables: roles, kinds, answers that grow, presence in a table, prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.dialects.recorded import attendance, changed

from supachat.dialects import catalog
from supachat.dialects.calls import Rpc
from supachat.dialects.rows import Misfit
from supachat.domain.events import (
    ListStale,
    MessageArrived,
    MessageGone,
    PersonSeen,
    PriceHeard,
)
from supachat.domain.model import (
    Act,
    Alteration,
    Draft,
    Extra,
    Feature,
    Message,
    MessageKind,
    Micros,
    PersonKind,
    Presence,
    Sighting,
    ThreadKey,
)
from supachat.domain.text import Safe

SESSIONS = catalog.load("sessions")
ANN, ME = "c4cb8e11-1135-4b92-9b5b-0edadeb0f677", "98106604-dcb7-46e5-bb67-db3cab3e12c5"
SESSION = "9503846f-d3b9-4547-afd0-3589202cf2e2"
THREAD = ThreadKey("sessions", SESSION)
ID = "fc26a4ce-b6a1-43de-89d0-1178574d7f5c"
ROWS, MINE = f"sessions:{SESSION}", f"sessions-user:{ME}"

# captured on 2026-11-21
ROW: dict[str, Any] = {
    "id": ID,
    "session_id": SESSION,
    "user_id": "assistant",
    "content": "done",
    "role": "assistant",
    "metadata": {"ok": True, "tool": "weather"},
    "created_at": "2026-11-21T06:34:55.634356+00:00",
    "updated_at": "2026-11-21T06:34:55.634356+00:00",
    "status": "delivered",
    "message_type": "adapter_action",
}
LISTED: dict[str, Any] = {
    "session_id": SESSION,
    "user_id": ANN,
    "title": "Help",
    "status": "active",
    "last_activity": "2026-11-21T06:34:55.634356+00:00",
    "created_at": "2026-11-21T06:34:55.535895+00:00",
    "updated_at": "2026-11-21T06:34:55.635889+00:00",
    "metadata": {},
    "members": [
        {"role": "owner", "user_id": ANN, "display_name": "Ann"},
        {"role": "member", "user_id": ME, "display_name": "Bob"},
    ],
    "last_message_id": ID,
    "last_message_at": "2026-11-21T06:34:55.634356+00:00",
    "last_message_author": "assistant",
    "last_message_role": "assistant",
    "last_message_preview": "done",
    "unread": 2,
    "read_message_id": None,
    "read_at": None,
}
SEEN = {
    "user_id": ANN,
    "session_id": SESSION,
    "status": "away",
    "last_seen": "2026-11-21T06:34:55.682339+00:00",
    "is_typing": False,
    "typing_in_session": None,
    "metadata": {},
}
PRICE: dict[str, Any] = {
    "id": "c682c873-5994-4a73-ad6a-f20655c41115",
    "symbol": "BTC",
    "price": 50000.1,
    "change_24h": 0,
    "change_percentage_24h": -1.25,
    "market_cap": 0,
    "volume_24h": 0,
    "last_updated": "2026-11-21T06:34:55.66297+00:00",
}


def told(topic: str, kind: str, record: Any, table: str, old: Any = None) -> tuple[object, ...]:
    data = changed(kind, record, table=table, schema="sessions", old=old)
    return SESSIONS.told(topic, data, private=True, me=ME)


def message(**columns: Any) -> Message:
    (found,) = SESSIONS.messages([{**ROW, **columns}], THREAD, ME)
    return found


def test_an_assistant_that_the_list_names_is_known_by_that_name_and_is_not_the_other_one() -> None:
    sol = {"role": "assistant", "user_id": "assistant", "display_name": "Sol"}
    (thread,), people = SESSIONS.threads([{**LISTED, "members": [*LISTED["members"], sol]}], ME)
    assert [(one.name, one.kind) for one in people] == [("Ann", "person"), ("Sol", "assistant")]
    assert thread.other == ANN
    (alone,), _ = SESSIONS.threads([{**LISTED, "members": [sol]}], ME)
    assert alone.other is None
    assert SESSIONS.assisted


def test_what_it_can_do() -> None:
    able = {Feature.EDIT, Feature.DELETE, Feature.RENAME, Feature.ARCHIVE, Feature.STATUS, Feature.CREATE}
    assert able | {Feature.PRICES, Feature.AWAY, Feature.INVITE, Feature.LEAVE} <= SESSIONS.features
    assert SESSIONS.statuses == ("active", "inactive", "archived")


# ---------------------------------------------------------------- rows


def test_a_session() -> None:
    (thread,), people = SESSIONS.threads([LISTED], ME)
    assert (thread.title, thread.owner, thread.status, thread.archived) == ("Help", ANN, "active", False)
    assert [one.name for one in people] == ["Ann"]
    (archived,), _ = SESSIONS.threads([{**LISTED, "status": "archived"}], ME)
    assert archived.archived


def test_what_a_program_did_is_its_facts() -> None:
    assert message().extra == Extra(
        MessageKind.ACTION,
        PersonKind.ASSISTANT,
        facts=((Safe("ok"), Safe("true")), (Safe("tool"), Safe("weather"))),
    )


@pytest.mark.parametrize(
    ("columns", "wanted"),
    [
        ({"message_type": "voice"}, Extra(MessageKind.VOICE, PersonKind.ASSISTANT)),
        ({"status": "sending"}, Extra(role=PersonKind.ASSISTANT, growing=True)),
        (
            {"status": "error"},
            Extra(role=PersonKind.ASSISTANT, trouble=Safe("the server marked it error")),
        ),
        ({"role": "user"}, Extra(role=PersonKind.PERSON)),
        ({"role": "system"}, Extra(role=PersonKind.SYSTEM)),
        ({"role": "else", "status": "else"}, None),
    ],
)
def test_what_a_row_says_beside_its_text(columns: dict[str, Any], wanted: Extra | None) -> None:
    assert message(**{"metadata": {}, "message_type": "text", **columns}).extra == wanted


def test_facts_of_a_stranger_are_bounded() -> None:
    extra = message(metadata={f"k{n}": "\x1b" * 3 for n in range(500)}).extra
    assert extra is not None
    assert len(extra.facts) == 20
    assert "\x1b" not in "".join(value for _, value in extra.facts)


def test_an_edit_and_a_delete_are_functions() -> None:
    draft = Draft("d", THREAD, "new", Micros(1), act=Act.EDIT, target=ID)
    wanted = Rpc("supachat_edit", {"_message_id": ID, "_content": "new"}, "sessions")
    assert SESSIONS.acts.change_call(draft, ME) == wanted
    gone = Draft("d", THREAD, "", Micros(1), act=Act.DELETE, target=ID)
    assert SESSIONS.acts.change_call(gone, ME) == Rpc("supachat_delete", {"_message_id": ID}, "sessions")


@pytest.mark.parametrize(("value", "word"), [("on", "archived"), ("off", "active")])
def test_archiving_is_a_status(value: str, word: str) -> None:
    call = SESSIONS.beside.alter_call(SESSION, Alteration.ARCHIVE, value, ME)
    assert call == Rpc("supachat_set_status", {"_session_id": SESSION, "_status": word}, "sessions")


# ---------------------------------------------------------------- changes


def test_an_answer_grows_by_updates() -> None:
    growing = {**ROW, "content": "do", "status": "sending", "updated_at": "2026-11-21T06:34:56+00:00"}
    (event,) = told(ROWS, "UPDATE", growing, "chat_messages", {"id": ID})
    assert isinstance(event, MessageArrived)
    assert event.changed
    assert event.message.extra is not None
    assert event.message.extra.growing


def test_a_delete_reaches_everybody_by_its_key() -> None:
    assert told(MINE, "DELETE", None, "chat_messages", {"id": ID}) == (MessageGone("sessions", ID),)
    assert told(ROWS, "DELETE", None, "chat_messages", {"id": ID}) == (), "no filter could hold it"


def test_a_session_that_changes_moves_the_list() -> None:
    assert told(MINE, "UPDATE", {"id": SESSION}, "chat_sessions", {}) == (ListStale("sessions"),)


def test_presence_in_a_table() -> None:
    at = Micros(1_795_242_895_682_339)
    seen = PersonSeen(THREAD, ANN, Sighting(Presence.AWAY, at=at))
    assert told(ROWS, "UPDATE", SEEN, "user_presence", {"user_id": ANN}) == (seen,)
    assert told(ROWS, "INSERT", {**SEEN, "user_id": ME}, "user_presence") == (), "oneself is no news"


def test_presence_is_written_by_a_function() -> None:
    call = SESSIONS.beside.presence_call(SESSION, Presence.AWAY, ME)
    assert call == Rpc("supachat_set_presence", {"_session_id": SESSION, "_status": "away"}, "sessions")


def test_what_people_say_of_themselves_is_kept_of_members_only() -> None:
    state = attendance((ANN, {"status": "online", "user_name": "Annie", "last_action": "reading"}))
    heard = SESSIONS.present(f"sessions-typing:{SESSION}", state, ME, lambda thread: (ANN, ME))
    assert heard is not None
    assert heard.sightings == {ANN: Sighting(Presence.ONLINE, Safe("Annie"), Safe("reading"))}
    nobody = SESSIONS.present(f"sessions-typing:{SESSION}", state, ME, lambda thread: (ME,))
    assert nobody is not None
    assert (nobody.present, nobody.sightings) == ({}, {})


# ---------------------------------------------------------------- prices


def test_a_price_is_exact() -> None:
    (event,) = told(MINE, "INSERT", PRICE, "crypto_prices")
    assert isinstance(event, PriceHeard)
    tick = event.tick
    assert (tick.symbol, tick.price, tick.change) == ("BTC", Decimal("50000.1"), Decimal("-1.25"))


def test_the_last_price_of_each_symbol() -> None:
    older = {**PRICE, "price": 1, "last_updated": "2026-11-20T00:00:00+00:00"}
    found = SESSIONS.beside.prices([older, PRICE, {**PRICE, "symbol": "ADA"}])
    assert [(tick.symbol, tick.price) for tick in found] == [
        ("ADA", Decimal("50000.1")),
        ("BTC", Decimal("50000.1")),
    ]
    assert SESSIONS.beside.prices_call() == Rpc("supachat_prices", {}, "sessions")


@pytest.mark.parametrize("price", ["NaN", "Infinity", "dear", True, [], float("inf")])
def test_what_is_no_price_is_nothing(price: object) -> None:
    assert told(MINE, "INSERT", {**PRICE, "price": price}, "crypto_prices") == ()
    with pytest.raises(Misfit, match="a number in price"):
        SESSIONS.beside.prices([{**PRICE, "price": price}])
