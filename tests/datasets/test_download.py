"""Downloads: from a local server, refused if a byte differs, with a remedy if they fail."""

import functools
import hashlib
import logging
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hedgeresearch.datasets import download, sources
from hedgeresearch.errors import DataError, MissingDataError

BYTES = b"date,price\n2020-01-01,1\n"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(tmp_path_factory):
    """Return a folder that is served on the loopback, and its address."""
    folder = tmp_path_factory.mktemp("served")
    with ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=folder)
    ) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv(download.FOLDER_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def source(server, monkeypatch):
    """Return the path of a file to download, served with the right bytes."""
    folder, address = server
    (folder / "prices.csv").write_bytes(BYTES)
    listed = sources.Source(
        "owner/name", "c" * 40, "prices.csv", "MIT", hashlib.sha256(BYTES).hexdigest()
    )
    monkeypatch.setattr(sources.Source, "address", property(lambda self: f"{address}/{self.path}"))
    monkeypatch.setitem(download.SOURCES, "prices.csv", listed)
    return folder / "prices.csv"


def test_file_is_downloaded_once_and_announced(source: Path, cache: Path, caplog) -> None:
    with caplog.at_level(logging.WARNING):
        file = download.fetch("prices.csv")
    assert file == cache / "prices.csv"
    assert file.read_bytes() == BYTES
    (line,) = caplog.messages
    assert "prices.csv (license: MIT)" in line
    source.unlink()
    assert download.fetch("prices.csv") == file  # from the cache
    assert [path.name for path in cache.iterdir()] == ["prices.csv"]
    assert len(caplog.messages) == 1


def test_download_with_other_bytes_is_refused(source: Path, cache: Path) -> None:
    source.write_bytes(BYTES + b"2020-01-02,2\n")
    with pytest.raises(
        DataError, match=r"must have the sha256 .*; got .*kept aside as .*prices.csv.refused"
    ):
        download.fetch("prices.csv")
    assert [path.name for path in cache.iterdir()] == ["prices.csv.refused"]
    assert (cache / "prices.csv.refused").read_bytes() == source.read_bytes()
    source.write_bytes(BYTES)
    assert download.fetch("prices.csv").read_bytes() == BYTES


def test_changed_cached_file_is_refused(source: Path, cache: Path) -> None:
    cache.mkdir()
    (cache / "prices.csv").write_bytes(b"changed")
    with pytest.raises(DataError, match="got " + hashlib.sha256(b"changed").hexdigest()):
        download.fetch("prices.csv")
    assert (cache / "prices.csv.refused").read_bytes() == b"changed"
    assert download.fetch("prices.csv").read_bytes() == BYTES  # downloaded again


def test_failed_download_names_address_and_hash(source: Path, cache: Path) -> None:
    source.unlink()
    wanted = hashlib.sha256(BYTES).hexdigest()
    with pytest.raises(
        MissingDataError, match=rf"Save http://127.*/prices.csv \(sha256 {wanted}\) as "
    ) as refused:
        download.fetch("prices.csv")
    assert "\n" not in str(refused.value)
    assert list(cache.iterdir()) == []  # nothing half-written


def test_folder_that_cannot_be_written_has_its_remedy(source: Path, cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    with pytest.raises(
        MissingDataError, match=r"must be a folder that can be written: .*\. Name one in "
    ) as refused:
        download.fetch("prices.csv")
    assert "http" not in str(refused.value)


def test_unreadable_file_is_refused(source: Path, cache: Path) -> None:
    (cache / "prices.csv").mkdir(parents=True)
    with pytest.raises(
        DataError,
        match=r"prices\.csv must be a file that can be read: Is a directory\. Move it away",
    ):
        download.fetch("prices.csv")


def test_unknown_name_is_refused_with_all_names() -> None:
    with pytest.raises(
        DataError, match=r"name must be one of all_exchanges\.csv, .*; got 'prices'"
    ):
        download.fetch("prices")


def test_cache_folder_expands_a_home(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(download.FOLDER_VARIABLE, "~/data")
    assert download.cache_folder() == tmp_path / "data"
    monkeypatch.setenv(download.FOLDER_VARIABLE, "~nosuchuser/data")
    with pytest.raises(
        DataError, match="must name a folder; got '~nosuchuser/data', and there is no such user"
    ):
        download.cache_folder()


def test_cache_folder_defaults_to_the_user_cache(monkeypatch) -> None:
    monkeypatch.delenv(download.FOLDER_VARIABLE, raising=False)
    assert download.cache_folder().name == "hedgeresearch"


@pytest.mark.parametrize("name", list(sources.SOURCES))
def test_files_at_hand_have_the_listed_hashes(data_dir: Path, name: str) -> None:
    listed = sources.SOURCES[name]
    assert hashlib.sha256((data_dir / name).read_bytes()).hexdigest() == listed.sha256
    assert f"/{listed.commit}/" in sources.Source.address.fget(listed)
