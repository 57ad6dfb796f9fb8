"""Fonts without Chinese raise FontFault, and glyphs are cached."""

from __future__ import annotations

import shutil
from pathlib import Path

import pygame
import pytest

from terminal.drawing.draw import draw
from terminal.drawing.fonts import BOLD, GLYPH_BYTES, LINE_BYTES, REGULAR, Fonts
from terminal.drawing.theme import Style
from terminal.errors import FontFault
from terminal.screens.state import FaultScreen
from terminal.screens.values import Notice
from tests.terminal.drawing.displays import FONTS
from tests.terminal.drawing.gallery import VIEWS
from tests.terminal.screens.builders import FRESH

BLACK = (0, 0, 0)


def test_missing_folder_is_a_font_fault(tmp_path: Path):
    with pytest.raises(FontFault, match=REGULAR):
        Fonts.load(tmp_path)


def test_one_missing_weight_is_a_font_fault(tmp_path: Path):
    (tmp_path / REGULAR).symlink_to(FONTS / REGULAR)
    with pytest.raises(FontFault, match=BOLD):
        Fonts.load(tmp_path)


@pytest.mark.parametrize("size", [0, 1, 100, 5_000, 1_000_000])
def test_font_that_was_cut_short_is_a_font_fault(size: int, tmp_path: Path):
    (tmp_path / REGULAR).symlink_to(FONTS / REGULAR)
    (tmp_path / BOLD).write_bytes((FONTS / BOLD).read_bytes()[:size])
    with pytest.raises(FontFault):
        Fonts.load(tmp_path)


def test_font_without_chinese_is_a_font_fault(tmp_path: Path):
    latin = Path(pygame.__file__).parent / pygame.font.get_default_font()
    for name in (REGULAR, BOLD):
        shutil.copy(latin, tmp_path / name)
    with pytest.raises(FontFault):
        Fonts.load(tmp_path)


def test_folder_in_place_of_a_font_is_a_font_fault(tmp_path: Path):
    (tmp_path / REGULAR).mkdir()
    with pytest.raises(FontFault):
        Fonts.load(tmp_path)


def test_forms_are_simplified_chinese():
    """The Japanese and Chinese forms of 骨 differ; Japanese is first in the collection."""
    fonts = Fonts.load(FONTS)
    chinese, _, _ = fonts.glyph("骨", 64, BLACK, bold=False)
    japanese = pygame.freetype.Font(FONTS / REGULAR, 64, font_index=0).render("骨", BLACK)[0]
    assert pygame.image.tobytes(chinese, "RGBA") != pygame.image.tobytes(japanese, "RGBA")


def test_fallback_says_the_fault_in_english():
    fallback = Fonts.fallback()
    fault = FaultScreen(FRESH, Notice(FontFault.code, FontFault.zh, FontFault.en))
    silent = FaultScreen(FRESH, Notice(FontFault.code, FontFault.zh, " "))
    look = Style("en", fallback)
    said, unsaid = (pygame.image.tobytes(draw(screen, None, look), "RGB") for screen in (fault, silent))
    assert said != unsaid
    assert all(fallback.has(letter) for letter in FontFault.en)


def test_glyphs_and_lines_come_from_their_caches_which_are_bounded_in_bytes():
    fonts = Fonts.load(FONTS)
    first = fonts.glyph("检", 12, BLACK, bold=False)
    line = fonts.letters("检验", 12, BLACK, bold=False)
    assert fonts.glyph("检", 12, BLACK, bold=False) is first
    assert fonts.letters("检验", 12, BLACK, bold=False) is line
    for place in range(600):
        letter = chr(0x4E00 + place)
        fonts.letters(letter * (1 + place % 3), 120, BLACK, bold=False)
        assert fonts.glyphs.held_bytes <= GLYPH_BYTES
        assert fonts.lines.held_bytes <= LINE_BYTES
    assert len(fonts.glyphs) < 600
    assert fonts.glyph("检", 12, BLACK, bold=False) is not first
    assert fonts.letters("检验", 12, BLACK, bold=False) is not line


def test_a_screen_that_was_drawn_before_shapes_and_draws_no_letter_again():
    fonts = Fonts.load(FONTS)
    style, screen = Style("zh", fonts), VIEWS["pass"].screen
    draw(screen, None, style)
    held = len(fonts.glyphs), len(fonts.lines)
    draw(screen, None, style)
    assert (len(fonts.glyphs), len(fonts.lines)) == held


def test_letter_that_no_font_has_is_measured_and_drawn_all_the_same(fonts: Fonts):
    assert not fonts.has("\U0001f600")
    assert fonts.advance("\U0001f600", bold=True) == 1
    fonts.glyph("\U0001f600", 20, BLACK, bold=True)


def test_width_is_the_sum_of_what_the_pen_moves(fonts: Fonts):
    assert fonts.width("检验", 20, bold=True) == pytest.approx(40)
    assert 0 < fonts.width("il", 20, bold=False) < fonts.width("WM", 20, bold=False)
