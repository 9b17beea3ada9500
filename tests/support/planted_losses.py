"""Plugins with which a loss can be planted exactly, and a whole entry of the ledger to compare with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from potluck.documents import Json
from support.fake_plugins import HASHING_EMBEDDER, install

PLUGINS = '''
"""A loader of JSON that says what it lost, and a splitter that cuts where the text says so."""

import json

from pydantic import SecretStr

import potluck
from potluck.contracts import Config, Loader, Splitter
from potluck.documents import Chunk, Document
from potluck.errors import DocumentLimit, NoText, PasswordNeeded, UnreadableDocument

ERRORS = {"damaged": UnreadableDocument, "locked": PasswordNeeded, "empty": NoText, "large": DocumentLimit}


class NoSettings(Config):
    """None."""


class Password(Config):
    """What opens an encrypted file."""

    password: SecretStr | None = None


class Planted(Loader):
    """A list of documents, each a text with its losses; or the name of an error."""

    isolated = False

    def __init__(self, config, context):
        pass

    def load(self, source):
        said = json.loads(source.path.read_text(encoding="utf-8"))
        if isinstance(said, str):
            raise ERRORS[said](f"planted: {said}")
        for number, (text, *losses) in enumerate(said):
            name = source.name if number == 0 else f"{source.name}#{number}"
            yield Document(source=name, text=text, losses=tuple(losses))


class Marked(Splitter):
    """A chunk a line; a line that ends with > goes on to the next one too, which is a chunk of its own again."""

    def __init__(self, config, context):
        pass

    def split(self, document):
        start, lines = 0, document.text.split("\\n")
        for number, line in enumerate(lines):
            end = start + len(line)
            if line.endswith(">"):
                end += 1 + len(lines[number + 1])
            found = document.text[start:end]
            if found.strip():
                begin = start + len(found) - len(found.lstrip())
                yield Chunk(text=found.strip(), start=begin, end=begin + len(found.strip()))
            start += len(line) + 1


@potluck.hookimpl
def potluck_loader():
    return potluck.Offer("planted documents", Password, Planted)


@potluck.hookimpl
def potluck_splitter():
    return potluck.Offer("marked chunks", NoSettings, Marked)
'''

Sizes: TypeAlias = tuple[int, int] | tuple[int, int, int | None]


def install_planted(site: Path) -> Path:
    """Install the loader ``planted``, the splitter ``marked`` and the embedder ``hashing``."""
    groups = {
        "potluck.loaders": {"planted": "planted_losses_plugins"},
        "potluck.splitters": {"marked": "planted_losses_plugins"},
        "potluck.embedders": {"hashing": "hashing_embedder"},
    }
    modules = {"planted_losses_plugins": PLUGINS, "hashing_embedder": HASHING_EMBEDDER}
    return install(site, "potluck-planted-losses", groups, modules)


def entry(
    unit: str,
    came_in: Sizes,
    out: Sizes,
    *notes: str,
    cut: Sizes = (0, 0),
    dropped: Sizes = (0, 0),
    same: Sizes = (0, 0),
) -> dict[str, Json]:
    """An entry of the ledger as JSON: items, characters and (None where nobody counted) tokens."""
    amounts = {"in": came_in, "out": out, "cut": cut, "dropped": dropped, "deduplicated": same}
    return {"unit": unit, **{name: _amount(sizes) for name, sizes in amounts.items()}, "notes": [*notes]}


def _amount(sizes: Sequence[int | None]) -> Json:
    items, characters, *tokens = sizes
    return {"items": items, "characters": characters, "tokens": tokens[0] if tokens else None}
