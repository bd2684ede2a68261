"""A join: judged in the order of the real server, answered by the socket.

Must never put a channel on a topic before its client is known to be allowed there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from supachat.server.realtime.access import Identity, identify, join_refusal
from supachat.server.realtime.channel import Channel, Line
from supachat.server.realtime.frames import Inbound, UserBroadcast
from supachat.server.realtime.hub import Hub, Topic
from supachat.server.realtime.joins import (
    TOPIC_PREFIX,
    JoinConfig,
    Refused,
    Replay,
    chosen_token,
    read_join,
    read_replay,
)
from supachat.server.realtime.replay import stored
from supachat.server.realtime.services import Services
from supachat.server.tokens import TokenError

GOING_AWAY = 1001


def _check_limits(
    services: Services, line: Line, channels: Collection[Channel], config: JoinConfig
) -> None:
    hub, limits = services.hub, services.limits
    if line not in hub.users and len(hub.users) >= limits.users:
        raise Refused("ConnectionRateLimitReached", "Too many connected users")
    if hub.over(hub.joins):
        raise Refused("ClientJoinRateLimitReached", "Too many joins per second", close=GOING_AWAY)
    hub.joins.add(hub.now())
    if len(channels) >= limits.channels_per_socket:
        raise Refused("ChannelRateLimitReached", "Too many channels")
    if (
        sum(len(each.config.bindings) for each in channels) + len(config.bindings)
        > limits.changes_per_socket
    ):
        raise Refused("ChannelRateLimitReached", "Too many postgres_changes")


@contextmanager
def _counted(hub: Hub, line: Line) -> Iterator[None]:
    """The socket is one of the users, unless its first join fails: counted when that is answered, many at
    once would all find room."""
    known = line in hub.users
    hub.users.add(line)
    try:
        yield
    except BaseException:  # a client that goes meanwhile cancels it
        if not known:
            hub.users.discard(line)
        raise


def _identify(services: Services, connection: Identity, frame: Inbound) -> Identity:
    try:
        return identify(chosen_token(frame.payload, connection.token), services.trust, connection.headers)
    except TokenError as error:
        raise join_refusal(error) from error


async def join(
    services: Services, line: Line, connection: Identity, frame: Inbound, channels: Collection[Channel]
) -> tuple[Channel, list[UserBroadcast]]:
    """A channel on the topic, not open yet, and what is to be replayed to it. Raises Refused.

    `channels` are those that the socket has already.
    """
    name = frame.topic[len(TOPIC_PREFIX) :]
    if not name:
        raise Refused("TopicNameRequired", "You must provide a topic name")
    config = read_join(name, frame.payload)
    _check_limits(services, line, channels, config)
    with _counted(services.hub, line):
        who = _identify(services, connection, frame)
        channel = Channel(line, services, Topic(name, config.private), config, who, frame)
        if config.private:
            channel.rights = await services.authoriser.read(who, name, presence=config.presence)
        return channel, await _put_on_topic(services, channel)


async def _put_on_topic(services: Services, channel: Channel) -> list[UserBroadcast]:
    """What is to be replayed to it. Raises Refused."""
    replay = _replay(channel, channel.config)
    services.hub.join(channel.topic, channel)
    try:
        return await stored(services.pool, channel.topic, replay) if replay else []
    except BaseException:  # a client that goes meanwhile cancels it
        channel.leave()
        raise


def _replay(channel: Channel, config: JoinConfig) -> Replay | None:
    if config.replay is None:
        return None
    if not config.private:
        raise Refused("UnableToReplayMessages", "Replay is not allowed for public channels")
    wanted = read_replay(config.replay)
    return wanted if channel.rights.broadcast else None
