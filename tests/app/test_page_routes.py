"""Arrays and texts that the page itself asks for."""

from data.rows import encode_rows


def labels(client, small, rows, column="word"):
    url = f"/page/datasets/{small.id}/{small.metadata_revision}/labels"
    return client.get(url, query_string={"rows": rows, "column": column})


def test_labels_of_asked_rows_come_in_their_order_and_are_kept_by_browsers(client, small, services):
    answer = labels(client, small, encode_rows([41, 3, 7]))
    expected = services.datasets.open(small.id).metadata.texts("word", [3, 7, 41])
    assert answer.get_json() == {"labels": expected}
    assert "immutable" in answer.headers["Cache-Control"]


def test_labels_of_rows_or_columns_that_do_not_exist_are_refused(client, small):
    for rows in ("", encode_rows([60]), encode_rows(range(1_001)), "*", "gg"):
        answer = labels(client, small, rows)
        assert answer.status_code == 422, rows
        assert answer.get_json()["error"]["message"]
    assert labels(client, small, encode_rows([1]), column="no such").status_code == 404
