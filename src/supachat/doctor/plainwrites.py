"""What a map's sending and its topics are allowed, where the doctor's own probes do not reach.

Writes nothing that stays: a message is sent only under `tx=rollback`, and only to a server that has shown
with a change of no row that it takes that.
"""

from __future__ import annotations

from supachat.dialects.calls import Insert, Rpc
from supachat.doctor import sql
from supachat.doctor.findings import Note, Trouble, Unseen
from supachat.doctor.project import Reader, Source


async def writes(source: Source, reader: Reader) -> str:
    """By a row that a constraint refuses; where that says nothing, by one that is rolled back."""
    try:
        return await source.writes()
    except (Note, Unseen):
        call, _ = source.sending()
        part, schema, ask = source.dialect.map.messages, source.dialect.schema, reader.examiner
        if not isinstance(call, Rpc | Insert) or not await ask.rolls_back(part.table, part.key, schema):
            raise
        if not await ask.may_call(call):
            raise Trouble(
                "you may not write into your own thread",
                sql.writing(schema, part.table, call),
            ) from None
        return "allowed (it was written and rolled back)"


async def topics(source: Source, reader: Reader) -> str:
    """Every topic of the reader and of one thread can be joined."""
    found = source.topics()
    if not found:
        raise Note("this map names no topic: what is new is fetched every few seconds")
    for topic in found:
        joined = await reader.join(topic)
        if joined.refusal:
            raise Trouble(f"{topic.name}: {joined.refusal}", sql.listening(source.dialect.name))
    private = sum(topic.private for topic in found)
    return f"{len(found)} joined, {private} of them private"
