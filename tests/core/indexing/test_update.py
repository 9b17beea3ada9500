"""Indexing computes only what has changed, and ends in the same state whatever happened before.

Modules: ``potluck.indexing.update``, ``potluck.stages.embed``, ``potluck.stages.index``, ``potluck.stages.load``,
``potluck.embedding.call``, ``potluck.embedding.pooling``, ``potluck.components.lengths``,
``potluck.workspace.catalogue``.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from potluck import Recipe
from potluck.errors import NoDocuments, NoReadableDocument, RecipeError, RemoteError, WindowExceeded
from support.indexed_notes import contents, index, many, write


def embedded(folder: Path) -> list[str]:
    log = folder.parent / "embedded.log"
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


def test_a_second_run_finds_everything_done(folder: Path) -> None:
    many(folder, 5)
    first = index(folder)

    second = index(folder)

    assert first.documents.added == 5
    assert second.documents.unchanged == 5
    assert second.chunks.unchanged == first.chunks.added > 5
    assert (second.loaded, second.split, second.embedded, second.reused) == (0, 0, 0, first.embedded)


def test_only_the_changed_chunks_of_a_changed_file_are_embedded(folder: Path) -> None:
    many(folder, 20)
    index(folder)
    before = embedded(folder)
    text = (folder / "notes" / "note7.txt").read_text(encoding="utf-8")
    write(folder, note7=text + "\n\n一個新的段落。")

    report = index(folder)

    assert (report.documents.changed, report.documents.unchanged) == (1, 19)
    assert report.embedded == len(embedded(folder)) - len(before) == 1
    assert embedded(folder)[-1] == "一個新的段落。"
    assert contents(folder) == contents(folder, "documents=notes/*.tx?")


def test_a_removed_file_leaves_the_index_and_a_renamed_one_embeds_nothing(folder: Path) -> None:
    many(folder, 4)
    index(folder)
    (folder / "notes" / "note0.txt").unlink()
    (folder / "notes" / "note1.txt").rename(folder / "notes" / "renamed.txt")

    report = index(folder)

    assert (report.documents.added, report.documents.removed, report.documents.unchanged) == (1, 2, 2)
    assert report.embedded == 0


def test_equal_texts_are_embedded_once_and_kept_apart(folder: Path) -> None:
    write(folder, one="同樣的一句話。", two="同樣的一句話。", three="別的話。")

    report = index(folder)

    assert (report.chunks.added, report.embedded) == (3, 2)
    assert report.ledger.as_json()["embed"]["deduplicated"]["items"] == 1


@pytest.mark.parametrize("override", ["retriever.k=2", "chat.max_tokens=9", "prompt='{context} {question}'"])
def test_swapping_what_comes_after_the_index_computes_nothing(folder: Path, override: str) -> None:
    many(folder, 3)
    index(folder)

    report = index(folder, override)

    assert (report.loaded, report.split, report.embedded) == (0, 0, 0)


@pytest.mark.parametrize("store", ["faiss", "chroma"])
def test_swapping_the_store_embeds_nothing_and_finds_the_same(folder: Path, store: str) -> None:
    many(folder, 6)
    index(folder)
    count = len(embedded(folder))

    def nearest(*overrides: str) -> list[str]:
        with Recipe.load(folder / "recipe.yaml", overrides) as recipe:
            return [passage.id for passage in recipe.retriever().retrieve("This is sentence 3", 4)]

    assert nearest(f"store={store}") == nearest()
    assert len(embedded(folder)) == count


def test_swapping_the_embedder_loads_and_splits_nothing(folder: Path) -> None:
    many(folder, 3)
    first = index(folder)

    report = index(folder, "embedder.dimensions=8")

    assert (report.loaded, report.split, report.embedded) == (0, 0, first.embedded)


def test_a_batch_size_is_not_another_embedder(folder: Path) -> None:
    many(folder, 3)
    index(folder)

    assert index(folder, "embedder.batch_size=1").embedded == 0


@pytest.mark.parametrize("damage", ["delete", "truncate", "flip"])
def test_a_damaged_store_is_filled_again_without_embedding(folder: Path, damage: str) -> None:
    many(folder, 5)
    before = contents(folder)
    files = [path for path in (folder / ".potluck" / "stores").rglob("*") if path.is_file()]
    path = max(files, key=lambda one: one.stat().st_size)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    if damage == "delete":
        path.unlink()
    else:
        path.write_bytes(content[: len(content) // 2] if damage == "truncate" else content)
    count = len(embedded(folder))

    assert contents(folder) == before
    assert len(embedded(folder)) == count


def test_what_was_embedded_before_a_failure_is_not_embedded_again(folder: Path) -> None:
    many(folder, 6)
    with pytest.raises(RemoteError, match="run again"):
        index(folder, "embedder.fail_after=2")
    assert len(embedded(folder)) == 8

    index(folder, "embedder.fail_after=2", "embedder.batch_size=1000")

    assert len(embedded(folder)) == len(set(embedded(folder)))


def test_a_chunk_longer_than_the_window_is_an_error_that_names_it(folder: Path) -> None:
    write(folder, long="長" * 50, short="短")

    with pytest.raises(
        WindowExceeded, match=r"1 of the chunks.*the 20 tokens.*\n  notes/long.txt, characters 0 to 50: 50"
    ):
        index(folder, "embedder.window=20")

    assert embedded(folder) == []


def test_cutting_by_consent_is_counted(folder: Path) -> None:
    write(folder, long="長" * 50, short="短")

    report = index(folder, "embedder.window=20", "embedder.fit=cut")

    assert report.ledger.as_json()["embed"]["cut"] == {"items": 1, "characters": 30, "tokens": 30}


def test_pooling_embeds_every_piece(folder: Path) -> None:
    text = "".join(chr(0x4E00 + n) for n in range(50))
    write(folder, long=text)

    index(folder, "embedder.window=20", "embedder.fit=pool")

    assert "".join(embedded(folder)) == text
    (vector,) = contents(folder, "embedder.window=20", "embedder.fit=pool").values()
    assert np.linalg.norm(np.frombuffer(vector, "<f4")) == pytest.approx(1, abs=1e-5)


def test_a_file_that_cannot_be_read_does_not_stop_the_others(folder: Path) -> None:
    write(folder, good="好的。", empty="")
    (folder / "notes" / "pipe.txt").symlink_to("nowhere")

    report = index(folder)

    assert report.documents.added == 1
    assert {failure.source: failure.error for failure in report.failures} == {
        "notes/empty.txt": "NoText",
        "notes/pipe.txt": "DocumentInaccessible",
    }
    assert report.ledger.as_json()["load"]["dropped"]["items"] == 2
    assert [failure.source for failure in index(folder).failures] == ["notes/pipe.txt", "notes/empty.txt"]


def test_a_file_that_the_system_did_not_let_be_read_is_read_once_it_does(folder: Path) -> None:
    write(folder, good="好的。")
    (folder / "notes" / "late.txt").symlink_to("nowhere")
    index(folder)

    (folder / "notes" / "nowhere").write_text("短鋼軌。", encoding="utf-8")
    report = index(folder)

    assert (report.documents.added, report.failures) == (1, [])


def test_documents_of_which_none_can_be_read_are_an_error_that_says_why(folder: Path) -> None:
    write(folder, 空=" ")
    with pytest.raises(NoReadableDocument, match=r"^the only document could not be read: notes/空\.txt: "):
        index(folder)

    write(folder, **{f"empty{number}": "" for number in range(5)})
    with pytest.raises(NoReadableDocument) as raised:
        index(folder)
    head, *listed = str(raised.value).splitlines()
    assert head == "none of the 6 documents could be read:"
    assert [line.partition(": ")[0] for line in listed[:5]] == [f"  notes/empty{number}.txt" for number in range(5)]
    assert listed[5:] == ["  and 1 more"]


def test_an_index_stays_as_it_was_where_no_document_can_be_read_any_more(folder: Path) -> None:
    write(folder, good="好的。")
    index(folder)

    write(folder, good="")
    with pytest.raises(NoReadableDocument):
        index(folder)
    write(folder, good="好的。")
    assert index(folder).documents.unchanged == 1


def test_no_documents_is_said_with_the_pattern(folder: Path) -> None:
    with pytest.raises(NoDocuments, match=r"notes/\*\.txt: no document matches"):
        index(folder)


def test_private_documents_and_a_remote_component_are_refused_at_the_component(folder: Path) -> None:
    recipe = folder / "private.yaml"
    recipe.write_text(
        "documents: {path: notes/*.txt, private: true}\nembedder: {use: hashing, send: api.example.com}\n"
    )

    with pytest.raises(RecipeError, match=r"private\.yaml:2:17: the documents are private.*api\.example\.com"):
        Recipe.load(recipe)


def test_an_index_report_is_json(folder: Path) -> None:
    many(folder, 2)

    report = json.loads(json.dumps(index(folder).as_json()))

    assert report["documents"] == {"added": 2, "changed": 0, "removed": 0, "unchanged": 0}
    assert set(report["ledger"]) == {"load", "split", "embed"}


def test_chunks_of_another_index_are_not_found(folder: Path) -> None:
    many(folder, 3)
    (folder / "other").mkdir()
    (folder / "other" / "a.txt").write_text("只有這一句。", encoding="utf-8")
    index(folder)

    with Recipe.load(folder / "recipe.yaml", ["documents=other"]) as recipe:
        passages = recipe.retriever().retrieve("什麼", 10)

    assert [passage.source for passage in passages] == ["other/a.txt"]


def test_a_file_that_cannot_be_read_is_not_parsed_again_when_another_one_changes(folder: Path) -> None:
    write(folder, good="one text", other="another text")
    (folder / "notes" / "broken.docx").write_bytes(b"PK\x03\x04 and then nothing of a document")
    both = "documents=[notes/*.txt, notes/*.docx]"

    assert (index(folder, both).loaded, len(index(folder, both).failures)) == (3, 1)
    write(folder, other="another text, changed")
    changed = index(folder, both)
    write(folder, other="another text, changed again")
    again = index(folder, both)

    assert (changed.loaded, len(changed.failures)) == (1, 1)
    assert (again.loaded, len(again.failures)) == (1, 1)
