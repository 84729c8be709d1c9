// A large table by the arrow keys: from link to link, as in a spreadsheet. Tab still walks through all of them.

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** `data-grid` on a table whose cells hold links. Home and End go to the ends of a row, with Ctrl to the first and last. */
export function grid(table) {
  table.addEventListener("keydown", (event) => {
    if (event.altKey || event.metaKey || event.shiftKey) return;
    const cell = event.target.closest("th, td");
    const target = cell && next(table, cell, event);
    if (!target) return;
    event.preventDefault();
    target.focus();
  });
}

function next(table, cell, event) {
  if (event.key === "Home" || event.key === "End") return end(table, cell, event);
  const step = STEPS[event.key];
  if (!step || event.ctrlKey) return null;
  const [down, right] = step;
  let row = cell.parentElement.rowIndex + down;
  let column = cell.cellIndex + right;
  // Cells without a link are passed over.
  while (table.rows[row]?.cells[column]) {
    const link = table.rows[row].cells[column].querySelector("a");
    if (link) return link;
    row += down;
    column += right;
  }
  return null;
}

function end(table, cell, { key, ctrlKey }) {
  const links = [...(ctrlKey ? table : cell.parentElement).querySelectorAll("a")];
  return links.at(key === "Home" ? 0 : -1);
}
