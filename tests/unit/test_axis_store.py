"""Named axes: there for everyone, as long as their dataset is."""

import pytest

from data.errors import NotFoundError, ParameterError
from data.projections.axes_parameters import Axis, Group
from data.services import Services
from data.stores.axes import AxisStore


@pytest.fixture
def axes(services):
    return AxisStore(services.datasets)


def between(left, right, name):
    return Axis(Group(left), Group(right, "group", regex=True), name)


class TestAxisStore:
    def test_an_axis_is_found_by_everyone_who_opens_the_data_directory(self, axes, small, services):
        kept = axes.save(small.id, between("red", "^bl", "warmth"))
        others = AxisStore(Services.open(services.data_dir).datasets)
        assert others.get(small.id, "warmth") == kept
        assert others.of(small.id) == [kept]

    def test_the_same_name_replaces(self, axes, small):
        axes.save(small.id, between("red", "blue", "warmth"))
        axes.save(small.id, between("red", "green", "warmth"))
        axes.save(small.id, between("a", "b", "Alphabet"))
        assert [axis.name for axis in axes.of(small.id)] == ["Alphabet", "warmth"]
        assert axes.get(small.id, "warmth").right.text == "green"

    def test_a_removed_axis_is_gone(self, axes, small):
        axes.save(small.id, between("red", "blue", "warmth"))
        axes.remove(small.id, "warmth")
        axes.remove(small.id, "warmth")
        with pytest.raises(NotFoundError, match="warmth"):
            axes.get(small.id, "warmth")

    def test_axes_leave_and_come_back_with_their_dataset(self, axes, small, services):
        axes.save(small.id, between("red", "blue", "warmth"))
        services.datasets.delete(small.id)
        with pytest.raises(NotFoundError):
            axes.of(small.id)
        services.datasets.restore(small.id)
        assert len(axes.of(small.id)) == 1

    @pytest.mark.parametrize(
        "axis", [between("red", "blue", ""), between("", "blue", "a"), between("red", "", "a")]
    )
    def test_an_axis_without_a_name_or_an_end_is_refused(self, axes, small, axis):
        with pytest.raises(ParameterError):
            axes.save(small.id, axis)

    def test_there_is_a_limit(self, axes, small, monkeypatch):
        monkeypatch.setattr("data.stores.axes.MAX_AXES", 1)
        axes.save(small.id, between("red", "blue", "warmth"))
        with pytest.raises(ParameterError, match="1 named axes"):
            axes.save(small.id, between("red", "blue", "other"))
