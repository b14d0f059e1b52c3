"""Downloads: from a server of this machine, refused if a byte differs, told of where they cannot be had."""

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
    """A folder that is served on the loopback, and its address."""
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
    """A file to download, served with the right bytes."""
    folder, address = server
    (folder / "prices.csv").write_bytes(BYTES)
    listed = sources.Source(
        "owner/name", "c" * 40, "prices.csv", "MIT", hashlib.sha256(BYTES).hexdigest()
    )
    monkeypatch.setattr(sources.Source, "address", property(lambda self: f"{address}/{self.path}"))
    monkeypatch.setitem(download.SOURCES, "prices.csv", listed)
    return folder / "prices.csv"


def test_a_file_is_downloaded_once_and_announced(source: Path, cache: Path, caplog) -> None:
    with caplog.at_level(logging.WARNING):
        file = download.fetch("prices.csv")
    assert file == cache / "prices.csv"
    assert file.read_bytes() == BYTES
    (line,) = caplog.messages
    assert "prices.csv (licence: MIT)" in line
    source.unlink()
    assert download.fetch("prices.csv") == file  # from the cache
    assert [path.name for path in cache.iterdir()] == ["prices.csv"]
    assert len(caplog.messages) == 1


def test_a_download_with_other_bytes_is_refused_and_kept_aside(source: Path, cache: Path) -> None:
    source.write_bytes(BYTES + b"2020-01-02,2\n")
    with pytest.raises(
        DataError, match=r"must have the sha256 .*; got .*kept aside as .*prices.csv.refused"
    ):
        download.fetch("prices.csv")
    assert [path.name for path in cache.iterdir()] == ["prices.csv.refused"]
    assert (cache / "prices.csv.refused").read_bytes() == source.read_bytes()
    source.write_bytes(BYTES)
    assert download.fetch("prices.csv").read_bytes() == BYTES


def test_a_cached_file_that_was_changed_is_refused_and_kept_aside(
    source: Path, cache: Path
) -> None:
    cache.mkdir()
    (cache / "prices.csv").write_bytes(b"changed")
    with pytest.raises(DataError, match="got " + hashlib.sha256(b"changed").hexdigest()):
        download.fetch("prices.csv")
    assert (cache / "prices.csv.refused").read_bytes() == b"changed"
    assert download.fetch("prices.csv").read_bytes() == BYTES  # downloaded again


def test_no_network_and_no_cache_is_told_in_one_line_with_address_and_hash(
    source: Path, cache: Path
) -> None:
    source.unlink()
    wanted = hashlib.sha256(BYTES).hexdigest()
    with pytest.raises(
        MissingDataError, match=rf"Save http://127.*/prices.csv \(sha256 {wanted}\) as "
    ) as refused:
        download.fetch("prices.csv")
    assert "\n" not in str(refused.value)
    assert list(cache.iterdir()) == []  # nothing half-written


def test_a_folder_that_cannot_be_written_is_told_with_another_mend(
    source: Path, cache: Path
) -> None:
    cache.write_text("a file where the folder should be")
    with pytest.raises(
        MissingDataError, match=r"must be a folder that can be written: .*\. Name one in "
    ) as refused:
        download.fetch("prices.csv")
    assert "http" not in str(refused.value)


def test_what_cannot_be_read_under_the_name_is_refused(source: Path, cache: Path) -> None:
    (cache / "prices.csv").mkdir(parents=True)
    with pytest.raises(
        DataError,
        match=r"prices\.csv must be a file that can be read: Is a directory\. Move it away",
    ):
        download.fetch("prices.csv")


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(
        DataError, match=r"name must be one of all_exchanges\.csv, .*; got 'prices'"
    ):
        download.fetch("prices")


def test_the_folder_of_a_home(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(download.FOLDER_VARIABLE, "~/data")
    assert download.folder() == tmp_path / "data"
    monkeypatch.setenv(download.FOLDER_VARIABLE, "~nosuchuser/data")
    with pytest.raises(
        DataError, match="must name a folder; got '~nosuchuser/data', and there is no such user"
    ):
        download.folder()


def test_the_user_cache_without_a_setting(monkeypatch) -> None:
    monkeypatch.delenv(download.FOLDER_VARIABLE, raising=False)
    assert download.folder().name == "hedgeresearch"


@pytest.mark.parametrize("name", list(sources.SOURCES))
def test_the_files_at_hand_are_the_listed_ones(data_dir: Path, name: str) -> None:
    listed = sources.SOURCES[name]
    assert hashlib.sha256((data_dir / name).read_bytes()).hexdigest() == listed.sha256
    assert f"/{listed.commit}/" in sources.Source.address.fget(listed)
