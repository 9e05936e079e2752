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


# Linear RGB as seen without one kind of cone: G. Machado, M. Oliveira, L. Fernandes, "A
# Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE TVCG 15,
# 2009, severity 1.
WITHOUT = {
    "red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def lab(colour, matrix):
    """CIELAB of a colour as it is seen through a matrix."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    ]
    r, g, b = (
        min(max(sum(m * c for m, c in zip(row, linear, strict=True)), 0.0), 1.0)
        for row in matrix
    )
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    fx, fy, fz = (
        t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z)
    )
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("cone", WITHOUT)
def test_up_and_down_are_told_apart_without_one_kind_of_cone(name, cone):
    theme = THEMES[name]
    for depth in (2, 3):
        up = lab(theme.up[depth].fill, WITHOUT[cone])
        down = lab(theme.down[depth].fill, WITHOUT[cone])
        difference = sum((a - b) ** 2 for a, b in zip(up, down, strict=True)) ** 0.5

        assert difference > 20  # two colours side by side differ visibly from about 2
