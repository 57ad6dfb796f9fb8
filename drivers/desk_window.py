"""A desk's window: the display, and beside it the tray and what lamp, sounder and motor do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pygame
from pygame import freetype

from drivers.display import SdlDisplay

if TYPE_CHECKING:
    from pathlib import Path

    from drivers.desk_camera import DeskScene
    from drivers.desk_panel import DeskPanel, PanelOutputs
    from drivers.display import Size
    from drivers.tray import Tray
    from terminal.ports import Contact

ASIDE = 430
"""Width of the column beside the display, px."""
COLUMN_TALL = 780
"""Least height of the window, px: that of the column."""
_CODE_TALL, _LINE_TALL, _OUTPUTS_TALL, _MARGIN = 40, 20, 44, 16
_GROUND, _CARD, _HELD, _INK, _FAINT = (
    (233, 237, 240),
    (255, 255, 255),
    (29, 122, 79),
    (27, 39, 48),
    (90, 104, 114),
)
_FONT, _SIMPLIFIED_CHINESE = "NotoSansCJK-Regular.ttc", 2
_TEXTS = {
    "zh": {
        "keys": "空格 扫描键 · 回车 确认键 · Esc 返回键 · 按住一秒确认报警",
        "officers": "登录：确认键，编号，确认键，PIN，确认键",
        "codes": "点一张样码，出示给摄像头；再点一次收起",
        "plates": "或者在待机画面按确认键，输入号牌",
        "sound": "声音",
        "vibration": "振动",
        "torch": "补光灯",
    },
    "en": {
        "keys": "Space scan · Return CONFIRM · Esc BACK · hold to acknowledge an alarm",
        "officers": "Sign in: CONFIRM, number, CONFIRM, PIN, CONFIRM",
        "codes": "Click a sample to hold it before the camera, again to take it away",
        "plates": "Or press CONFIRM on the ready screen, and enter a plate",
        "sound": "sound",
        "vibration": "vibration",
        "torch": "torch",
    },
}


class DeskWindow(SdlDisplay):
    """A window with the display at its left and the desk's column at its right."""

    def __init__(  # noqa: PLR0913 - what a desk consists of, and how its column is written
        self,
        size: Size,
        panel: DeskPanel,
        scene: DeskScene,
        tray: Tray,
        *,
        language: Literal["zh", "en"],
        fonts: Path,
    ) -> None:
        """Open the window for pictures of `size` px. Raises DisplayFault."""
        tall = max(size[1], COLUMN_TALL)
        super().__init__(None, (size[0] + ASIDE, tall), size, 0, "roadside", aside=ASIDE)
        self._panel_of_desk, self._scene, self._tray, self._language = panel, scene, tray, language
        self._font = _font(fonts / _FONT)
        self._column = self._panel.subsurface((size[0], 0, ASIDE, tall))
        self._codes = [
            pygame.Rect(_MARGIN, self._codes_top + place * _CODE_TALL, ASIDE - 2 * _MARGIN, _CODE_TALL - 4)
            for place in range(len(tray.codes))
        ]
        self._seen: tuple[PanelOutputs, int | None] | None = None

    def code_at(self, point: tuple[int, int]) -> int | None:
        """Return the index of the sample code at a pixel of the window; None elsewhere."""
        at = (point[0] - self.size[0], point[1])
        return next((index for index, area in enumerate(self._codes) if area.collidepoint(at)), None)

    def poll(self) -> list[Contact]:
        """See `terminal.ports.Display`."""
        found = list(super().poll())
        seen = self._panel_of_desk.outputs, self._scene.held
        if seen != self._seen:
            self._seen = seen
            self._draw(*seen)
            self._flush(pygame.Rect(self.size[0], 0, *self._column.get_size()))
        return found

    def _heard(self, event: pygame.event.Event) -> Contact | None:
        if event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
            index = self.code_at(event.pos)
            if index is not None:
                self._scene.hold(None if index == self._scene.held else index)
        return super()._heard(event)

    @property
    def _codes_top(self) -> int:
        return _OUTPUTS_TALL + (len(self._tray.officers) + 3) * _LINE_TALL

    def _draw(self, outputs: PanelOutputs, held: int | None) -> None:
        """Draw the column: outputs, officers, codes and plates from top to bottom."""
        text = _TEXTS[self._language]
        self._column.fill(_GROUND)
        self._draw_outputs(outputs)
        officers = [f"{one.number}   PIN {one.pin}   {one.name}" for one in self._tray.officers]
        self._lines([text["keys"], text["officers"], *officers, text["codes"]], _OUTPUTS_TALL)
        for index, (area, code) in enumerate(zip(self._codes, self._tray.codes, strict=True)):
            pygame.draw.rect(self._column, _CARD, area, border_radius=6)
            if index == held:
                pygame.draw.rect(self._column, _HELD, area, 3, border_radius=6)
            self._line(getattr(code.name, self._language), area.x + 10, area.y + 3, _INK, 15)
            self._line(getattr(code.car, self._language), area.x + 10, area.y + 20, _FAINT, 11)
        below = self._codes_top + len(self._codes) * _CODE_TALL
        plates = [
            f"{one.number}   {getattr(one.kind, self._language)}   {getattr(one.state, self._language)}"
            for one in self._tray.plates
        ]
        self._lines([text["plates"], *plates], below)

    def _draw_outputs(self, outputs: PanelOutputs) -> None:
        text = _TEXTS[self._language]
        colour = tuple(round(255 * part) for part in outputs.lamp)
        pygame.draw.rect(self._column, colour, (_MARGIN, 14, 46, 18), border_radius=9)
        shown = {"sound": outputs.tone_hz > 0, "vibration": outputs.vibrating, "torch": outputs.torch}
        for place, (name, on) in enumerate(shown.items()):
            self._line(text[name], _MARGIN + 70 + 100 * place, 14, _INK if on else (190, 198, 204), 15)

    def _lines(self, lines: list[str], top: int) -> None:
        for place, line in enumerate(lines):
            self._line(line, _MARGIN, top + place * _LINE_TALL, _INK, 12)

    def _line(self, line: str, x: int, y: int, ink: tuple[int, int, int], size: int) -> None:
        self._font.render_to(self._column, (x, y), line, ink, size=size)


def _font(path: Path) -> freetype.Font:
    """Open the Chinese font, or pygame's own, which has Latin letters alone."""
    freetype.init()
    try:
        return freetype.Font(path, font_index=_SIMPLIFIED_CHINESE)
    except (OSError, RuntimeError, pygame.error):
        return freetype.Font(None)
