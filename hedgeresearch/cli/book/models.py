"""Hedge models of a book: by a short name or by their class, with settings."""

from __future__ import annotations

from dataclasses import Field, fields, is_dataclass, replace
from typing import Any, NamedTuple

from hedgeresearch.cli.book.entry import Entry
from hedgeresearch.cli.book.hints import did_you_mean
from hedgeresearch.cli.inputs.models import ModelName
from hedgeresearch.hedges.default import named_hedge
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.model_table import MODELS, OPTION_HEDGES

CLASSES = [entry.model for entry in MODELS if entry.family != OPTION_HEDGES]
"""Names of the public model classes."""
HEDGES = [*(one.value for one in ModelName), *(name for name in CLASSES if name.endswith("Hedge"))]
EXAMPLE = "'regime: {n_regimes: 3}'"


class NamedModel(NamedTuple):
    """A hedge model and its name in the book."""

    name: str
    model: HedgeModel


def read_model(entry: Entry) -> NamedModel:
    """Return the model of ``regime``, ``regime: {n_regimes: 3}``, or a class with its settings."""
    name, settings_entry = entry.named_settings(EXAMPLE)
    settings = settings_entry.mapping()
    if name not in HEDGES:
        entry.refuse_choice(name, HEDGES)
    if name not in list(ModelName):
        return NamedModel(name, _build(name, settings, entry))
    model: Any = named_hedge(ModelName(name))
    for key, value in settings.items():
        with entry.locate_errors():
            model = _with_setting(model, key, value)
    return NamedModel(name, model)


def _build(name: str, settings: dict[str, Entry], entry: Entry) -> Any:
    """Return a model of a public class."""
    import hedgeresearch

    kind = getattr(hedgeresearch, name)  # a name of CLASSES
    types = {field.name: str(field.type) for field in _settings_of(kind)}
    for key, value in settings.items():
        if key not in types:
            value.refuse(_not_a_setting(key, name, list(types)))
    with entry.locate_errors():
        values = {key: _value(value, types[key]) for key, value in settings.items()}
        try:
            return kind(**values)
        except TypeError as error:
            entry.refuse(f"must have every setting of {name} that has no default; {error}.")


def _with_setting(model: Any, key: str, value: Entry) -> Any:
    """Return the model with a setting of its own, or of a model in it that has the setting."""
    types = {field.name: str(field.type) for field in _settings_of(model)}
    if key in types:
        with value.locate_errors():
            return replace(model, **{key: _value(value, types[key])})
    known = list(types)
    for name in types:
        inner = getattr(model, name)  # a field of the model
        if is_dataclass(inner):
            inner_settings = [field.name for field in _settings_of(inner)]
            if key in inner_settings:
                return replace(model, **{name: _with_setting(inner, key, value)})
            known += inner_settings
    value.refuse(_not_a_setting(key, "this model", known))


def _settings_of(model: Any) -> list[Field[Any]]:
    return [field for field in fields(model) if field.init]


def _not_a_setting(key: str, model: str, known: list[str]) -> str:
    return (
        f"is not a setting of {model}; its settings are {', '.join(known)}."
        f"{did_you_mean(key, known)}"
    )


def _value(entry: Entry, annotation: str = "") -> Any:
    """Return a plain value, a list as a tuple, the model of a class, or a dictionary.

    Text stays text where the setting has the annotation "str", even if a class has this name.
    """
    content = entry.content
    if isinstance(content, list):
        return tuple(_value(item) for item in content)
    if isinstance(content, dict):
        if len(content) == 1 and _is_class(entry, next(iter(content))):
            name, settings = entry.named_settings(EXAMPLE)
            return _build(name, settings.mapping(), entry)
        return {name: _value(item) for name, item in content.items()}
    if isinstance(content, str) and annotation != "str" and _is_class(entry, content):
        return _build(content, {}, entry)
    return content


def _is_class(entry: Entry, name: str) -> bool:
    """Return whether a name is that of a public class; refuse one in other letters."""
    if name not in CLASSES and name.lower() in (known.lower() for known in CLASSES):
        entry.refuse(
            f"must name a model with the letters of its class; got {name!r}."
            f"{did_you_mean(name, CLASSES)}"
        )
    return name in CLASSES
