"""Stores of every kind: a test that takes ``kind`` runs against all, with ``local`` against those that keep files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.store_writer import Writer
from support.stores import LOCAL, NAME, Kind, chroma_server


@pytest.fixture(scope="session")
def chroma_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a real Chroma server."""
    with chroma_server(tmp_path_factory.mktemp("chroma-server")) as port:
        yield port


@pytest.fixture(params=LOCAL)
def local(request: pytest.FixtureRequest) -> Kind:
    """A store that keeps its files in the workspace."""
    return LOCAL[request.param]


@pytest.fixture(params=[*LOCAL, pytest.param("chroma-server", marks=pytest.mark.slow)])
def kind(request: pytest.FixtureRequest) -> Iterator[Kind]:
    """A store; the collection of the server is empty."""
    if request.param in LOCAL:
        yield LOCAL[request.param]
        return
    port = request.getfixturevalue("chroma_port")
    forget(port)
    yield Kind("chroma", {"host": "127.0.0.1", "port": port})
    forget(port)


def forget(port: int, name: str = NAME) -> None:
    """Delete the collection from the server."""
    import urllib.error
    import urllib.request

    url = f"http://127.0.0.1:{port}/api/v2/tenants/default_tenant/databases/default_database/collections/{name}"
    try:
        urllib.request.urlopen(urllib.request.Request(url, method="DELETE"), timeout=10).close()
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != 404:
            raise


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the component; it need not exist yet."""
    return tmp_path / "store"


@pytest.fixture
def forget_collection(chroma_port: int) -> Iterator[None]:
    """The collection of the server is empty before and after."""
    forget(chroma_port)
    yield
    forget(chroma_port)


@pytest.fixture
def writer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Writer]:
    kind = request.param
    port = None
    if kind == "chroma-server":
        port = request.getfixturevalue("chroma_port")
        request.getfixturevalue("forget_collection")
    made = Writer(kind, tmp_path / "store", port)
    try:
        yield made
    finally:
        made.close()
