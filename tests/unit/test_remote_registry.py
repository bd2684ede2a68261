"""One registry of topics: joined once, heard by every source that asked."""

from __future__ import annotations

from supachat.dialects.calls import Topic
from supachat.domain.events import ListStale, PeopleUnheard, ThreadDeaf, ThreadReady
from supachat.domain.model import ThreadKey
from supachat.remote.registry import Registry


def two_topics(key: ThreadKey) -> tuple[Topic, ...]:
    return (
        Topic(f"chat:{key.id}", sealed=True, replication_ready=True),
        Topic(f"typing:{key.id}", presence_key="me"),
    )


def names(registry: Registry) -> list[str]:
    return [topic.name for topic in registry.wanted()]


def key(id_: str, source: str = "direct") -> ThreadKey:
    return ThreadKey(source, id_)


def test_the_open_thread_first_then_the_reader_then_rows_then_the_rest() -> None:
    registry = Registry(60, two_topics)
    registry.user_topics("direct", [Topic("user:1", sealed=True)])
    registry.watch([key("a"), key("b"), key("c")])
    assert names(registry) == [
        "chat:a", "typing:a", "user:1", "chat:b", "chat:c", "typing:b", "typing:c",
    ]  # fmt: skip


def test_ready_means_the_topic_with_the_rows() -> None:
    registry = Registry(60, two_topics)
    registry.watch([key("a")])
    assert registry.ready("typing:a") == []
    assert registry.ready("chat:a") == [ThreadReady(key("a"))]
    assert registry.lost("typing:a") == [PeopleUnheard(key("a"))]
    assert registry.lost("chat:a") == [ThreadDeaf(key("a"))]
    assert registry.lost("chat:a") == []


def test_a_topic_of_people_that_is_lost_is_told_for_each_thread_of_it() -> None:
    """Also where the thread's rows never flowed, or flow on."""
    shared = Topic("typing", presence_key="me")
    registry = Registry(60, lambda k: (Topic(f"chat:{k.id}", sealed=True), shared))
    registry.watch([key("a"), key("b")])
    registry.ready("chat:a")
    assert registry.lost("typing") == [PeopleUnheard(key("a")), PeopleUnheard(key("b"))]
    assert registry.is_ready(key("a"))


def test_a_thread_with_two_topics_of_rows_is_ready_with_both() -> None:
    registry = Registry(60, lambda k: (Topic("r1", sealed=True), Topic("r2", sealed=True)))
    registry.watch([key("a")])
    assert registry.ready("r1") == []
    assert registry.ready("r2") == [ThreadReady(key("a"))]
    assert registry.lost("r1") == [ThreadDeaf(key("a"))]


def test_the_readers_own_topic_makes_the_list_stale_each_time() -> None:
    registry = Registry(60, two_topics)
    registry.user_topics("direct", [Topic("user:1", sealed=True)])
    assert registry.ready("user:1") == [ListStale("direct")]
    assert registry.lost("user:1") == []
    assert registry.ready("user:1") == [ListStale("direct")]


def test_a_thread_that_comes_back_is_ready_at_once() -> None:
    registry = Registry(60, two_topics)
    registry.watch([key("a"), key("b")])
    registry.ready("chat:a")
    registry.watch([key("b")])
    assert "chat:a" in names(registry), "kept while there is room"
    assert registry.watch([key("a"), key("b")]) == [ThreadReady(key("a"))]
    assert registry.watch([key("b"), key("a")]) == [], "it was told already"


def test_the_least_wanted_leave_when_there_is_no_room() -> None:
    registry = Registry(7, two_topics)
    registry.user_topics("direct", [Topic("user:1")])
    registry.watch([key(id_) for id_ in "abc"])
    registry.watch([key("d"), key("a")])
    assert names(registry) == ["chat:d", "typing:d", "user:1", "chat:a", "chat:b", "typing:a", "typing:b"]
    registry.ready("chat:b")
    registry.watch([key("e"), key("f"), key("g")])
    assert not registry.is_ready(key("b"))
    assert len(names(registry)) == 7


def test_one_topic_of_two_sources_is_one_join_that_both_hear() -> None:
    def shared(k: ThreadKey) -> tuple[Topic, ...]:
        sealed = k.source == "direct"
        return (Topic("shared", private=sealed, sealed=sealed, presence_key="" if sealed else "me"),)

    registry = Registry(60, shared)
    registry.watch([key("a"), key("b", "rooms")])
    [topic] = registry.wanted()
    assert (topic.private, topic.presence_key) == (True, "me")
    assert [(a.source, a.topic.sealed) for a in registry.askers("shared")] == [
        ("direct", True), ("rooms", False),
    ]  # fmt: skip
    assert registry.ready("shared") == [ThreadReady(key("a")), ThreadReady(key("b", "rooms"))]


def test_a_thread_whose_topics_are_not_known_yet_gets_them_later() -> None:
    """Asked for before the sign-in is through: who we are in the source names the topics."""
    known: list[Topic] = []
    registry = Registry(60, lambda k: tuple(known))
    registry.watch([key("a")])
    assert registry.wanted() == ()
    known.append(Topic("chat:a", sealed=True))
    registry.watch(registry.watched)
    assert names(registry) == ["chat:a"]


def test_clear_forgets_everything() -> None:
    registry = Registry(60, two_topics)
    registry.user_topics("direct", [Topic("user:1")])
    registry.watch([key("a")])
    registry.ready("chat:a")
    registry.clear()
    assert registry.wanted() == ()
    assert registry.watched == ()
    assert registry.watch([key("a")]) == []


def test_a_thread_that_is_wanted_again_before_its_topic_was_left_is_ready() -> None:
    """Nobody tells that it flows a second time: it would be polled, and called incomplete, for ever."""
    registry = Registry(4, two_topics)
    registry.watch([key("a")])
    registry.ready("chat:a")
    registry.watch([key("b"), key("c")])
    assert "chat:a" not in names(registry)
    assert registry.watch([key("a")]) == [ThreadReady(key("a"))]
    registry.watch([key("b"), key("c")])
    assert registry.lost("chat:a") == [], "it was left after all"
    assert registry.watch([key("a")]) == []
