"""Who is present on one topic: a state, and the difference that each call makes.

Pure. A tracker is one channel of one socket; several trackers with one key are several metas under it.
Must never report a difference for a call that changed nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Meta: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Diff:
    """The payload of `presence_diff`: key -> {"metas": [...]} on both sides."""

    joins: Mapping[str, Any] = field(default_factory=dict)
    leaves: Mapping[str, Any] = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        """As the wire has it."""
        return {"joins": dict(self.joins), "leaves": dict(self.leaves)}


def _one(key: str, meta: Meta) -> dict[str, Any]:
    return {key: {"metas": [dict(meta)]}}


class Roster:
    """The presence of one topic. `new_ref` makes the `phx_ref` of a meta."""

    def __init__(self, new_ref: Callable[[], str]) -> None:
        self._new_ref = new_ref
        self._metas: dict[Hashable, tuple[str, dict[str, Any]]] = {}

    def __bool__(self) -> bool:
        return bool(self._metas)

    def track(self, tracker: Hashable, key: str, payload: Meta) -> Diff | None:
        """Present with that payload from now on; None if it was already so."""
        known = self._metas.get(tracker)
        previous = known[1] if known else None
        if previous is not None and _without_refs(previous) == dict(payload):
            return None
        meta: dict[str, Any] = {**payload, "phx_ref": self._new_ref()}
        if previous is not None:
            meta["phx_ref_prev"] = previous["phx_ref"]
        self._metas[tracker] = (key, meta)
        return Diff(_one(key, meta), _one(key, previous) if previous is not None else {})

    def untrack(self, tracker: Hashable) -> Diff | None:
        """Gone; None if it was not there."""
        known = self._metas.pop(tracker, None)
        return Diff(leaves=_one(*known)) if known else None

    def state(self) -> dict[str, Any]:
        """The payload of `presence_state`, oldest tracker first."""
        state: dict[str, Any] = {}
        for key, meta in self._metas.values():
            state.setdefault(key, {"metas": []})["metas"].append(dict(meta))
        return state


def _without_refs(meta: Meta) -> dict[str, Any]:
    return {name: value for name, value in meta.items() if name not in ("phx_ref", "phx_ref_prev")}
