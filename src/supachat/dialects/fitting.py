"""Answers that do not fit their map, told with the source's name and a cure."""

from __future__ import annotations

from supachat.dialects.rows import Misfit
from supachat.domain.errors import DialectError


def misfit(source: str, what: str) -> DialectError:
    """Something that the source's map has no way to say or do."""
    return DialectError(f"the source {source}: {what}")


class Fitting:
    """A `with` block whose misfits become a DialectError that names the source."""

    def __init__(self, source: str) -> None:
        self._source = source

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Misfit):
            raise DialectError(
                f"the tables of {self._source} do not fit its map: {error}",
                cure="Nothing was lost. Install the dialect's SQL again, or mend the map",
            ) from error
