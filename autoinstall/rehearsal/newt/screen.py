"""The virtual screen: everything is drawn here first, `refresh` sends what has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from autoinstall.rehearsal.newt.capabilities import Capabilities
from autoinstall.rehearsal.newt.cells import BLANK, Cell
from autoinstall.rehearsal.newt.charset import Charset
from autoinstall.rehearsal.newt.display import COLUMNS, ROWS, Display
from autoinstall.rehearsal.newt.palette import Mood, Part, palette
from autoinstall.rehearsal.newt.row import paint_row
from autoinstall.rehearsal.newt.scrolling import scroll_into_place

_UNICODE_LINES = dict(
    zip("-.0ajklmqtux", "↑↓▮▒┘┐┌└─├┤│", strict=True),
)
UP_ARROW, DOWN_ARROW, BLOCK, CHECKERBOARD = "-.0a"
LOWER_RIGHT, UPPER_RIGHT, UPPER_LEFT, LOWER_LEFT = "jklm"
HORIZONTAL, VERTICAL, LEFT_TEE, RIGHT_TEE = "qxtu"
"""VT100 names of the line drawing shapes."""


class Screen:
    """80x24 cells as they shall be and as the terminal shows them; a pen with a place and a part."""

    def __init__(self, display: Display, charset: Charset) -> None:
        self.display = display
        self.charset = charset
        self._shapes = _shapes(display.capabilities, charset)
        self.row = 0
        self.column = 0
        self.part = Part.NORMAL
        self._clear_first = True
        self._mistrusted: set[int] = set()
        self._wanted = [[BLANK] * COLUMNS for _ in range(ROWS)]
        self._shown = [[BLANK] * COLUMNS for _ in range(ROWS)]

    def restart(self) -> None:
        """Begin anew on a terminal of which nothing is known."""
        self.row = self.column = 0
        self.part = Part.NORMAL
        self._clear_first = True
        self._mistrusted = set()
        self._wanted = [[BLANK] * COLUMNS for _ in range(ROWS)]
        self._shown = [[BLANK] * COLUMNS for _ in range(ROWS)]

    def set_mood(self, mood: Mood) -> None:
        """Change the colours; where there are colours, everything is painted anew."""
        self.display.palette = palette(self.display.capabilities.colours, mood)
        if self.display.palette.colours:
            self._clear_first = True

    def go_to(self, row: int, column: int) -> None:
        """Move the pen."""
        self.row, self.column = row, column

    def write(self, text: str) -> None:
        """Write at the pen and move it; what does not fit into the row is lost."""
        self._put(Cell(character, self.part) for character in self.charset.shown(text))

    def write_padded(self, text: str, columns: int) -> None:
        """Write a text cut or filled up with blanks to a width."""
        cells = list(self.charset.shown(text))[:columns]
        self._put(Cell(character, self.part) for character in [*cells, *" " * (columns - len(cells))])

    def draw(self, shapes: str) -> None:
        """Write line drawing shapes by their VT100 names."""
        lines = not self.charset.utf8
        self._put(Cell(self._shapes.get(shape, " "), self.part, lines) for shape in shapes)

    def _put(self, cells: Iterable[Cell]) -> None:
        row = self._wanted[self.row]
        for cell in cells:
            if self.column >= COLUMNS:
                break
            row[self.column] = cell
            self.column += 1

    def fill(self, row: int, column: int, height: int, width: int) -> None:
        """Blank a rectangle in the pen's part; the pen is left at its upper right."""
        for line in range(row, min(row + height, ROWS)):
            self.go_to(line, column)
            self.write(" " * min(width, COLUMNS - column))
        self.row = row

    def box(self, row: int, column: int, height: int, width: int) -> None:
        """Draw a frame of this outer size."""
        for line in range(row + 1, row + height - 1):
            for side in (column, column + width - 1):
                self.go_to(line, side)
                self.draw(VERTICAL)
        for line, left, right in (
            (row, UPPER_LEFT, UPPER_RIGHT),
            (row + height - 1, LOWER_LEFT, LOWER_RIGHT),
        ):
            self.go_to(line, column)
            self.draw(left + HORIZONTAL * (width - 2) + right)

    def erase_all(self) -> None:
        """Blank everything in the pen's part and put the pen at the upper left."""
        self.fill(0, 0, ROWS, COLUMNS)
        self.go_to(0, 0)

    def copy(self, row: int, column: int, height: int, width: int) -> list[list[Cell]]:
        """The cells of a rectangle, clipped to the screen."""
        return [line[column : column + width] for line in self._wanted[row : row + height]]

    def paste(self, row: int, column: int, cells: list[list[Cell]]) -> None:
        """Put back a rectangle; the pen is left at the start of its last row."""
        for offset, line in enumerate(cells):
            self.go_to(row + offset, column)
            self._wanted[self.row][column : column + len(line)] = line

    def mistrust(self) -> None:
        """Take it that the terminal shows something else on every row."""
        self._mistrusted = set(range(ROWS))

    def refresh(self) -> None:
        """Make the terminal show what was drawn, with the cursor at the pen, in one burst."""
        if self._clear_first:
            self.display.clear()
            self._shown = [[BLANK] * COLUMNS for _ in range(ROWS)]
        elif self._wanted != self._shown:
            scroll_into_place(self.display, self._shown, self._wanted)
        for row in range(ROWS):
            if row in self._mistrusted and not self._clear_first:
                self.display.go_to(row, 0)
                self.display.erase_to_end()
                self._shown[row] = [BLANK] * COLUMNS
            if self._shown[row] != self._wanted[row]:
                paint_row(self.display, row, self._shown[row], self._wanted[row])
                self._shown[row] = list(self._wanted[row])
        self._mistrusted = set()
        self._clear_first = False
        self.display.go_to(self.row, min(self.column, COLUMNS - 1))
        self.display.flush()


def _shapes(capabilities: Capabilities, charset: Charset) -> Mapping[str, str]:
    if charset.utf8:
        return _UNICODE_LINES
    return {shape: shape for shape in capabilities.line_shapes}
