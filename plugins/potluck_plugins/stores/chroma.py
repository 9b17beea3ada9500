"""Chroma: a database in the workspace, or a Chroma server.

Wraps chromadb (Apache-2.0, https://github.com/chroma-core/chroma). It is always given vectors: it never embeds, never
fetches a model, and its telemetry is off. What it finds (its hnsw graph is approximate) is scored and ordered as the
exact store does it.

In the workspace, a commit keeps a copy of the whole database, with checksums, and puts it in place in one step. Chroma
itself works on a private copy of that: it writes to its files in place, even when it only reads, and a process that
opens them half-written ends with a segmentation fault.

With ``host``, every addition and deletion is sent at once and is as durable as the server makes it: a commit has
nothing left to do. Chroma changes a record as a whole, so an interrupted run lacks some ids and has no wrong vector.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, TypeVar

from pydantic import Field

import potluck
from potluck.contracts import Collection, Config, Context, Hits, Vectors, VectorStore
from potluck.egress import is_loopback
from potluck.errors import EgressRefused, PotluckError, RemoteError, StorageFailed
from potluck_plugins.stores._shared.chroma_records import Records, check_written, chromadb_with
from potluck_plugins.stores._shared.committed import CommittedStore
from potluck_plugins.stores._shared.generations import Generations
from potluck_plugins.stores._shared.pending import checked_query, checked_vectors
from potluck_plugins.stores._shared.workcopy import WorkCopy

_PAUSES = (0.25, 1.0)
"""Seconds before a server that cannot be reached is asked again."""
_TIMEOUT = 60.0
"""Seconds that a server may take for an answer."""

T = TypeVar("T")


class ChromaConfig(Config):
    """Where the database is; without a host in the workspace."""

    host: str | None = None
    """Name or address of a Chroma server."""

    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    """TCP port of the server."""

    ssl: bool = False
    """Whether to speak TLS with the server."""


class ChromaFolder(CommittedStore):
    """A Chroma database in the workspace. What is added is seen after the commit."""

    exact = False

    def __init__(self, config: ChromaConfig, context: Context) -> None:
        self._folder = context.folder
        self._work: WorkCopy | None = None
        self._client: Any = None

    def open(self, collection: Collection) -> None:
        """Find what was committed last; Chroma starts when it is first needed."""
        self.close()
        self._begin(collection, Generations(self._folder / collection.name, "potluck chroma 1", collection))
        self._batches = self._files.read()

    def _reload(self) -> None:
        self.close()
        self._batches = self._files.read()

    def _write_pending(self) -> None:
        """Change the private database, stop Chroma so that its files rest, and keep a copy of them."""
        ids, rows = self._pending.added_rows()
        try:
            with self._records() as records:
                records.delete(sorted(self._pending.touched_ids.difference(ids)))
                records.upsert(ids, rows)
            self._disconnect()
            assert self._work is not None
            check_written(self._work.folder)
            self._batches = self._files.write([], self._work.files())
        except BaseException:
            self.close()
            raise
        self._pending.clear()

    def search(self, vector: Vectors, k: int) -> Hits:
        """Search all that is committed."""
        query = checked_query(vector, self._collection)
        if not self._batches:
            return Hits((), ())
        with self._records() as records:
            return records.search(query, k)

    def ids(self) -> set[str]:
        """All committed ids."""
        if not self._batches:
            return set()
        with self._records() as records:
            return records.ids()

    def count(self) -> int:
        """How many are committed."""
        if not self._batches:
            return 0
        with self._records() as records:
            return records.count()

    def close(self) -> None:
        """Stop Chroma and remove the private copy."""
        self._disconnect()
        if self._work is not None:
            self._work.close()
            self._work = None

    @contextmanager
    def _records(self) -> Iterator[Records]:
        """The records of the private database; what Chroma says of its files becomes ``StorageFailed``."""
        if self._work is None:
            self._work = WorkCopy(self._files.folder, self._batches[0].content if self._batches else {})
        chromadb, settings = chromadb_with()
        try:
            if self._client is None:
                self._client = chromadb.PersistentClient(str(self._work.folder), settings)
                self._opened = Records(self._client, self._collection)
            yield self._opened
        except chromadb.errors.ChromaError as error:
            raise StorageFailed(
                f"{self._work.folder}: Chroma says: {error}; what was committed before is kept: make room for three "
                "copies of the collection, and run the same command again"
            ) from error

    def _disconnect(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


class ChromaServer(VectorStore):
    """A collection on a Chroma server. Raises ``RemoteError`` if the server does not answer as it should."""

    exact = False

    def __init__(self, config: ChromaConfig, context: Context) -> None:
        self._config = config
        self._network = context.network
        self._address = f"http{'s' if config.ssl else ''}://{config.host}:{config.port}"
        self._client: Any = None

    def open(self, collection: Collection) -> None:
        """Find the collection. Raises ``EgressRefused`` if the recipe does not allow to ask the server."""
        if (host := sends_to(self._config)) and not self._network:
            raise EgressRefused(f"the store would send vectors to {host}, and this run may not send anything")
        self.close()
        self._collection = collection
        self._client = self._ask(self._connect)
        self._records = Records(self._client, collection)
        self._ask(self._records.find)

    def add(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Send vectors to the server."""
        rows = checked_vectors(ids, vectors, self._collection)
        last = {given: position for position, given in enumerate(ids)}
        if last:
            self._ask(lambda: self._records.upsert(list(last), rows[list(last.values())]))

    def delete(self, ids: Sequence[str]) -> None:
        """Have the server delete vectors."""
        self._ask(lambda: self._records.delete(sorted(set(ids))))

    def commit(self) -> None:
        """Nothing: the server has confirmed every call."""

    def search(self, vector: Vectors, k: int) -> Hits:
        """Search all that the server has."""
        query = checked_query(vector, self._collection)
        return self._ask(lambda: self._records.search(query, k))

    def ids(self) -> set[str]:
        """All ids that the server has."""
        return self._ask(self._records.ids)

    def count(self) -> int:
        """How many the server has."""
        return self._ask(self._records.count)

    def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            for session in _sessions(self._client):
                session.close()
            self._client.close()
            self._client = None

    def _connect(self) -> Any:
        config = self._config
        assert config.host is not None
        import httpx

        httpx.get(f"{self._address}/api/v2/heartbeat", timeout=_TIMEOUT).raise_for_status()
        chromadb, settings = chromadb_with(chroma_server_host=config.host, chroma_server_http_port=config.port)
        client = chromadb.HttpClient(config.host, config.port, config.ssl, settings=settings)
        for session in _sessions(client):
            session.timeout = _TIMEOUT
        return client

    def _ask(self, call: Callable[[], T]) -> T:
        """Call, again after a pause where the server cannot be reached: every request may be repeated."""
        import httpx

        for pause in (*_PAUSES, None):
            try:
                return call()
            except PotluckError:
                raise
            except Exception as error:
                if pause is None or not isinstance(error, httpx.TransportError):
                    raise RemoteError(
                        f"the Chroma server at {self._address} did not answer as it should: "
                        f"{type(error).__name__}: {error}; check host and port, and that it runs"
                    ) from error
                time.sleep(pause)
        raise AssertionError("the last pause is None")


def sends_to(config: ChromaConfig) -> str | None:
    """The server, unless it is this machine."""
    return None if config.host is None or is_loopback(config.host) else config.host


def _make(config: ChromaConfig, context: Context) -> VectorStore:
    return ChromaServer(config, context) if config.host is not None else ChromaFolder(config, context)


def _sessions(client: Any) -> list[Any]:
    """The HTTP sessions of a client, which it neither closes nor limits in time."""
    return [part._server._session for part in (client, client._admin_client)]


@potluck.hookimpl
def potluck_store() -> potluck.Offer[VectorStore]:
    """The Chroma store."""
    return potluck.Offer(
        "Chroma: a database in the workspace, or a server",
        ChromaConfig,
        _make,
        requires=("chromadb",),
        extra="chroma",
        sends_to=sends_to,
    )
