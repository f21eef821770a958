"""Custom axes: the direction between two groups, and what happens when there is none."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.dataset import Column, Dataset, DatasetRecord
from data.errors import ParameterError
from data.metadata import Metadata, describe_column
from data.neighbors import nearest_neighbors
from data.projections.axes_parameters import Axis, CustomAxesParameters, Group
from data.projections.custom_axes import axis_positions, compute_custom_axes, group_rows
from data.rows import encode_rows


def dataset(tensor, **columns):
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    described = tuple(Column(n, *describe_column(table[n].combine_chunks())) for n in columns)
    record = DatasetRecord("d", "d", *tensor.shape, columns=described)
    return Dataset(record, tensor.astype(np.float32), Metadata(table))


def axes(*given, **others):
    return CustomAxesParameters.parse({"axes": list(given), **others})


def between(left, right, **others):
    return {"left": {"text": left, **others}, "right": {"text": right, **others}}


def gaussian(n, d, seed=0):
    return np.random.default_rng(seed).standard_normal((n, d))


@pytest.fixture
def colors():
    """30 points in 4 dimensions; red ones lie at -5 and blue ones at +5 of the last."""
    tensor = gaussian(30, 4)
    tensor[:10, 3] -= 5
    tensor[20:, 3] += 5
    names = [f"{('red', 'green', 'blue')[i // 10]} {i}" for i in range(30)]
    return dataset(tensor, word=names, group=[name.split()[0] for name in names])


class TestDirection:
    @settings(max_examples=40, deadline=None)
    @given(st.integers(2, 30), st.integers(0, 2**32 - 1), st.sampled_from([0, 1e3]))
    def test_orders_points_along_a_planted_direction(self, d, seed, offset):
        random = np.random.default_rng(seed)
        direction = random.standard_normal(d)
        direction /= np.linalg.norm(direction)
        place = random.permutation(60) - 30.0
        tensor = place[:, None] * direction + offset
        words = ["low" if p < -20 else "high" if p > 20 else "other" for p in place]
        found = compute_custom_axes(dataset(tensor, word=words), None, axes(between("low", "high")))
        x = found.coordinates[:, 0]
        assert np.argsort(x).tolist() == np.argsort(place).tolist()
        np.testing.assert_allclose(np.diff(np.sort(x)), 1, atol=2e-3)

    def test_centroids_lie_equally_far_on_both_sides(self, colors):
        x = compute_custom_axes(colors, None, axes(between("red", "blue"))).coordinates[:, 0]
        assert x[:10].mean() == pytest.approx(-x[20:].mean(), abs=1e-4)
        assert x[:10].mean() < -4

    def test_swapped_ends_mirror_the_axis(self, colors):
        there = compute_custom_axes(colors, None, axes(between("red", "blue"))).coordinates[:, 0]
        back = compute_custom_axes(colors, None, axes(between("blue", "red"))).coordinates[:, 0]
        np.testing.assert_allclose(there, -back, atol=1e-5)

    def test_three_axes_give_three_components(self, colors):
        asked = axes(between("red", "blue"), between("red", "green"), between("green", "blue"))
        assert compute_custom_axes(colors, None, asked).coordinates.shape == (30, 3)

    def test_a_named_axis_colors_points_by_where_they_lie_on_it(self, colors):
        axis = Axis(Group("red"), Group("blue"), "warm to cold")
        along = axis_positions(colors, axis)
        drawn = compute_custom_axes(colors, None, axes(between("red", "blue"))).coordinates[:, 0]
        np.testing.assert_allclose(along, drawn, atol=1e-5)

    @pytest.mark.parametrize("scale", [1e37, 1e-37])
    def test_extreme_values_stay_finite_and_ordered(self, colors, scale):
        large = dataset(
            colors.tensor * np.float32(scale), word=colors.metadata.texts("word", range(30))
        )
        found = compute_custom_axes(large, None, axes(between("red", "blue")))
        plain = compute_custom_axes(colors, None, axes(between("red", "blue")))
        assert np.isfinite(found.coordinates).all()
        assert "by 2^" in found.message
        order = np.argsort(found.coordinates[:, 0])
        assert order.tolist() == np.argsort(plain.coordinates[:, 0]).tolist()


class TestGroups:
    def test_the_search_runs_over_all_rows_also_while_isolated(self, colors):
        green = np.arange(10, 20)
        found = compute_custom_axes(colors, green, axes(between("red", "blue")))
        every = compute_custom_axes(colors, None, axes(between("red", "blue")))
        np.testing.assert_allclose(found.coordinates[:, 0], every.coordinates[green, 0], atol=1e-5)

    def test_isolated_rows_only_is_a_switch(self, colors):
        with pytest.raises(ParameterError, match="'red' in the left box of X matches no isolated"):
            compute_custom_axes(
                colors, np.arange(10, 20), axes(between("red", "blue"), isolated_only=True)
            )

    def test_column_pattern_and_case_are_those_of_search(self, colors):
        assert group_rows(colors, Group("^RED", "group", regex=True)).tolist() == [*range(10)]
        assert group_rows(colors, Group("RED", "group", case=True)).size == 0
        assert group_rows(colors, Group("[12]$", "word", regex=True)).tolist() == [
            1,
            2,
            11,
            12,
            21,
            22,
        ]

    def test_rows_of_a_selection_make_a_group(self, colors):
        asked = {"left": {"rows": encode_rows([*range(10)])}, "right": {"rows": [20, 21, 29]}}
        x = compute_custom_axes(colors, None, axes(asked)).coordinates[:, 0]
        assert x[:10].max() < x[20:].min()
        with pytest.raises(ParameterError, match="existing points"):
            compute_custom_axes(colors, None, axes({**asked, "left": {"rows": [30]}}))

    @pytest.mark.parametrize(
        ("axis", "message"),
        [
            (between("", "blue"), "The left box of X is empty"),
            (between("red", ""), "The right box of X is empty"),
            ({}, "The left box of X is empty"),
            (between("red", "violet"), "'violet' in the right box of X matches no point"),
            (between("red", "red"), "Both groups of X have the same centroid"),
            (between("red", "(", regex=True), "cannot be read at character 1"),
            (between("red", "blue", column="colour"), "no metadata column"),
        ],
    )
    def test_an_empty_or_unmatched_box_says_so(self, colors, axis, message):
        with pytest.raises(Exception, match=message.replace("(", r"\(")):
            compute_custom_axes(colors, None, axes(axis))

    def test_the_second_axis_names_its_ends_up_and_down(self, colors):
        with pytest.raises(ParameterError, match="up box of Y is empty"):
            compute_custom_axes(colors, None, axes(between("red", "blue"), between("green", "")))

    def test_a_dataset_without_metadata_offers_the_selection(self):
        with pytest.raises(ParameterError, match="no metadata"):
            compute_custom_axes(dataset(gaussian(5, 3)), None, axes(between("a", "b")))


class TestEmptyAxis:
    def test_becomes_a_principal_component_and_says_so(self, colors):
        found = compute_custom_axes(colors, None, axes(between("red", "blue")))
        assert found.coordinates.shape == (30, 2)
        assert "Y is principal component 1" in found.message

    def test_becomes_seeded_jitter_and_says_so(self, colors):
        asked = axes(None, between("red", "blue"), empty_axis="jitter")
        found = compute_custom_axes(colors, None, asked)
        assert "X is random jitter and means nothing" in found.message
        again = compute_custom_axes(colors, None, asked)
        np.testing.assert_array_equal(found.coordinates, again.coordinates)
        other = axes(None, between("red", "blue"), empty_axis="jitter", random_state=1)
        assert (compute_custom_axes(colors, None, other).coordinates != found.coordinates).any()

    def test_one_dimension_has_no_second_component(self):
        line = dataset(np.arange(6.0)[:, None], word=list("aabbcc"))
        found = compute_custom_axes(line, None, axes(between("a", "c"), None, None))
        assert (found.coordinates[:, 2] == 0).all()


class TestParameters:
    @pytest.mark.parametrize(
        "given",
        [
            {},
            {"axes": []},
            {"axes": [None, None]},
            {"axes": [{}, {}, {}, {}]},
            {"axes": "red"},
            {"axes": [7]},
            {"axes": [{"left": 7}]},
            {"axes": [{"left": {"text": 7}}]},
            {"axes": [{"left": {"text": "a", "rows": [1]}}]},
            {"axes": [{"left": {"rows": [-1]}}]},
            {"axes": [{"left": {"column": 3}}]},
            {"axes": [{"left": {"regex": 1}}]},
            {"axes": [{"up": {}}]},
            {"axes": [{"name": "x" * 101}]},
            {"axes": [{}], "isolated_only": 1},
            {"axes": [{}], "empty_axis": "nothing"},
            {"axes": [{}], "random_state": True},
        ],
    )
    def test_anything_else_is_refused(self, given):
        with pytest.raises(ParameterError):
            CustomAxesParameters.parse(given)


def test_the_example_of_the_documentation_orders_words_from_worst_to_best(real_data):
    """Isolate 100 neighbors of a word and project them on two words that are not among them."""
    tensor = np.load(real_data / "words_10k" / "words_10k.npy").astype(np.float32)
    lines = (real_data / "words_10k" / "words_10k_metadata.tsv").read_text().splitlines()
    words = [line.split("\t")[0] for line in lines][len(lines) - len(tensor) :]
    texts = dataset(tensor, word=words)
    near = nearest_neighbors(tensor, words.index("politics"), 100, "cosine").rows
    rows = np.sort(np.append(near, words.index("politics")))
    assert not {"best", "worst"} & {words[row] for row in rows}
    asked = axes(between("^worst$", "^best$", regex=True))
    found = compute_custom_axes(texts, rows, asked)
    order = [words[rows[i]] for i in np.argsort(found.coordinates[:, 0])]
    assert order.index("racism") < order.index("corruption") < order.index("government")
    assert order.index("government") < order.index("law") < order.index("science")
