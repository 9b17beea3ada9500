"""Naming plugins that fail or return values of a wrong type."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from potluck.errors import BrokenPlugin, PotluckError


@contextmanager
def name_failures(label: str) -> Iterator[None]:
    """Raise ``BrokenPlugin``, which begins with the label, for any exception that is not a ``PotluckError``."""
    try:
        yield
    except PotluckError:
        raise
    except Exception as error:
        raise BrokenPlugin(f"{label} failed: {type(error).__name__}: {error}") from error


def name_type(value: object) -> str:
    """The type of a value with its article: ``a list``, ``an int``, ``None``."""
    return "None" if value is None else with_article(type(value).__name__)


def with_article(name: str) -> str:
    """The name of a class with its article: ``an Embedder``."""
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"
