"""The command `project`: compute a projection in the terminal, or follow one that runs."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from dashboard.settings import Settings
from data.errors import ConflictError, NotFoundError, ParameterError

# What takes long to import is imported where it is used.

BAR_WIDTH = 30
LOOK_SECONDS = 0.2


def project(settings: Settings, given: Mapping[str, Any], say: Callable[[str], None]) -> None:
    """Compute what was asked with a progress bar; it goes on when the terminal is closed.

    Parameters
    ----------
    given : options of `project` by name, as they were typed

    Raises
    ------
    ProjectorError
        If the dataset is not there, a parameter is not legal, or the computation failed.
    """
    from data.projection import LIVE
    from data.services import Services

    services = Services.open(settings.data_dir, settings.limits())
    dataset = _dataset(services, given["dataset"])
    method = given.get("method", "tsne")
    record = services.projections.request(
        dataset.id, method, read_options(method, given), author=given.get("author", "")
    )
    try:
        while record.state in LIVE or record.superseded_by:
            _draw(record)
            time.sleep(LOOK_SECONDS)
            services.projections.sweep()
            record = services.projections.record(record.superseded_by or record.id)
    except KeyboardInterrupt:
        say(f"\n{record.id} goes on in the background; the same command follows it again.")
        raise
    _draw(record)
    say("")
    if record.state == "failed":
        raise ConflictError(record.message)
    if record.message:
        say(record.message)
    say(f"{record.state} in {record.duration:.1f} s")
    say(f"id: {record.id}")


def read_options(method: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters among the options, read from texts.

    Raises
    ------
    ParameterError
        An option is one of other methods, or cannot be read.
    """
    from dataclasses import fields

    from data.projections.parameters import PARAMETERS

    names = {of: [field.name for field in fields(cls)] for of, cls in PARAMETERS.items()}
    for name in given:
        own = [of for of, theirs in names.items() if name in theirs]
        if own and method not in own:
            raise ParameterError(
                f"--{name.replace('_', '-')} is no option of {method}; it is one of "
                f"{', '.join(own)}."
            )
    return {name: _value(name, given[name]) for name in names[method] if name in given}


def _value(name: str, text: str) -> Any:
    """Return the value of an option; "null" stands for none, numbers for numbers."""
    if name == "axes":
        try:
            return json.loads(text)
        except ValueError as error:
            raise ParameterError(f"--axes is no JSON: {error}.") from None
    if name == "columns":
        return [int(part) if part.isdecimal() else part for part in text.split(",")]
    words = {"null": None, "true": True, "false": False}
    if text in words:
        return words[text]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _dataset(services: Any, named: str) -> Any:
    """Return the dataset of an id, or of a name that only one has."""
    try:
        return services.datasets.record(named)
    except NotFoundError:
        found = [record for record in services.datasets.list() if record.name == named]
    if len(found) != 1:
        raise ParameterError(
            f"{len(found) or 'No'} dataset{'s have' if found else ' has'} the name {named!r}.",
            hint="Name one by its id.",
        )
    return found[0]


def _draw(record: Any) -> None:
    share = record.iteration / record.n_iterations if record.n_iterations else 0.0
    bar = "#" * round(BAR_WIDTH * share)
    place = f" place {record.place}" if record.place else ""
    kl = f" KL {record.kl_divergence:.3f}" if record.kl_divergence is not None else ""
    left = f" {record.seconds_left:.0f} s left" if record.seconds_left else ""
    steps = f"{record.iteration}/{record.n_iterations}" if record.n_iterations else ""
    line = f"[{bar:<{BAR_WIDTH}}] {record.stage or record.state}{place} {steps}{kl}{left}"
    # One line that is drawn over itself; into a file it would be thousands.
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{line[:100]:<100}")
        sys.stderr.flush()
