"""While one process commits again and again, others read: each sees the whole of one commit."""

from __future__ import annotations

import pytest

from support.store_writer import Writer, is_after, progress
from support.stores import LOCAL

STEPS = {"exact": 60, "faiss-flat": 60, "faiss-hnsw": 60, "faiss-ivf": 60, "chroma": 15}


@pytest.mark.parametrize(
    "writer",
    [pytest.param(kind, marks=pytest.mark.slow if kind in ("faiss-hnsw", "faiss-ivf") else ()) for kind in LOCAL],
    indirect=True,
)
def test_readers_see_whole_commits_while_a_writer_writes(writer: Writer) -> None:
    kind = LOCAL[writer.kind]
    assert writer.run(1) == 0
    with kind.opened(writer.folder) as first:
        assert is_after(first, 1)
        writer.start(STEPS[writer.kind])
        writer.ready()
        readings, at = 0, 1
        while at < STEPS[writer.kind]:
            done = progress(writer.log)[1]
            with kind.opened(writer.folder) as reader:
                begun = progress(writer.log)[0]
                seen = [step for step in range(done, begun + 1) if is_after(reader, step)]
            assert seen, f"neither after step {done} nor after any other up to {begun}"
            assert seen[0] >= at, "a reader does not go back in time"
            readings, at = readings + 1, seen[0]
        assert writer.wait() == 0
        assert readings >= 3
        assert is_after(first, 1), "who had it open goes on as it was at its opening"
