"""What describes a release says the same everywhere."""

import re
import tomllib
from pathlib import Path

import yaml

import hedgeresearch as hr

ROOT = Path(hr.__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA_NAMES = {"arch-py": "arch", "matplotlib-base": "matplotlib"}
"""Names that packages have on conda, and on the index of Python."""
NOT_ON_CONDA = {"hmmlearn"}
"""A backend to compare with, which is installed where it has wheels."""


def recipe() -> dict:
    text = (ROOT / ".ci" / "conda" / "recipe.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def parted(requirement: str) -> tuple[str, str]:
    """Return the name and the bound of a requirement."""
    name, bound = re.fullmatch(r"([\w.-]+)\s*(.*)", requirement.partition(";")[0]).groups()
    return CONDA_NAMES.get(name, name), bound.strip()


def test_version_is_the_same_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert citation["version"] == hr.__version__
    assert recipe()["context"]["version"] == hr.__version__
    assert f"version = {{{hr.__version__}}}" in readme


def test_changelog_has_the_version_and_its_date() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{hr.__version__}] - {citation['date-released']}" in changelog


def test_recipe_requires_what_the_project_requires() -> None:
    required = dict(map(parted, recipe()["requirements"]["run"]))
    assert required.pop("python") == PROJECT["requires-python"]
    expected = dict(map(parted, PROJECT["dependencies"]))
    assert required == {k: v for k, v in expected.items() if k not in NOT_ON_CONDA}


def test_all_extras_for_users_are_in_the_extra_of_all() -> None:
    extras = PROJECT["optional-dependencies"]
    (everything,) = extras["all"]
    named = everything.partition("[")[2].strip("]").split(",")
    assert named == sorted(set(extras) - {"all", "docs", "test"})


def test_workflow_runs_targets_that_exist() -> None:
    text = (ROOT / ".github" / "workflows" / "checks.yml").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?m)^([a-z-]+):", makefile))
    used = [one for line in re.findall(r"make ([a-z\- ]+)", text) for one in line.split()]
    assert used
    assert set(used) <= targets
