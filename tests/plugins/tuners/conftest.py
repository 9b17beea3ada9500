from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from potluck import plugins
from potluck.contracts import Context
from potluck.sources import Sources

torch = pytest.importorskip("torch")
pytest.importorskip("peft")

Make: TypeAlias = Callable[..., Any]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from support.tuning import make_model

    return make_model(tmp_path_factory.mktemp("tiny") / "model")


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """``make("lora", r=4)``."""

    def made(name: str, **settings: Any) -> Any:
        offered = plugins.offer(plugins.find("tuner", name))
        return offered.make(offered.config(**settings), Context(tmp_path, tmp_path, Sources(tmp_path)))

    return made
