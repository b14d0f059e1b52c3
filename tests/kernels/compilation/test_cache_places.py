"""Places of compiled kernels where folders cannot be written.

A file that has the name of the folder stands for a folder that cannot be written: tests may be run
by root, for whom every folder can.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.compilation import cache_places, kernels
from hedgeresearch._kernels.compilation.cache_places import Cache, Place, find_cache, first_writable

COMPILE = """\
from hedgeresearch._kernels.arithmetic.densities import trigamma
print(round(trigamma(1.0), 3))
"""
"""A program that uses one kernel."""
NO_TEMPORARY_FOLDER = """\
import tempfile

def fail():
    raise FileNotFoundError("No usable temporary directory found")

tempfile.gettempdir = fail
"""
"""What Python does where no folder for temporary files can be written; root can write to any."""


def blocked(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("not a folder")
    return path


def test_first_folder_that_can_be_written_is_used(tmp_path: Path) -> None:
    bad = blocked(tmp_path / "bad")
    places = [Place(bad), Place(bad / "within"), Place(tmp_path / "new" / "good"), Place(tmp_path)]
    assert first_writable(places) == Cache(places[2], (bad, bad / "within"))
    assert places[2].folder.is_dir()


def test_without_any_folder_nothing_is_kept(tmp_path: Path) -> None:
    cache = first_writable([Place(blocked(tmp_path / "bad"))])
    assert cache.place is None
    assert cache.folder("garch-0") is None
    assert "not kept" in cache.notice


def test_only_a_temporary_folder_is_noticed(tmp_path: Path) -> None:
    assert first_writable([Place(tmp_path)]).notice == ""
    notice = first_writable([Place(tmp_path, stays=False)]).notice
    assert str(tmp_path) in notice
    assert "NUMBA_CACHE_DIR" in notice


def test_setting_of_the_user_comes_first(tmp_path: Path) -> None:
    assert find_cache(str(tmp_path / "mine")) == Cache(Place(tmp_path / "mine"), ())


def test_places_are_tried_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        cache_places, "__file__", str(tmp_path / "package" / "compilation" / "cache_places.py")
    )
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(cache_places.tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    own = tmp_path / "package" / "__pycache__"
    home = tmp_path / "home" / "hedgeresearch" / "kernels"
    temporary = tmp_path / "tmp" / f"hedgeresearch-{os.getuid()}"
    for expected in (own, home, temporary):
        cache = find_cache("")
        assert cache.place is not None
        assert cache.place.folder == expected
        shutil.rmtree(expected)
        blocked(expected)
    assert find_cache("").place is None


@pytest.mark.skipif(sys.platform == "win32", reason="rights of folders")
def test_folder_that_others_can_write_is_not_used(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    assert first_writable([Place(shared, private=True)]).place is None
    shared.chmod(0o700)
    assert first_writable([Place(shared, private=True)]).place is not None


def test_kernels_of_an_image_are_copied_once(tmp_path: Path) -> None:
    image = tmp_path / "image"
    (image / "garch-0").mkdir(parents=True)
    (image / "garch-0" / "index").write_text("compiled")
    cache = Cache(Place(tmp_path / "new"), (tmp_path / "absent", image))
    folder = cache.folder("garch-0")
    assert folder is not None
    assert (folder / "index").read_text() == "compiled"
    (folder / "index").write_text("newer")
    assert (cache.folder("garch-0") / "index").read_text() == "newer"
    assert not (tmp_path / "new" / "dcc-0").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="rights of folders")
def test_copy_of_a_read_only_folder_can_be_written(tmp_path: Path) -> None:
    image = tmp_path / "image"
    within = image / "garch-0" / "within"
    within.mkdir(parents=True)
    within.chmod(0o555)
    within.parent.chmod(0o555)
    folder = Cache(Place(tmp_path / "new"), (image,)).folder("garch-0")
    assert folder is not None
    for copied in (folder, folder / "within"):
        assert copied.stat().st_mode & 0o700 == 0o700


def test_notice_keeps_the_names_of_folder_and_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(Place(tmp_path / "Folder", stays=False), ())
    monkeypatch.setattr(kernels, "_cache", lambda: cache)
    words = kernels.place_in_words()
    assert words.startswith("Compiled code is kept in ")
    assert "Folder" in words
    assert "NUMBA_CACHE_DIR" in words


@pytest.fixture
def run_copy(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a program with a copy of the package, whose caches cannot be written, and no home."""
    package = tmp_path / "site" / "hedgeresearch"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(hr.__file__).parent, package, ignore=ignored)
    blocked(package / "_kernels" / "__pycache__")
    home = blocked(tmp_path / "home")

    def run(temporary: Path, program: str = COMPILE) -> subprocess.CompletedProcess[str]:
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "HEDGERESEARCH_QUIET")
        }
        environment |= {"HOME": str(home), "TMPDIR": str(temporary)}
        environment |= {"PYTHONPATH": str(tmp_path / "site"), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment,
            check=True,
        )

    return run


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="HOME")
def test_read_only_installation_without_home_runs(
    run_copy: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    first = run_copy(temporary)
    assert first.stdout.strip() == "1.645"
    (line,) = first.stderr.splitlines()
    assert f"kept in {temporary}" in line
    (kept,) = temporary.iterdir()
    assert list(kept.glob("arithmetic.densities-*/*/*.nbi"))
    # what is found there is not compiled again, and causes no line
    assert run_copy(temporary).stderr == ""


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="HOME")
def test_nothing_is_kept_where_no_folder_can_be_written(
    run_copy: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    done = run_copy(tmp_path, NO_TEMPORARY_FOLDER + COMPILE)
    assert done.stdout.strip() == "1.645"
    (line,) = done.stderr.splitlines()
    assert "compiled code is not kept" in line
    assert not list((tmp_path / "site").rglob("*.nbi"))
