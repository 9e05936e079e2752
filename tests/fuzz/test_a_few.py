"""A few thousand of what `make fuzz` tries by the hundred thousand."""

import pytest

from tests.fuzz import files, graphs


@pytest.mark.parametrize("hundred", range(20))
def test_random_graphs(hundred):
    for seed in range(100 * hundred, 100 * hundred + 100):
        graphs.check(10_000_000 + seed)


@pytest.mark.parametrize("kind", sorted(files.SAMPLES))
def test_whole_files_are_read(kind):
    files.read(kind, files.SAMPLES[kind])


def test_damaged_files():
    for seed in range(2000):
        files.check(10_000_000 + seed)
