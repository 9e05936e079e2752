import pytest

from microbp import Value
from microbp.train.metrics import accuracy


@pytest.mark.parametrize(
    ("y_true", "y_pred", "expected"),
    [
        (1, Value(0.6), 1.0),
        (0, Value(0.6), 0.0),
        (0, [Value(0.5)], 1.0),
        (1, [Value(0.1), Value(0.7), Value(0.2)], 1.0),
        (2, [0.1, 0.7, 0.2], 0.0),
        ([0, 1, 0], [0.1, 0.7, 0.2], 1.0),
        ([1, 0, 0], [0.1, 0.7, 0.2], 0.0),
        (0, [0.5, 0.5], 1.0),
    ],
)
def test_accuracy_of_a_sample(y_true, y_pred, expected):
    assert expected == accuracy(y_true, y_pred)


def test_a_threshold_of_zero_is_for_logits():
    assert 1.0 == accuracy(1, Value(0.2), threshold=0.0)


def test_labels_are_checked():
    with pytest.raises(ValueError, match="whole number from 0 to 1, not -1"):
        accuracy(-1, Value(0.2))
    with pytest.raises(ValueError, match="2 targets for 3 outputs"):
        accuracy([0, 1], [0.1, 0.2, 0.7])
