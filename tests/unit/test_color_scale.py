"""Numbers on the color bar."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.figures.color_scale import color_scale, positions
from dashboard.figures.colors import MISSING, class_colors
from dashboard.panels.data import number_text

numbers = st.lists(
    st.floats(-1e9, 1e9, allow_subnormal=False) | st.just(float("nan")), min_size=1, max_size=60
)


def test_even_numbers_keep_a_linear_scale_and_uneven_ones_are_spread():
    rng = np.random.default_rng(0)
    assert color_scale(rng.normal(size=10_000)).kind == "linear"
    assert color_scale(np.array([0.0, 1.0] * 3 + [0.0] * 300)).kind == "linear"
    sizes = rng.lognormal(sigma=2, size=10_000)
    assert color_scale(sizes).kind == "log"
    # The logarithm of zero is nothing, and that of word counts is uneven still.
    assert color_scale(np.append(sizes, 0.0)).kind == "rank"
    assert color_scale(np.ceil(100 / rng.random(10_000))).kind == "rank"


@settings(max_examples=60, deadline=None)
@given(numbers)
def test_every_scale_is_in_order_and_its_ticks_lie_where_the_points_lie(values):
    given = np.array(values)
    scale = color_scale(given)
    places = positions(given, scale.kind)
    present = np.isfinite(given)
    assert np.array_equal(np.isfinite(places), present)
    order = np.argsort(given[present])
    assert (np.diff(places[present][order]) >= 0).all()
    at = [place for place, _ in scale.ticks]
    assert at == sorted(at)
    assert [v for _, v in scale.ticks] == sorted(v for _, v in scale.ticks)
    if scale.high > scale.low:
        assert (at[0], at[-1]) == (0, 1)
        assert scale.ticks[0][1] == given[present].min()
        assert scale.ticks[-1][1] == given[present].max()
        assert min(np.diff(at)) > 0.19


def test_ticks_of_a_logarithmic_scale_are_powers_of_ten_at_their_places():
    scale = color_scale(np.repeat([1.0, 3.0, 50.0, 100.0, 800.0, 20_000.0], 50))
    assert scale.kind == "log"
    inner = scale.ticks[1:-1]
    assert inner
    for place, value in inner:
        assert np.log10(value) == round(np.log10(value))
        assert place == pytest.approx(np.log10(value) / np.log10(20_000))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (286_363, "286,363"),
        (0.25, "0.25"),
        (-12.5, "-12.5"),
        (4243.7, "4,244"),
        (1_061_396, "1.06M"),
        (3e12, "3e+12"),
    ],
)
def test_numbers_are_written_short(number, text):
    assert number_text(number) == text


def test_no_class_is_as_gray_as_a_missing_value():
    def grayness(color):
        parts = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
        return max(parts) - min(parts)

    assert grayness(MISSING) < 15
    assert all(grayness(color) > 25 for color in class_colors(30))
