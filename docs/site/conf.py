"""Configuration of Sphinx; `make docs` stages the pages and calls it."""

import sys
from pathlib import Path

import hedgeresearch

sys.path.insert(0, str(Path(__file__).parent))  # the extension that writes formulas as MathML

project = "hedgeresearch"
author = "The hedgeresearch developers"
version = hedgeresearch.__version__
release = version
copyright = author  # (Sphinx reads this name)

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc", "mathml"]
exclude_patterns = ["_build"]
nitpicky = True

# --- pages ---
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # notebooks keep the outputs that they were saved with
nb_merge_streams = True
html_math_renderer = "mathml"

# --- reference ---
autosummary_generate = False  # reference.py writes the pages
autodoc_typehints = "none"  # docstrings say types and shapes
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
toc_object_entries_show_parents = "hide"

# --- look ---
html_theme = "pydata_sphinx_theme"
html_title = f"hedgeresearch {version}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_sidebars = {"index": [], "changelog": []}
html_theme_options = {
    "navbar_align": "left",
    "header_links_before_dropdown": 7,
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": True,
    "footer_start": ["copyright"],
    "footer_end": [],
    "navigation_with_keys": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
