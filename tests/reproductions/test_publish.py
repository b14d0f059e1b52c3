"""Files of reproductions: figures and one page."""

import base64
import re

import pytest

import hedgeresearch as hr
from hedgeresearch.reproductions.publish import check_folder, publish_reproductions


@pytest.mark.long
def test_same_reproduction_gives_the_same_files(tmp_path):
    publish_reproductions([hr.reproduce("hull_jet_fuel")], tmp_path, {})
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "hull_jet_fuel.pdf",
        "hull_jet_fuel.png",
        "reproductions.html",
    ]
    assert b"/Type /Page" in (tmp_path / "hull_jet_fuel.pdf").read_bytes()
    page = (tmp_path / "reproductions.html").read_text(encoding="utf-8")
    assert "data:image/png;base64," in page
    assert "http" not in page.split("<body>")[0]
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    publish_reproductions([hr.reproduce("hull_jet_fuel")], tmp_path, {})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first


@pytest.mark.long
def test_page_has_a_section_with_the_numbers_of_each(tmp_path):
    results = [hr.reproduce("hull_jet_fuel"), hr.reproduce("dcc_truth_test", replications=2)]
    publish_reproductions(results, tmp_path, {"brooks_sp500_futures": "skipped: no <data>"})
    page = (tmp_path / "reproductions.html").read_text(encoding="utf-8")
    overview, *sections = page.split("<section ")
    assert [section.split('"')[1] for section in sections] == ["hull_jet_fuel", "dcc_truth_test"]
    for result, section in zip(results, sections, strict=True):
        assert f"{result.verdict}." in section
        for number in result.numbers:
            assert f"<th>{number.quantity}</th>" in section
        for printed in result.shown_table["ours"]:
            assert f"<td>{printed}</td>" in section
        picture = re.search(r'src="data:image/png;base64,([^"]*)"', section)[1]
        assert base64.b64decode(picture) == (tmp_path / f"{result.name}.png").read_bytes()
    assert "brooks_sp500_futures</td><td colspan=3>skipped: no &lt;data&gt;" in overview
    assert "hull_jet_fuel</a></td><td>3 of 3</td><td>3</td><td></td>" in overview
    assert "dcc_truth_test</a></td><td></td><td></td><td>2 of 2</td>" in overview


def test_unwritable_folder_is_refused(tmp_path):
    (tmp_path / "reproductions.html").mkdir()
    with pytest.raises(
        hr.DataError, match="--output must be a folder that can be written; .*: Is a directory"
    ):
        publish_reproductions([], tmp_path, {})
    check_folder(tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []
