"""The rules of stores that take more than one process find what is broken, by name.

Modules: ``potluck.testing.store_processes``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from potluck.contracts.store import Collection
from potluck.testing import store_processes
from support.kits import breaks, rules_of
from support.plain_store import Plain


class TwoFiles(Plain):
    """Ids in one file and vectors in another, each written whole."""

    def open(self, collection: Collection) -> None:
        self.collection, self.rows = collection, dict[str, Any]()
        if self.path.is_file() and self.names.is_file():
            names, rows = (json.loads(path.read_text(encoding="utf-8")) for path in (self.names, self.path))
            self.rows = dict(zip(names, np.array(rows, dtype=np.float32), strict=False))

    @property
    def names(self) -> Path:
        return self.path.with_suffix(".names")

    def put(self, path: Path, said: Any) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(json.dumps(said), encoding="utf-8")
        new.replace(path)

    def commit(self) -> None:
        self.put(self.names, list(self.rows))
        time.sleep(0.2)
        self.put(self.path, [row.tolist() for row in self.rows.values()])


class IdsAtOnce(TwoFiles):
    """Writes the ids when they are added, and the vectors when it commits."""

    def add(self, ids: Sequence[str], vectors: Any) -> None:
        super().add(ids, vectors)
        self.put(self.names, list(self.rows))


class InHalves(Plain):
    def commit(self) -> None:
        kept = self.rows
        self.rows = dict(list(kept.items())[::2])
        super().commit()
        time.sleep(0.05)
        self.rows = kept
        super().commit()


MUTANTS = [
    (IdsAtOnce, "killed-before-a-commit"),
    (TwoFiles, "killed-in-a-commit"),
    (InHalves, "other-processes-read"),
]  # fmt: skip


@pytest.mark.parametrize(("mutant", "rule"), MUTANTS)
def test_a_broken_store_is_told_by_the_rule_that_it_breaks(tmp_path: Path, mutant: Any, rule: str) -> None:
    assert breaks("store", rule, mutant, tmp_path)


def test_every_rule_of_the_module_is_broken_by_one_of_them() -> None:
    assert {rule for _, rule in MUTANTS} == rules_of(store_processes)
