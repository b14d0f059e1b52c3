"""Optional packages: what to install where one is missing."""

from __future__ import annotations

from hedgeresearch.errors import MissingDataError


def missing_package(purpose: str, package: str, extra: str) -> MissingDataError:
    """Return the error of a package that is not installed.

    Parameters
    ----------
    purpose : what needs the package, the beginning of a sentence
    package : name of the package
    extra : name of the extra of this package that installs it
    """
    return MissingDataError(
        f"{purpose} needs the package {package}; install it with: "
        f'pip install "hedgeresearch[{extra}]".'
    )
