"""The page in headless Chromium without a network: it draws every figure, and it prints."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.report.report import write_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="chromium is not installed, in which the page is drawn"
)
NASTY = "A&B <script>document.title = 'broken'</script>"


def browse(folder: Path, page: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Open a page in Chromium; all requests go to a closed port, the log to standard error."""
    command = [
        str(CHROMIUM),
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--proxy-server=127.0.0.1:9",
        "--enable-logging=stderr",
        f"--user-data-dir={folder / 'profile'}",
        "--virtual-time-budget=20000",
        *options,
        page.as_uri(),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with all its figures, of names that would be tags."""
    rng = np.random.default_rng(6)
    common = (
        rng.normal(size=(300, 1)) * np.where(np.arange(300) // 60 % 2 == 0, 0.005, 0.02)[:, None]
    )
    values = 100.0 * np.exp(np.cumsum(common + rng.normal(scale=0.004, size=(300, 2)), axis=0))
    names = [NASTY, "x</script><b>"]
    market = hr.Market(
        pd.DataFrame(values, pd.bdate_range("2020-01-01", periods=300, name="date"), names)
    )
    position = hr.Position({NASTY: 1000})
    future = hr.LinearContract(names[1], 10)
    returns = market.returns(position, [future])
    model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2))
    backtest = hr.walk_forward({"regime": model}, *returns, 200, 99, progress=False)
    advice = hr.recommend(
        model.fit(*returns),
        position=position,
        instruments=[future],
        market=market,
        backtest=backtest,
    )
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(advice, path)
    return path


@pytest.fixture(scope="module")
def drawn(page: Path) -> subprocess.CompletedProcess[str]:
    return browse(page.parent, page, "--dump-dom")


def test_every_figure_is_drawn(drawn: subprocess.CompletedProcess[str]) -> None:
    dom = drawn.stdout
    figures = re.split(r'<div id="figure-\d+"', dom)[1:]
    assert len(figures) == 6
    for figure in figures:
        assert figure.count('class="main-svg"') >= 2
        # a path is drawn, or a bar
        assert re.search(r'class="(js-line|point)"[^>]*>', figure)
    assert "var(--" not in re.sub(r"<style.*?</style>", "", dom, flags=re.S)


def test_page_makes_no_request(drawn: subprocess.CompletedProcess[str]) -> None:
    for trouble in ("Content Security Policy", "Refused to", "net::ERR", "Uncaught"):
        assert trouble not in drawn.stderr


def test_names_are_shown_and_not_run(drawn: subprocess.CompletedProcess[str]) -> None:
    dom = drawn.stdout
    assert "<title>Hedge of A&amp;B &lt;script&gt;" in dom
    legends = re.findall(r'class="legendtext"[^>]*>(.*?)</text>', dom)
    assert "x&lt;/script&gt;&lt;b&gt;" in legends


def test_page_prints_on_few_pages(page: Path) -> None:
    pdf = page.parent / "report.pdf"
    browse(page.parent, page, "--no-pdf-header-footer", f"--print-to-pdf={pdf}")
    content = pdf.read_bytes()
    assert content.startswith(b"%PDF")
    pages = [int(number) for number in re.findall(rb"/Count (\d+)", content)]
    assert 3 <= max(pages) <= 12


FILES = "--allow-file-access-from-files"
PROBE = """<!doctype html><title>?</title>
<iframe id="page" src="{page}" style="width: {width}px; height: 3000px; border: 0"></iframe>
<script>
const frame = document.getElementById("page");
frame.onload = () => setTimeout(() => {{
  const view = frame.contentWindow, root = frame.contentDocument;
  const color = (name, key) => view.getComputedStyle(root.querySelector(name))[key];
  document.title = JSON.stringify({{
    width: root.documentElement.scrollWidth,
    scrolling: [...root.querySelectorAll(".wide")].filter(e => e.scrollWidth > e.clientWidth + 1)
      .length,
    outside: [...root.querySelectorAll("p, td, th, li, figure, .main-svg")]
      .filter(e => e.getBoundingClientRect().right > {width} + 1).length,
    back: color("body", "backgroundColor"),
    text: color("body", "color"),
    ticks: color(".ytick text, .y2tick text", "fill"),
    figure: color(".main-svg", "backgroundColor"),
    next: color(".scatterlayer .point", "fill"),
    buttons: color(".modebar", "display"),
  }});
}}, 3000);
</script>"""


def probed(page: Path, width: int, *options: str) -> dict[str, object]:
    """Return widths and colors of a page in a frame of a width."""
    probe = page.parent / f"probe-{width}.html"
    probe.write_text(PROBE.format(page=page.as_uri(), width=width))
    dom = browse(page.parent, probe, "--dump-dom", "--hide-scrollbars", FILES, *options)
    found: dict[str, object] = json.loads(
        html.unescape(re.search("<title>(.*?)</title>", dom.stdout)[1])
    )  # type: ignore[index]
    return found


@pytest.mark.long
@pytest.mark.parametrize("width", [390, 1200])
def test_page_fits_a_phone_and_a_desk(page: Path, width: int) -> None:
    found = probed(page, width)
    assert found["width"] == width
    assert (found["scrolling"], found["outside"]) == (0, 0)
    assert (found["back"], found["text"]) == ("rgb(255, 255, 255)", "rgb(17, 17, 17)")
    assert found["next"] == "rgb(0, 0, 0)"
    # on a phone they would cover the legend
    assert (found["buttons"] == "none") == (width < 600)


@pytest.mark.long
def test_dark_scheme_covers_page_and_figures(page: Path) -> None:
    found = probed(page, 390, "--blink-settings=preferredColorScheme=0")
    assert (found["back"], found["text"]) == ("rgb(20, 23, 27)", "rgb(230, 232, 235)")
    assert found["ticks"] == "rgb(230, 232, 235)"
    assert found["figure"] == "rgba(0, 0, 0, 0)"
    assert found["next"] == "rgb(230, 232, 235)"


@pytest.mark.long
def test_the_page_of_a_surface_fits_a_phone(tmp_path: Path) -> None:
    strikes = np.exp(np.linspace(-0.5, 0.5, 41))
    moment = pd.Timestamp("2024-06-03 08:00", tz="UTC")
    frames = [
        pd.DataFrame(
            {
                "expiry": moment + pd.Timedelta(days=days),
                "strike": 100.0 * strikes,
                "forward": 100.0,
                "volatility": np.sqrt(0.3 - 0.2 * np.log(strikes) + np.log(strikes) ** 2),
            }
        )
        for days in (25, 60, 120)
    ]
    chain = hr.options.OptionChain.from_volatilities(pd.concat(frames), moment)
    path = tmp_path / "surface.html"
    write_report(hr.options.SVI().fit(chain), path)
    found = probed(path, 390)
    assert (found["width"], found["scrolling"], found["outside"]) == (390, 0, 0)
