"""Build the documentation into docs/_build/html, warnings as errors, and check what was built.

Usage: python docs/site/build.py
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from checks import pages_of, problems_of_site
from command_line import write_command_line
from comparison import write_comparison
from reference import write_reference
from sphinx.cmd.build import main as sphinx
from staging import DOCS, stage

BUILD = DOCS / "_build"
SITE = Path(__file__).parent


def main() -> int:
    """Stage the pages, build them, check the built pages; return the exit code."""
    os.environ["HEDGERESEARCH_QUIET"] = "1"
    start = time.perf_counter()
    source = BUILD / "source"
    stage(source)
    write_reference(source / "reference")
    write_command_line(source / "command_line.md")
    write_comparison(source / "comparison.md")
    html = BUILD / "html"
    options = ["--fail-on-warning", "--keep-going", "--nitpicky", "--quiet", "--fresh-env"]
    code = sphinx([*options, "-c", str(SITE), "-b", "html", str(source), str(html)])
    problems = problems_of_site(html)
    for problem in problems:
        print(problem, file=sys.stderr)
    n_pages = len(pages_of(html))
    print(f"{n_pages} pages in {time.perf_counter() - start:.0f} s: {html / 'index.html'}")
    return 1 if code or problems else 0


if __name__ == "__main__":
    sys.exit(main())
