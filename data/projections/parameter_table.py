"""The parameters of every method, each with its default, legal range and help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

# A bound is a number, or follows from (n_points, n_dims).
Bound = float | Callable[[int, int], float] | None


@dataclass(frozen=True)
class Rule:
    """What a parameter may be, and how it is explained.

    Attributes
    ----------
    label, help : the words on the screen
    low, high : legal range, both ends included; None is open
    choices : the only values, or (beside a range) words that are legal too, such as "auto"
    """

    label: str
    help: str
    low: Bound = None
    high: Bound = None
    choices: tuple[Any, ...] = ()

    def called(self, name: str) -> str:
        """Return how a sentence calls the parameter: as the form does, with its name over HTTP."""
        is_same = self.label.lower() in ("", name)
        return name if is_same else f"{self.label} ({name})"

    def range(self, n_points: int, n_dims: int) -> tuple[float | None, float | None]:
        """Return the legal range for data of this size."""
        low, high = (
            bound(n_points, n_dims) if callable(bound) else bound for bound in (self.low, self.high)
        )
        return low, high


def parameter(
    default: Any,
    *,
    help: str,
    label: str = "",
    low: Bound = None,
    high: Bound = None,
    choices: tuple[Any, ...] = (),
) -> Any:
    """Declare a field of a parameter class; its annotation is its type.

    `int`, `float`, `bool` and `str` are understood, also with `| None`.
    """
    return field(default=default, metadata={"rule": Rule(label, help, low, high, choices)})


@dataclass(frozen=True)
class PcaParameters:
    """Parameters of principal component analysis."""

    n_components: int = parameter(
        10,
        label="Components",
        help="How many axes are computed; any two or three of them can be shown.",
        low=1,
        high=lambda n_points, n_dims: max(1, min(n_points, n_dims, 50)),
    )
    normalize: bool = parameter(
        False,
        label="Unit length rows",
        help="Bring every point to length 1 first, so that only directions count.",
    )
    standardize: bool = parameter(
        False,
        label="Unit variance columns",
        help="Bring every column to variance 1 first, so that columns in different units count "
        "alike.",
    )


# Above this many points, t-SNE of all of them takes hours here: a sample is arranged instead.
LANDMARK_POINTS = 200_000
N_LANDMARKS = 50_000


@dataclass(frozen=True)
class TsneParameters:
    """Parameters of t-SNE, in openTSNE's words."""

    n_components: int = parameter(
        2,
        label="Dimensions",
        help="A flat map, or a cloud to turn around. Three dimensions take about four times as "
        "long.",
        choices=(2, 3),
    )
    perplexity: float = parameter(
        30.0,
        label="Perplexity",
        help="About how many neighbors a point tries to stay near. Small values show fine "
        "clumps, large ones the broad arrangement; 5 to 50 is usual.",
        low=1,
        high=lambda n_points, n_dims: max(1, (n_points - 1) // 3),
    )
    n_iter: int = parameter(
        500,
        label="Iterations",
        help="Steps after early exaggeration. More can be added when it has finished.",
        low=1,
        high=20_000,
    )
    early_exaggeration: float = parameter(
        12.0,
        label="Early exaggeration",
        help="How much more strongly neighbors attract each other at first, so that clusters "
        "form before they are arranged.",
        low=1,
        high=100,
    )
    early_exaggeration_iter: int = parameter(
        250,
        label="Exaggerated iterations",
        help="How many steps that lasts.",
        low=0,
        high=5_000,
    )
    learning_rate: float | str = parameter(
        "auto",
        label="Learning rate",
        help="How far points move per step. auto: number of points divided by exaggeration "
        "(Belkina et al. 2019).",
        low=1e-3,
        high=1e7,
        choices=("auto",),
    )
    metric: str = parameter(
        "euclidean",
        label="Distance",
        help="What near means in the original space. Cosine compares directions only.",
        choices=("euclidean", "cosine"),
    )
    initialization: str = parameter(
        "pca",
        label="Start from",
        help="PCA keeps the broad arrangement and is the same every time.",
        choices=("pca", "random"),
    )
    pca_components: int | None = parameter(
        50,
        label="Reduce to by PCA",
        help="Data of more dimensions is first reduced to this many: nearly the same neighbors, "
        "much sooner. Leave empty to use every dimension.",
        low=2,
        high=1_000,
    )
    supervise_by: str | None = parameter(
        None,
        label="Supervise by",
        help="A column whose values draw the map: points of different values attract each other "
        "less. Then distance on the map is partly that column's doing.",
    )
    supervise_strength: float = parameter(
        0.0,
        label="Supervision",
        help="0 leaves the data alone; at 100 only points of equal value attract each other.",
        low=0,
        high=100,
    )
    n_landmarks: int | None = parameter(
        None,
        label="Landmarks",
        help="Arrange a random sample of this many points and place the others among them. "
        "Empty: arrange all.",
        low=100,
        high=lambda n_points, n_dims: max(100, n_points - 1),
    )
    random_state: int = parameter(
        0,
        label="Seed",
        help="Everything random follows from it: same seed, same picture.",
        low=0,
        high=2**31 - 1,
    )


@dataclass(frozen=True)
class UmapParameters:
    """Parameters of UMAP, in umap-learn's words."""

    n_components: int = parameter(
        2,
        label="Dimensions",
        help="A flat map, or a cloud to turn around.",
        choices=(2, 3),
    )
    n_neighbors: int = parameter(
        15,
        label="Neighbors",
        help="How many points count as near, the point itself included. Few show fine clumps, "
        "many the broad arrangement; 5 to 50 is usual.",
        low=2,
        high=lambda n_points, n_dims: max(2, min(n_points - 1, 1_000)),
    )
    min_dist: float = parameter(
        0.1,
        label="Least distance",
        help="How close points may be packed on the map. Small values make tight clumps; their "
        "tightness says nothing about the data.",
        low=0.0,
        high=0.99,
    )
    n_epochs: int | None = parameter(
        None,
        label="Epochs",
        help="Steps of the layout. Empty: 500 up to 10,000 points, 200 above.",
        low=1,
        high=10_000,
    )
    metric: str = parameter(
        "euclidean",
        label="Distance",
        help="What near means in the original space. Cosine compares directions only.",
        choices=("euclidean", "cosine"),
    )
    supervise_by: str | None = parameter(
        None,
        label="Supervise by",
        help="A column whose values draw the map: points of different values attract each other "
        "less. Then distance on the map is partly that column's doing.",
    )
    n_landmarks: int | None = parameter(
        None,
        label="Landmarks",
        help="Arrange a random sample of this many points and place the others among them, where "
        "all take too much memory. Empty: arrange all.",
        low=100,
        high=lambda n_points, n_dims: max(100, n_points - 1),
    )
    random_state: int = parameter(
        0,
        label="Seed",
        help="Everything random follows from it: same seed, same picture. One thread alone "
        "keeps to it, so UMAP leaves the other cores idle.",
        low=0,
        high=2**31 - 1,
    )
