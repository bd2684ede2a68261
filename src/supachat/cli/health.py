"""`supachat health`: the health panel's figures for the shell, once the link has settled.

The lines are for people. `--json` prints one object in ASCII:

    {"workspace": str, "grade": "green" | "yellow" | "red", "state": a LinkState, "reason": str,
     "connect_s", "round_trip_s", "latency_s": seconds or null,
     "clock_skew_s": seconds, positive where this computer is ahead, or null while nothing is connected,
     "uptime": 0..1 of the last hour, or null where it was never connected,
     "drops_last_hour", "queued", "failed", "strays": int, "missed_by_realtime": int of the last hour,
     "backlog": int or null,
     "tables_answer": bool, or null while nothing is connected, "partly_polled": bool, "last_error": str,
     "last_error_ago_s": seconds or null, "topics": [{"name", "state", "error": str, "error_ago_s",
     "active_ago_s", "next_try_in_s": seconds or null}],
     "outbox": [{"source", "thread", "title": str, "act": "send" | "edit" | "delete", "state": "queued" |
     "sending" | "failed", "age_s": seconds, "tries": int, "reason": str}]}

What a message says is in neither.

Exit 0 where the grade is green or yellow, 1 where it is red. A link that is still trying when the wait
is over is red: it had its time.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import click

from supachat.assemble import Desk, desk
from supachat.assemble.on_disk import waiting_on_disk
from supachat.cli.headless import headless, need_workspace
from supachat.cli.options import workspace_options
from supachat.domain.errors import SessionEnded, SupachatError
from supachat.domain.health import Grade, Health, LinkState, TopicHealth, TopicState, Waiting
from supachat.domain.model import DraftState
from supachat.domain.text import Safe, safe_line
from supachat.settings import Workspace

_UP = (LinkState.CONNECTED, LinkState.POLLING)
_SETTLED = (TopicState.CONNECTED, TopicState.PARKED, TopicState.LIMITED, TopicState.ERROR)


@click.command()
@click.option("--json", "json_", is_flag=True, help="One JSON object, in ASCII.")
@click.option(
    "--wait", default=10.0, show_default=True, metavar="SECONDS", help="How long to let the link settle."
)
@workspace_options
def health(json_: bool, wait: float, workspace: str | None, vault: str | None) -> int:
    """How good the link to the workspace is, in numbers. Exit 1 where it is red."""
    here = desk(vault)
    where = need_workspace(here, workspace)
    found = asyncio.run(_look(here, where, wait))
    waiting = waiting_on_disk(here, where)
    health = at_the_end(with_outbox(found, waiting), wait)
    report = as_report(health, waiting, where.name, time.monotonic())
    print(json.dumps(report) if json_ else "\n".join(lines(report)))
    return 1 if health.grade is Grade.RED else 0


async def _look(here: Desk, where: Workspace, seconds: float) -> Health:
    async with headless(here, where) as session:
        began = time.monotonic()
        try:
            await session.signed_in(seconds)
            left = max(0.0, seconds - (time.monotonic() - began))
            await session.until(lambda: settled(session.client.health) or None, left)
        except SessionEnded as error:
            link = replace(session.client.health.link, state=LinkState.SIGNED_OUT)
            return Health(replace(link, reason=safe_line(str(error))))
        except SupachatError:
            pass  # what was reached by then is what is to be told
        return session.client.health


def with_outbox(health: Health, waiting: Sequence[Waiting]) -> Health:
    """The link as this command found it, and what other runs left to be sent: it holds no draft itself."""
    failed = sum(draft.state is DraftState.FAILED for draft in waiting)
    graded = Grade.RED if failed else health.grade
    return replace(health, queued=len(waiting) - failed, failed=failed, grade=graded)


def at_the_end(health: Health, waited: float) -> Health:
    """The figures with the grade and the reason that they have once nobody waits any longer."""
    link = health.link
    if link.state in _UP and not link.mute:
        return health
    reason = link.reason or health.last_error or Safe(f"no answer within {waited:g} s")
    return replace(health, link=replace(link, reason=reason), grade=Grade.RED)


def settled(health: Health) -> bool:
    """Connected, with a round trip measured and every topic joined or refused."""
    link = health.link
    joined = bool(link.topics) and all(topic.state in _SETTLED for topic in link.topics)
    return link.state is LinkState.CONNECTED and link.round_trip is not None and joined


def as_report(health: Health, waiting: Sequence[Waiting], workspace: str, now: float) -> dict[str, Any]:
    """The object of `--json`. `now` is monotonic seconds."""
    link = health.link
    return {
        "workspace": workspace,
        "grade": health.grade.value,
        "state": link.state.value,
        "reason": str(link.reason),
        "connect_s": link.connect_time,
        "round_trip_s": link.round_trip,
        "latency_s": health.latency,
        "clock_skew_s": link.clock_skew if link.state in _UP else None,
        "uptime": health.uptime,
        "drops_last_hour": health.drops,
        "queued": health.queued,
        "failed": health.failed,
        "missed_by_realtime": health.missed,
        "strays": link.strays,
        "backlog": health.backlog,
        "tables_answer": not link.silent if link.state in _UP else None,
        "partly_polled": link.polled,
        "last_error": str(health.last_error),
        "last_error_ago_s": _ago(health.last_error_at, now),
        "topics": [_topic(topic, now) for topic in link.topics],
        "outbox": [_draft(draft) for draft in waiting],
    }


def _topic(topic: TopicHealth, now: float) -> dict[str, Any]:
    return {
        "name": str(topic.name),
        "state": topic.state.value,
        "error": str(topic.error),
        "error_ago_s": _ago(topic.error_at, now),
        "active_ago_s": _ago(topic.active_at, now),
        "next_try_in_s": None if topic.next_try_at is None else round(topic.next_try_at - now, 3),
    }


def _draft(draft: Waiting) -> dict[str, Any]:
    return {
        "source": draft.thread.source,
        "thread": draft.thread.id,
        "title": str(draft.title),
        "act": draft.act.value,
        "state": draft.state.value,
        "age_s": round(draft.age, 3),
        "tries": draft.tries,
        "reason": str(draft.reason),
    }


def _ago(at: float | None, now: float) -> float | None:
    return None if at is None else round(now - at, 3)


def lines(report: dict[str, Any]) -> list[str]:
    """The object as lines, the topics and drafts last, each with what is wrong with it."""
    plain = {key: value for key, value in report.items() if key not in ("topics", "outbox")}
    shown = [f"{key.replace('_', ' '):20} {_said(value)}" for key, value in plain.items()]
    for topic in report["topics"]:
        why = f"  ({topic['error']})" if topic["error"] else ""
        shown.append(f"topic {topic['state']:14} {topic['name']}{why}")
    for draft in report["outbox"]:
        tries = f"{draft['age_s']:.0f} s old, {draft['tries']} tries"
        why = f"{tries}: {draft['reason']}" if draft["reason"] else tries
        shown.append(f"draft {draft['state']:14} {draft['title']}  ({why})")
    return shown


def _said(value: object) -> str:
    if value is None or value == "":
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
