"""Tensors of a run that stand in checkpoints: what a config says of them, and all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from data.logdirs.checkpoints import FoundCheckpoint
from data.logdirs.run_builder import CheckpointEntry, RunBuilder, compare_shapes
from data.logdirs.runs import Attachments, RunTensor
from data.readers.checkpoint_variable import Variable, held, offered
from data.shown_names import shown, shown_names

NOTHING_SAID = CheckpointEntry("", "", (), Attachments(), ())


def add_checkpoints(
    builder: RunBuilder, checkpoints: Sequence[FoundCheckpoint], stem: str | None
) -> None:
    """Add every step of every matrix; those that a config names come first.

    Parameters
    ----------
    stem : prefix of the checkpoints that the config means, without the step
    """
    stems = {checkpoint.stem for checkpoint in checkpoints}
    main = stem if stem in stems else next(iter(stems)) if len(stems) == 1 else None
    meant = [item for item in checkpoints if main in (None, item.stem)]
    named = [entry for entry in builder.entries if entry.tensor_name]
    for entry in named:
        _add_named(builder, entry, meant, main)
    _warn_of_nothing(builder, checkpoints)
    others = next((entry for entry in builder.entries if not entry.tensor_name), NOTHING_SAID)
    taken = {(tensor.file.text, tensor.key) for tensor in builder.tensors.values()}
    for checkpoint in checkpoints:
        for variable in _largest_first(offered(checkpoint.content.variables)):
            if (checkpoint.file.text, variable.key) not in taken:
                _add(builder, checkpoint, variable, others, main)
    _fold(builder, checkpoints, main)


def _add_named(
    builder: RunBuilder,
    entry: CheckpointEntry,
    checkpoints: Sequence[FoundCheckpoint],
    main: str | None,
) -> None:
    """Add the tensor that an entry names at each step that has it."""
    where = f"{entry.config}: {shown(entry.tensor_name)}"
    found = False
    for checkpoint in checkpoints:
        for variable in checkpoint.content.variables:
            if not variable.is_called(entry.tensor_name):
                continue
            found = True
            if variable.is_matrix:
                _add(builder, checkpoint, variable, entry, main)
            else:
                builder.warn([f"{where} is no 2D tensor of numbers: {variable.describe()}."])
    if found or not checkpoints:
        return
    latest = checkpoints[-1]
    warning = (
        f"{where}: there is no tensor of that name in {latest.prefix}. "
        f"{held(latest.content.variables)}."
    )
    alike = _alike(entry, checkpoints)
    if alike:
        warning += f" {shown(alike[0][1].key)} was taken to be meant."
    builder.warn([warning])
    said = replace(entry, warnings=(*entry.warnings, warning))
    for checkpoint, variable in alike:
        _add(builder, checkpoint, variable, said, main)


def _alike(
    entry: CheckpointEntry, checkpoints: Sequence[FoundCheckpoint]
) -> list[tuple[FoundCheckpoint, Variable]]:
    """Return what differs from the name only in what a version of TensorFlow adds."""
    name = entry.tensor_name.removesuffix(":0")
    return [
        (checkpoint, variable)
        for checkpoint in checkpoints
        for variable in checkpoint.content.variables
        if variable.is_matrix and variable.name == name
    ]


def _add(
    builder: RunBuilder,
    checkpoint: FoundCheckpoint,
    variable: Variable,
    entry: CheckpointEntry,
    main: str | None,
) -> None:
    tensor = _tensor(checkpoint, variable, entry, main)
    builder.warn(tensor.warnings)
    builder.keep(tensor)


def _tensor(
    checkpoint: FoundCheckpoint, variable: Variable, entry: CheckpointEntry, main: str | None
) -> RunTensor:
    warnings = list(entry.warnings)
    n_points, n_dims = variable.shape
    where = f"{entry.config}: {shown(entry.tensor_name)}"
    compare_shapes(entry.tensor_shape, (n_points, n_dims), where, warnings)
    if complaint := checkpoint.complaint(variable):
        warnings.append(complaint)
    return RunTensor(
        variable.name if checkpoint.stem == main else f"{variable.name} ({checkpoint.stem})",
        checkpoint.step,
        checkpoint.file,
        checkpoint.reads_as,
        (n_points, n_dims),
        variable.type.name,
        attached=entry.attached,
        warnings=tuple(warnings),
        key=variable.key,
        data=checkpoint.data,
    )


def _fold(builder: RunBuilder, checkpoints: Sequence[FoundCheckpoint], main: str | None) -> None:
    """Keep the matrices of optimizers out of the list, and say so."""
    taken = {(tensor.file.text, tensor.key) for tensor in builder.tensors.values()}
    builder.folded += [
        _tensor(checkpoint, variable, NOTHING_SAID, main)
        for checkpoint in checkpoints
        for variable in checkpoint.content.variables
        if variable.is_matrix and (checkpoint.file.text, variable.key) not in taken
    ]
    keys = list(dict.fromkeys(tensor.key or "" for tensor in builder.folded))
    if keys:
        builder.notes.append(f"Not listed, as an optimizer's own: {shown_names(keys)}.")


def _warn_of_nothing(builder: RunBuilder, checkpoints: Sequence[FoundCheckpoint]) -> None:
    """Say why what a config names, or a folder of checkpoints, gives no tensor."""
    waiting = [entry for entry in builder.entries if entry.tensor_name]
    if waiting and not checkpoints:
        names = shown_names([entry.tensor_name for entry in waiting])
        builder.warn(
            [
                f"{waiting[0].config} names {names}, and no checkpoint (.index and .data files) "
                "was found beside it."
            ]
        )
    for checkpoint in checkpoints:
        if not any(variable.is_matrix for variable in checkpoint.content.variables):
            builder.notes.append(
                f"{checkpoint.prefix} holds no 2D tensor of numbers. "
                f"{held(checkpoint.content.variables)}."
            )


def _largest_first(variables: list[Variable]) -> list[Variable]:
    return sorted(variables, key=lambda variable: (-variable.shape[0], variable.name))
