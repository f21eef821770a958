"""Columns as they are: nothing is computed, and nothing is made up."""

import numpy as np
import pytest

from data.errors import ParameterError
from data.projections.axes_parameters import ColumnsParameters
from data.projections.columns import compute_columns
from tests.unit.test_custom_axes import dataset, gaussian


def columns(*given):
    return ColumnsParameters.parse({"columns": list(given)})


@pytest.fixture
def measured():
    values = [f"{i / 2}" for i in range(20)]
    return dataset(gaussian(20, 4), height=values, name=["tall"] * 20, some=["1", ""] * 10)


class TestColumns:
    def test_dimensions_of_the_tensor_by_number(self, measured):
        found = compute_columns(measured, None, columns(2, 0))
        np.testing.assert_array_equal(found.coordinates, measured.tensor[:, [2, 0]])
        assert found.message == "Shown as they are: dimension 2, dimension 0."

    def test_numeric_metadata_by_name_beside_dimensions(self, measured):
        rows = np.array([3, 9])
        found = compute_columns(measured, rows, columns("height", 1, 3))
        assert found.coordinates[:, 0].tolist() == [1.5, 4.5]
        np.testing.assert_array_equal(found.coordinates[:, 1:], measured.tensor[rows][:, [1, 3]])

    @pytest.mark.parametrize(
        ("column", "message"),
        [
            ("weight", "no metadata column 'weight'"),
            ("name", "name has no number for 20 of 20 points, first for row 0"),
            ("some", "some has no number"),
        ],
    )
    def test_a_column_without_a_number_for_every_point_is_refused(self, measured, column, message):
        with pytest.raises(ParameterError, match=message):
            compute_columns(measured, None, columns(column, 0))

    @pytest.mark.parametrize("given", [[], [1], [1, 2, 3, 0], [0, True], [0, 1.0], "01", None])
    def test_anything_but_two_or_three_existing_columns_is_refused(self, given):
        with pytest.raises(ParameterError):
            ColumnsParameters.parse({"columns": given})

    @pytest.mark.parametrize("dimension", [-1, 4])
    def test_a_dimension_that_does_not_exist_is_refused(self, measured, dimension):
        with pytest.raises(ParameterError, match="from 0 to 3"):
            compute_columns(measured, None, columns(0, dimension))

    def test_values_beyond_the_range_of_the_screen_are_scaled_and_said(self):
        found = compute_columns(dataset(gaussian(9, 2) * 1e37), None, columns(0, 1))
        assert "by 2^" in found.message
        assert np.isfinite(found.coordinates**2).all()
