"""What stands under the boxes of custom axes, and what becomes of them."""

import pytest

from callbacks.custom_axes import described, rows_after
from callbacks.kept_axes import kept_or_forgotten, recalled
from dashboard.panels.custom_axes import ENDS
from data.errors import ParameterError
from data.rows import encode_rows


@pytest.fixture
def dataset(services, small):
    return services.datasets.open(small.id)


def boxes(**texts):
    names = [f"{axis}-{end}" for axis, ends in ENDS.items() for end in ends]
    return {
        "isolation": [],
        "isolated_only": False,
        "jitter": False,
        "names": dict.fromkeys(ENDS),
        "rows": {},
        "texts": {name: texts.get(name.replace("-", "_"), "") for name in names},
        "columns": dict.fromkeys(ENDS, "group"),
        "patterns": dict.fromkeys(ENDS, False),
    }


class TestCounts:
    def test_stand_under_each_box(self, dataset):
        found = described(dataset, 500, **boxes(x_left="red", x_right="violet", y_up="blue"))
        assert found["counts"]["x-left"].children == "20 points"
        assert found["counts"]["x-right"].children == "no match"
        assert found["counts"]["x-right"].className == "unmatched"
        assert found["counts"]["y-down"].children == "empty"
        assert found["counts"]["z-far"].children == ""
        assert found["axes"]["axes"][2] is None

    def test_are_of_all_points_unless_only_isolated_ones_are_searched(self, dataset):
        isolated = {"isolation": [encode_rows([0, 1, 2, 3])]}
        asked = boxes(x_left="red", x_right="blue")
        found = described(dataset, 500, **{**asked, **isolated})
        assert found["counts"]["x-left"].children == "20 points"
        found = described(dataset, 500, **{**asked, **isolated, "isolated_only": True})
        assert found["counts"]["x-left"].children == "2 points"

    def test_say_what_is_wrong_with_a_pattern(self, dataset):
        asked = {**boxes(x_left="("), "patterns": dict.fromkeys(ENDS, True)}
        assert "cannot be read" in described(dataset, 500, **asked)["counts"]["x-left"].children


class TestSelection:
    def test_becomes_a_group_until_something_is_typed(self, dataset):
        rows = rows_after("x-left", True, {}, encode_rows([1, 2]), {})
        asked = {**boxes(x_right="blue"), "rows": rows}
        found = described(dataset, 500, **asked)
        assert found["counts"]["x-left"].children == "2 points"
        assert found["placeholders"]["x-left"] == "2 chosen points"
        assert found["axes"]["axes"][0]["left"] == {"rows": encode_rows([1, 2])}
        assert rows_after("x-left", False, {"x-left": "red"}, "", rows) == {}

    def test_must_hold_something(self):
        with pytest.raises(ParameterError, match="Nothing is selected"):
            rows_after("x-left", True, {}, "", {})


class TestKeptAxes:
    def test_are_recalled_by_their_name(self, services, dataset):
        asked = boxes(x_left="red", x_right="blue")
        axes = described(dataset, 500, **asked)["axes"]
        said = kept_or_forgotten(services, dataset, "axis-x-keep", axes, {"x": " warmth "})
        assert "warmth is kept" in said
        texts = recalled(services, dataset, "y", "warmth", {"y-up": "AA", "x-left": "AA"})
        assert texts == ("red", "blue", "group", False, {"x-left": "AA"})
        kept_or_forgotten(services, dataset, "axis-x-forget", axes, {"x": "warmth"})
        assert services.axes.of(dataset.record.id) == []

    def test_need_both_ends(self, services, dataset):
        with pytest.raises(ParameterError, match="boxes of Z are empty"):
            kept_or_forgotten(services, dataset, "axis-z-keep", {"axes": [None] * 3}, {"z": "a"})
