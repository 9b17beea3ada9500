"""The licence of a model is what its own files call it, and nothing where they do not say.

Modules: ``potluck.models.licences``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.models.licences import licence_of

gguf = pytest.importorskip("gguf")


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlanguage: zh\nlicense: apache-2.0\n---\n# 模型\n", "apache-2.0"),
        ('---\nlicense: "cc-by-4.0"\n---\n', "cc-by-4.0"),
        ("---\nbase_model: x\n---\nlicense: mit\n", ""),
        ("# no front matter\nlicense: mit\n", ""),
        (None, ""),
    ],
)
def test_a_folder_says_it_in_its_model_card(card: str | None, licence: str, tmp_path: Path) -> None:
    if card is not None:
        (tmp_path / "README.md").write_text(card, encoding="utf-8")

    assert licence_of(tmp_path) == licence


@pytest.mark.parametrize("licence", ["apache-2.0", ""])
def test_a_gguf_file_says_it_in_its_metadata(licence: str, tmp_path: Path) -> None:
    writer = gguf.GGUFWriter(tmp_path / "model.gguf", "llama")
    if licence:
        writer.add_license(licence)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    assert licence_of(tmp_path / "model.gguf") == licence
