"""Parameters as people give them: checked against the table, defaults fitted to the data."""

from __future__ import annotations

from dataclasses import asdict, fields
from math import inf, isfinite
from types import NoneType
from typing import Any, cast, get_args, get_type_hints

from data.counted import counted
from data.errors import ParameterError
from data.projections.axes_parameters import ColumnsParameters, CustomAxesParameters
from data.projections.parameter_table import (
    PcaParameters,
    Rule,
    TsneParameters,
    UmapParameters,
    parameter,
)

__all__ = [
    "PARAMETERS",
    "PcaParameters",
    "Rule",
    "TsneParameters",
    "UmapParameters",
    "parameter",
    "parameters_class",
    "parse_parameters",
    "reads_metadata",
    "restored",
    "rules",
    "to_json",
]

PARAMETERS: dict[str, type] = {
    "pca": PcaParameters,
    "tsne": TsneParameters,
    "umap": UmapParameters,
    "custom_axes": CustomAxesParameters,
    "columns": ColumnsParameters,
}
# What these take is no list of numbers and words; they check it themselves.
STRUCTURED = (CustomAxesParameters, ColumnsParameters)


def parameters_class(method: str) -> type:
    """Return the parameter class of a method; ParameterError when there is no such method."""
    if method not in PARAMETERS:
        raise ParameterError(
            f"There is no projection method {method!r}.",
            hint=f"The methods are: {', '.join(PARAMETERS)}.",
        )
    return PARAMETERS[method]


def rules(method: str) -> dict[str, Rule]:
    """Return the rule of every parameter of a method, in the order of the panel.

    None for those that are told what to show: they check what they take themselves.
    """
    own = fields(parameters_class(method))
    return {f.name: f.metadata["rule"] for f in own if "rule" in f.metadata}


def parse_parameters(
    method: str, given: dict[str, Any], n_points: int, n_dims: int
) -> tuple[Any, tuple[str, ...]]:
    """Check what a person asked for and fill in the rest.

    Parameters
    ----------
    given : parameter name -> value, as JSON gave it; what is missing takes its default
    n_points, n_dims : size of the data to project, which bounds some parameters

    Returns
    -------
    params : instance of the method's parameter class
    notes : one sentence for every default that had to be fitted to the data

    Raises
    ------
    ParameterError
        Unknown method or parameter, wrong type, or an explicit value out of its legal range.
    """
    cls = parameters_class(method)
    if not isinstance(given, dict):
        raise ParameterError("The parameters must be an object of names and values.")
    if cls in STRUCTURED:
        return cls.parse(given), ()
    known = rules(method)
    for name in given:
        if name not in known:
            raise ParameterError(
                f"{method} has no parameter {str(name)[:100]!r}.",
                hint=f"Its parameters are: {', '.join(known)}.",
            )
    kinds = {name: _kinds(hint) for name, hint in get_type_hints(cls).items()}
    values: dict[str, Any] = {}
    notes: list[str] = []
    for f in fields(cls):
        fitted = _fit(f.default, known[f.name].range(n_points, n_dims))
        if f.name in given:
            values[f.name] = _check(
                f.name, given[f.name], kinds[f.name], known[f.name], (n_points, n_dims), fitted
            )
            continue
        values[f.name] = fitted
        if fitted != f.default:
            notes.append(
                f"{known[f.name].label}: {fitted:,} instead of {f.default:,}, as "
                f"{_size(n_points, n_dims)} allow no {'more' if fitted < f.default else 'less'}."
            )
    return cls(**values), tuple(notes)


def restored(method: str, plain: dict[str, Any]) -> Any:
    """Return parameters as the method takes them from `to_json`; they were checked before."""
    cls = parameters_class(method)
    return cls.parse(plain) if cls in STRUCTURED else cls(**plain)


def reads_metadata(params: Any) -> bool:
    """Whether the projection depends on the metadata, which people may change."""
    if isinstance(params, STRUCTURED):
        return params.reads_metadata
    return getattr(params, "supervise_by", None) is not None


def to_json(params: Any) -> dict[str, Any]:
    """Return the parameters as plain values, names in order: equal parameters, equal text."""
    plain = asdict(params)
    return {
        name: list(plain[name]) if isinstance(plain[name], tuple) else plain[name]
        for name in sorted(plain)
    }


def _kinds(annotation: Any) -> tuple[type, ...]:
    """Return the types in an annotation such as `int`, or `int | None`."""
    return cast("tuple[type, ...]", get_args(annotation)) or (annotation,)


def _fit(default: Any, bounds: tuple[float | None, float | None]) -> Any:
    """Clip a default into the legal range; words and switches stay as they are."""
    if type(default) not in (int, float):
        return default
    low, high = bounds
    # Fractional bounds may limit whole numbers: int() rounds the upper one down.
    if high is not None and default > high:
        return type(default)(high)
    return type(default)(low) if low is not None and default < low else default


def _check(
    name: str,
    value: Any,
    kinds: tuple[type, ...],
    rule: Rule,
    size: tuple[int, int],
    fitted: Any,
) -> Any:
    """Return the value, or raise with the legal range and a value that would do."""
    # bool is a kind of int in Python, so types are compared, not instances.
    if any(type(value) is type(choice) and value == choice for choice in rule.choices):
        return value
    low, high = rule.range(*size)
    only_choices = bool(rule.choices) and low is None and high is None
    if not only_choices:
        if value is None and NoneType in kinds:
            return None
        if type(value) in (bool, str) and type(value) in kinds and not rule.choices:
            return value
        above = -inf if low is None else low
        below = inf if high is None else high
        if _is_number(value, kinds) and above <= value <= below:
            return float(value) if float in kinds else value
    legal = _legal(kinds, rule, (low, high), only_choices)
    raise ParameterError(
        f"{rule.called(name)} is {_shown(value)}; for {_size(*size)} it must be {legal}.",
        hint=f"Leave {name} out to get {_shown(fitted)}.",
    )


def _is_number(value: Any, kinds: tuple[type, ...]) -> bool:
    if type(value) is int:
        # Beyond 2**63 neither floats nor arrays can hold it.
        return (int in kinds or float in kinds) and abs(value) < 2**63
    return type(value) is float and float in kinds and isfinite(value)


def _legal(
    kinds: tuple[type, ...],
    rule: Rule,
    bounds: tuple[float | None, float | None],
    only_choices: bool,
) -> str:
    """Say in words what is legal: "a whole number from 1 to 4, or null"."""
    words = [_shown(choice) for choice in rule.choices]
    if only_choices:
        return " or ".join(words)
    names = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}
    low, high = (None if b is None else f"{b:,g}" if b % 1 else f"{int(b):,}" for b in bounds)
    span = f" from {low} to {high}" if low and high else f" of at least {low}" if low else ""
    span = span or (f" of at most {high}" if high else "")
    words += [
        names[kind] + (span if kind in (int, float) else "")
        for kind in kinds
        if kind in names and not (kind is str and rule.choices)
    ]
    return " or ".join(words + (["null"] if NoneType in kinds else []))


def _shown(value: Any) -> str:
    """Spell a value as JSON does, cut to what a sentence can carry."""
    words = {"None": "null", "True": "true", "False": "false"}
    if type(value) is int and abs(value) >= 2**63:
        return "a number of too many digits"
    text = repr(value)
    return words.get(text, text if len(text) <= 60 else f"{text[:60]}...")


def _size(n_points: int, n_dims: int) -> str:
    return f"{counted(n_points, 'point')} in {counted(n_dims, 'dimension')}"
