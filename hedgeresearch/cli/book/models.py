"""Hedge models as a book names them: by the short names of the command line or by their classes, with settings."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from hedgeresearch.cli.book.yaml_tree import Entry, did_you_mean
from hedgeresearch.cli.models import ModelName, model_of
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.model_table import MODELS

CLASSES = [entry.model for entry in MODELS]
HEDGES = [*(one.value for one in ModelName), *(name for name in CLASSES if name.endswith("Hedge"))]


def model_from(entry: Entry) -> tuple[str, HedgeModel]:
    """A hedge model and its name in the file: ``regime``, or ``regime: {n_regimes: 3}``, or a class with settings."""
    name, settings = _name_and_settings(entry)
    if name not in HEDGES:
        entry.refuse(
            f"must be one of {', '.join(HEDGES)}; got {name!r}.{did_you_mean(name, HEDGES)}"
        )
    model: Any = model_of(ModelName(name)) if name in list(ModelName) else None
    if model is None:
        model = _built(name, settings, entry)
    else:
        for key, value in settings.items():
            with entry.placed():
                model = _with(model, key, value)
    return name, model


def _name_and_settings(entry: Entry) -> tuple[str, dict[str, Entry]]:
    if not isinstance(entry.content, dict):
        return entry.text(), {}
    if len(entry.content) != 1:
        entry.refuse(
            "must name one model, its settings indented below it, such as 'regime: {n_regimes: 3}'."
        )
    name, settings = next(iter(entry.content.items()))
    return name, settings.mapping()


def _built(name: str, settings: dict[str, Entry], entry: Entry) -> Any:
    """A model of a class of the catalogue."""
    import hedgeresearch

    kind = getattr(hedgeresearch, name)
    known = {field.name: str(field.type) for field in fields(kind) if field.init}
    for key, value in settings.items():
        if key not in known:
            value.refuse(
                f"is no setting of {name}; it has {', '.join(known)}.{did_you_mean(key, list(known))}"
            )
    with entry.placed():
        values = {key: _value(value, known[key]) for key, value in settings.items()}
        try:
            return kind(**values)
        except TypeError as error:
            entry.refuse(f"must have every setting of {name} that has no default; {error}.")


def _with(model: Any, key: str, value: Entry) -> Any:
    """The model with a setting of its own, or of the model in it that has one of that name."""
    own = {field.name: str(field.type) for field in fields(model) if field.init}
    if key in own:
        with value.placed():
            return replace(model, **{key: _value(value, own[key])})
    known = list(own)
    for name in own:
        inner = getattr(model, name)
        if is_dataclass(inner):
            theirs = [field.name for field in fields(inner) if field.init]
            if key in theirs:
                return replace(model, **{name: _with(inner, key, value)})
            known += theirs
    value.refuse(
        f"is no setting of this model; it has {', '.join(known)}.{did_you_mean(key, known)}"
    )


def _value(entry: Entry, kind: str = "") -> Any:
    """A plain value, a list as a tuple, a model where the catalogue has the name, else a dictionary.

    Text stays text where the setting is of the kind "str", whatever the catalogue has.
    """
    if isinstance(entry.content, list):
        return tuple(_value(item) for item in entry.content)
    if isinstance(entry.content, dict):
        if len(entry.content) == 1 and _is_class(entry, next(iter(entry.content))):
            name, settings = _name_and_settings(entry)
            return _built(name, settings, entry)
        return {name: _value(item) for name, item in entry.content.items()}
    if isinstance(entry.content, str) and kind != "str" and _is_class(entry, entry.content):
        return _built(entry.content, {}, entry)
    return entry.content


def _is_class(entry: Entry, name: str) -> bool:
    """Whether a name is a class of the catalogue; one in other letters is refused."""
    if name not in CLASSES and name.lower() in (known.lower() for known in CLASSES):
        entry.refuse(
            f"must name a model in the letters of its class; got {name!r}.{did_you_mean(name, CLASSES)}"
        )
    return name in CLASSES
