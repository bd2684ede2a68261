"""Every wait, limit and share of this room as one value, so that a test can scale them all.

Must never read a clock; it only says how long.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waits:
    """Times in seconds unless said otherwise."""

    # the socket
    open: float = 8.0
    """A handshake may take this long."""
    heartbeat: float = 15.0
    silence: float = 25.0
    """Nothing received for so long means dead."""
    way: float = 1.5
    """Seen twice in this, a way that is lost ends the connection."""
    answer: float = 6.0
    """A heartbeat without an answer for so long is overdue (a refused join holds it up for 5 s)."""
    join: float = 20.0
    """A join is answered within this, or it has failed (a refused one is answered after 5 s)."""
    send: float = 5.0
    """A frame that does not get out within this is given up."""

    ack: float = 5.0
    """A broadcast that the server is to acknowledge and does not within this: nobody can say."""

    # trying again
    backoff_first: float = 0.5
    backoff_cap: float = 30.0
    healthy: float = 30.0
    """A connection or topic that lived so long is forgiven its earlier failures."""
    brief: float = 1.0
    """A connection that ended within this was taken and dropped: the waits grow twice as fast."""
    poke_gap: float = 5.0
    """A poke never tries sooner than this after the last attempt."""
    storm: float = 60.0
    """Within any such stretch there are at most `attempts_max` attempts to connect."""
    tell: float = 1.0
    """When a topic was last heard is told at most once in this."""
    limited: float = 30.0
    """The least wait after the server spoke of a rate limit."""
    halted: float = 60.0
    """The least wait after the server said that this project or key is none of its own."""

    # topics
    replication: float = 3.0
    """So long we wait for the server to say that broadcasts from the database flow."""
    renewal: float = 2.0
    """So long a topic whose token has ended waits for another."""
    presence: float = 10.0
    """Presence is told at most once in this: the sixth call in 30 s closes the channel."""
    typing: float = 0.5
    poll: float = 5.0

    # tokens
    token_tick: float = 30.0
    token_left: float = 60.0
    """A join or a connection wants a token that lives at least so long."""
    token_early: float = 300.0
    """Renew when no more than this is left, even before `token_share` of its life is over."""
    token_share: float = 0.75
    """A share of the token's life, not seconds."""
    doze: float = 2.0
    """After waking from suspend it takes no longer than this until that is noticed."""
    resume_jump: float = 20.0
    """The wall clock running ahead of the monotonic one by this means that the machine slept."""

    # the rest
    http: float = 10.0
    http_whole: float = 120.0
    """A server that sends a byte now and then is not silent, and would keep a request for ever."""
    http_connect: float = 5.0
    keyring: float = 3.0
    lock: float = 15.0
    """So long we wait for another process to finish its refresh."""
    close: float = 0.8

    # counts
    attempts_max: int = 20
    joins_in_flight: int = 10
    topics_max: int = 60
