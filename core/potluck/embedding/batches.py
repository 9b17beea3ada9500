"""Asking for many things in batches, where a batch may be too large, or fail for one of its items.

A batch that takes too long is asked in halves, and later batches are as small. A refused batch is halved until the
items are found that are refused on their own, so that no other item suffers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from potluck.errors import PotluckError, RemoteTimeout, TextsRefused, UnusableVectors
from potluck.reporting import in_current_stage

if TYPE_CHECKING:
    from potluck.contracts import Vectors

T = TypeVar("T")

_REFUSALS = (TextsRefused, UnusableVectors)


@dataclass(slots=True, eq=False)
class _Family:
    """A refused batch, with everything that is asked instead of it."""

    size: int
    left: int
    error: PotluckError
    largest: int = 0
    """Items of the largest batch of it that was answered."""
    some_refused: bool = False
    probed: bool = False


@dataclass(frozen=True, slots=True)
class _Batch(Generic[T]):
    items: Sequence[T]
    family: _Family | None = None


class Batches(Generic[T]):
    """Asks ``call`` for the vectors of items, ``at_once`` batches at the same time. ``refused`` are those without.

    ``probe`` says whether the service works at all, ``tell`` says to people that batches become smaller. Unless
    ``go_on``, no further batch is begun once an item was refused.
    """

    def __init__(
        self,
        call: Callable[[Sequence[T]], Vectors],
        size: int,
        at_once: int = 1,
        *,
        probe: Callable[[], bool],
        tell: Callable[[str], None],
        go_on: bool,
    ) -> None:
        """Nothing is asked yet."""
        self.refused: list[tuple[T, PotluckError]] = []
        self._call, self._size, self._at_once = call, max(1, size), at_once
        self._probe, self._tell, self._go_on = probe, tell, go_on
        self._halves: deque[_Batch[T]] = deque()
        self._items: Sequence[T] = ()
        self._begun = 0

    def of(self, items: Sequence[T]) -> Iterator[tuple[Sequence[T], Vectors]]:
        """Each batch with its vectors as soon as they arrive.

        When one fails for another reason, those under way are still yielded before the error is raised.
        """
        self._items, self._begun = items, 0
        if self._at_once > 1:
            yield from self._at_the_same_time()
            return
        while (batch := self._next()) is not None:
            try:
                vectors = self._call(batch.items)
            except PotluckError as error:
                self._handle_failure(batch, error)
            else:
                self._note_answer(batch)
                yield batch.items, vectors

    def _at_the_same_time(self) -> Iterator[tuple[Sequence[T], Vectors]]:
        failed: BaseException | None = None
        with ThreadPoolExecutor(self._at_once) as pool:
            running: dict[Future[Vectors], _Batch[T]] = {}
            while True:
                while failed is None and len(running) < self._at_once and (batch := self._next()) is not None:
                    running[pool.submit(in_current_stage(self._call), batch.items)] = batch
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    batch = running.pop(future)
                    error = future.exception()
                    if error is None:
                        self._note_answer(batch)
                        yield batch.items, future.result()
                    elif failed is None:
                        failed = self._lasting_error(batch, error)
        if failed is not None:
            raise failed

    def _next(self) -> _Batch[T] | None:
        if self._halves:
            return self._halves.popleft()
        if self._begun >= len(self._items) or (self.refused and not self._go_on):
            return None
        items = self._items[self._begun : self._begun + self._size]
        self._begun += len(items)
        return _Batch(items)

    def _lasting_error(self, batch: _Batch[T], error: BaseException) -> BaseException | None:
        """The error, unless asking for less may help."""
        if not isinstance(error, PotluckError):
            return error
        try:
            self._handle_failure(batch, error)
        except PotluckError as lasting:
            return lasting
        return None

    def _handle_failure(self, batch: _Batch[T], error: PotluckError) -> None:
        """Ask for less if that may help; otherwise raise the error."""
        count = len(batch.items)
        if isinstance(error, RemoteTimeout) and count > 1:
            half = (count + 1) // 2
            if half < self._size:
                self._size = half
                self._tell(f"{error}; {count} texts at once are too many, going on with {half} (batch_size: {half})")
            self._halve(batch, batch.family)
        elif isinstance(error, _REFUSALS):
            family = batch.family or _Family(count, count, error)
            if count > 1:
                self._halve(batch, family)
            else:
                self._refuse(batch.items[0], family, error)
        else:
            raise error

    def _halve(self, batch: _Batch[T], family: _Family | None) -> None:
        middle = (len(batch.items) + 1) // 2
        self._halves.extendleft(_Batch(part, family) for part in (batch.items[middle:], batch.items[:middle]))

    def _refuse(self, item: T, family: _Family, error: PotluckError) -> None:
        """Count one item as refused, unless nothing else is answered either."""
        if not family.largest and not family.probed:
            family.probed = True
            if not self._probe():
                raise family.error
        self.refused.append((item, error))
        family.some_refused = True

    def _note_answer(self, batch: _Batch[T]) -> None:
        family, count = batch.family, len(batch.items)
        if family is None:
            return
        family.left -= count
        family.largest = max(family.largest, count)
        if not family.left and not family.some_refused and family.largest < self._size:
            self._size = family.largest
            self._tell(
                f"{family.error}; {family.size} texts at once are refused, and {self._size} are not: "
                f"going on with that (batch_size: {self._size})"
            )
