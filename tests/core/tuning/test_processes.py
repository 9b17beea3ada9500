"""Processes that train together: who writes, who computes what, and what alone needs no group.

Modules: ``potluck.tuning.processes``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
import torch.distributed as dist

from potluck.tuning.processes import Processes, is_main_process


@pytest.mark.parametrize(("rank", "first"), [(None, True), ("0", True), ("1", False), ("10", False)])
def test_the_first_of_several_is_the_one_that_speaks(
    monkeypatch: pytest.MonkeyPatch, rank: str | None, first: bool
) -> None:
    monkeypatch.delenv("RANK", raising=False)
    if rank is not None:
        monkeypatch.setenv("RANK", rank)
    assert is_main_process() is first
    assert Processes(int(rank or 0), 11).first is first


@pytest.mark.parametrize("count", [None, "1", "0"])
def test_a_process_alone_joins_nobody(monkeypatch: pytest.MonkeyPatch, count: str | None) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    if count is not None:
        monkeypatch.setenv("WORLD_SIZE", count)
    assert Processes.join("cpu") == Processes(0, 1, "cpu")
    assert not dist.is_initialized()


def test_every_item_is_in_one_share() -> None:
    items = list("甲乙丙丁戊己庚")
    shares = [Processes(rank, 3).share(items) for rank in range(3)]
    assert shares == [["甲", "丁", "庚"], ["乙", "戊"], ["丙", "己"]]
    assert Processes().share(items) == items
    assert Processes(2, 3).share(items[:2]) == []


def test_alone_a_sum_and_the_largest_are_ones_own() -> None:
    tensor = torch.tensor([2.0, 3.0])
    alone = Processes()
    alone.sum_over_all([tensor])
    alone.wait()
    assert tensor.tolist() == [2.0, 3.0]
    assert alone.max_over_all(-7) == -7


@pytest.fixture
def _group() -> Iterator[None]:
    """A group of processes with one member."""
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    yield
    dist.destroy_process_group()


@pytest.mark.usefixtures("_group")
def test_with_others_a_group_that_is_there_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert Processes.join("cpu") == Processes(0, 1, "cpu"), "rank and count are the group's"
    several = Processes(0, 2)
    tensors = [torch.tensor([2.0]), torch.tensor([3.0])]
    several.sum_over_all(tensors)
    several.wait()
    assert [float(one) for one in tensors] == [2.0, 3.0]
    assert several.max_over_all(7) == 7
