"""Files are written as a whole or not at all, and never over their sources."""

import os
import resource
import stat
from pathlib import Path

import pytest

import hedgeresearch as hr
from hedgeresearch.report._atomic_write import check_different_files, check_writable, write_text


def test_file_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for text in ("first é\n", "second\r\n"):
        write_text(path, text, "it")
        assert path.read_bytes() == text.encode()
    assert os.listdir(tmp_path) == ["a.txt"]


def test_permissions_are_kept_or_the_usual_ones(tmp_path: Path) -> None:
    old = tmp_path / "old"
    new = tmp_path / "new"
    usual = tmp_path / "usual"
    old.touch()
    old.chmod(0o640)
    usual.touch()
    write_text(old, "a", "it")
    write_text(new, "a", "it")
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert new.stat().st_mode == usual.stat().st_mode


def test_link_still_leads_to_the_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    link = tmp_path / "link"
    file.write_text("old")
    link.symlink_to(file)
    write_text(link, "new", "it")
    assert link.is_symlink()
    assert file.read_text() == "new"


def test_interrupted_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    path = tmp_path / "a.txt"
    path.write_text("old")
    monkeypatch.setattr(Path, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_text(path, "new", "it")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_file_over_the_size_limit_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(
            hr.DataError, match=r"^the report must be a file that can be written; .*a.txt: File too"
        ):
            write_text(path, "x" * 5000, "the report")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that has no room")
def test_device_is_written_to_and_not_replaced() -> None:
    check_writable("/dev/full", "it")
    with pytest.raises(
        hr.DataError, match="it must be a file that can be written; /dev/full: No space left"
    ):
        write_text("/dev/full", "x", "it")
    write_text("/dev/null", "x", "it")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_unwritable_files_are_refused_before_the_work(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("old")
    check_writable(kept, "it")
    check_writable(tmp_path / "new", "it")
    assert os.listdir(tmp_path) == ["kept"]
    assert kept.read_text() == "old"
    for path in (tmp_path, tmp_path / "absent" / "a.txt", kept / "a.txt"):
        with pytest.raises(hr.DataError, match="it must be a file that can be written"):
            check_writable(path, "it")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_protected_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o444)
    for attempt in (lambda: check_writable(path, "it"), lambda: write_text(path, "new", "it")):
        with pytest.raises(hr.DataError, match="Permission denied"):
            attempt()
    assert path.read_text() == "old"


def test_targets_must_differ_from_sources_and_each_other(tmp_path: Path) -> None:
    source = tmp_path / "in"
    link = tmp_path / "link"
    source.touch()
    link.hardlink_to(source)
    check_different_files(
        {"a": tmp_path / "x", "b": tmp_path / "y", "c": None}, {"s": source, "t": None}
    )
    check_different_files({"a": Path("/dev/null"), "b": Path("/dev/null")}, {})
    for targets in ({"a": source}, {"a": link}, {"a": tmp_path / "sub" / ".." / "in"}):
        with pytest.raises(
            hr.DataError,
            match="a must be another file than s, which it would overwrite; got .* Choose",
        ):
            check_different_files(targets, {"s": source})
    with pytest.raises(hr.DataError, match="b must be another file than a"):
        check_different_files({"a": tmp_path / "x", "b": tmp_path / "." / "x"}, {})
