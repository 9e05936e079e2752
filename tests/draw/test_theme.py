"""Colours: readable on their background, and different where they mean different."""

import pytest

from microbp.draw.theme import THEMES, Gradients, Tint


def luminance(colour):
    """The relative luminance of the W3C's accessibility guidelines (WCAG 2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    low, high = sorted([luminance(a), luminance(b)])
    return (high + 0.05) / (low + 0.05)


def tints(theme):
    shades = [*theme.up, *theme.down]
    return [field for field in theme if type(field) is Tint] + shades


@pytest.mark.parametrize("name", THEMES)
def test_all_text_can_be_read_on_its_background(name):
    theme = THEMES[name]
    pairs = [(tint.ink, tint.fill) for tint in tints(theme)]
    pairs += [(theme.ink, theme.paper), (theme.faint, theme.paper)]
    pairs += [(theme.faint, theme.group.fill), (theme.faint, theme.frame.fill)]

    assert [] == [pair for pair in pairs if contrast(*pair) < 4.5]


@pytest.mark.parametrize("name", THEMES)
def test_each_shade_is_different_from_the_next(name):
    for shades in (THEMES[name].up, THEMES[name].down):
        assert 4 == len({shade.fill for shade in shades})


@pytest.mark.parametrize(
    ("gradient", "shade"),
    [(10.0, 3), (5.0, 3), (4.9, 2), (1.0, 2), (0.9, 1), (0.1, 1), (0.09, 0)],
)
def test_the_shade_is_the_size_beside_the_largest(gradient, shade):
    theme = THEMES["light"]
    scale = Gradients(theme, [0.0, -10.0, 2.0, float("inf"), float("nan")])

    assert theme.up[shade] == scale.tint(gradient)
    assert theme.down[shade] == scale.tint(-gradient)


def test_zero_and_nan_have_no_colour_and_infinity_the_strongest():
    theme = THEMES["dark"]
    scale = Gradients(theme, [1.0])

    assert [theme.none] * 2 == [scale.tint(0.0), scale.tint(float("nan"))]
    assert theme.down[3] == scale.tint(float("-inf"))
    assert theme.up[3] == Gradients(theme, [float("inf")]).tint(float("inf"))
