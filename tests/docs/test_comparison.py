"""The page that compares with other programs has the tables that were measured."""

import tomllib
from importlib import import_module
from pkgutil import resolve_name

import pytest

comparison = import_module("comparison")


def test_the_page_has_the_measured_rows() -> None:
    page = comparison.comparison_page()
    speed = (comparison.DOCS / "speed.md").read_text(encoding="utf-8")
    row = next(line for line in speed.splitlines() if line.startswith("| 2 x 1000, clear |"))
    assert row in page
    assert page.count("Measured on ") == 2
    for version in ("multigarch 0.5.0", "multigarch (0.5.0)", "arch (8.0.0)"):
        assert version in page


def test_a_section_without_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="must have a table"):
        comparison.first_table("## Speed\n\ntext\n", "Speed")


def test_features_name_known_programs_only() -> None:
    content = tomllib.loads((comparison.HERE / "features.toml").read_text(encoding="utf-8"))
    programs = set(content["versions"])
    for feature in content["features"]:
        assert set(feature) - {"name"} <= programs, feature["name"]


def test_other_programs_have_what_the_table_says() -> None:
    content = tomllib.loads((comparison.HERE / "features.toml").read_text(encoding="utf-8"))
    features = {feature["name"]: feature for feature in content["features"]}
    for name, paths in content["checked"].items():
        for path in paths:
            assert path.partition(".")[0] in features[name]
            resolve_name(path)
    for name in ("arch", "statsmodels", "hmmlearn"):
        cells = [feature for feature, row in features.items() if name in row]
        checked = [one for one, paths in content["checked"].items() if name in " ".join(paths)]
        assert sorted(cells) == sorted(checked)
