"""The metadata of GGUF files: reading a field, and copying one to another file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from potluck.errors import MissingDependency
from potluck.installation import pip_command_of_extra

ARCHITECTURE = "general.architecture"

_WRITTEN_ANEW = (ARCHITECTURE, "general.file_type", "general.quantization_version")


def open_gguf(path: Path) -> Any:
    """The ``GGUFReader`` of a file. Raises ``MissingDependency`` without ``gguf``, and what that raises."""
    try:
        import gguf
    except ImportError:
        raise MissingDependency(
            f"{path}: reading GGUF files needs the package 'gguf'. Run: {pip_command_of_extra('transformers')}"
        ) from None
    return gguf.GGUFReader(path)


def read_field(path: Path, name: str) -> str:
    """The value of a field; empty if the file has none. Raises as ``open_gguf`` does."""
    field = open_gguf(path).fields.get(name)
    return "" if field is None else str(field.contents())


def fields_of(reader: Any) -> Mapping[str, Any]:
    """The fields of a file by name, without those that tell only how the file is laid out."""
    return {name: field for name, field in reader.fields.items() if not name.startswith("GGUF.")}


def copy_fields(fields: Mapping[str, Any], writer: Any) -> None:
    """Write all fields but those that say of what architecture and precision the file is."""
    for name, field in fields.items():
        if name not in _WRITTEN_ANEW:
            inner = field.types[1] if len(field.types) > 1 else None
            writer.add_key_value(name, field.contents(), field.types[0], inner)
