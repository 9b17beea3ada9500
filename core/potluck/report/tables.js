"use strict";

/* Tables: they scroll inside their own box, sort by a click on a head, and can be saved. */

const NOTHING = "–";

/** A cell with a number: the value that it is sorted and saved by, and what is shown. */
function numeric(value, ...shown) {
  return make("td", { class: "number", "data-value": isNumber(value) ? value : null }, ...shown);
}

/** A mean above its interval. */
function estimate(found, unit, chosen = false) {
  const cell = numeric(found?.mean, amount(found?.mean, unit));
  if (chosen) cell.classList.add("chosen");
  if (!found || !isNumber(found.low)) return cell;
  [cell.dataset.low, cell.dataset.high] = [found.low, found.high];
  cell.append(make("span", { class: "small" }, `${amount(found.low, unit)} to ${amount(found.high, unit)}`));
  return cell;
}

/** The head of a column of numbers. */
function counting(...children) {
  return make("th", { scope: "col", class: "number" }, ...children);
}

/**
 * A table in a box that scrolls sideways where the page is narrow. Columns without a value are left out.
 * `fixed`: its rows keep their order. `saves`: the rows to save, if these are more than are shown.
 */
function boxed(caption, heads, rows, { fixed = false, saves = null, ...attributes } = {}) {
  const cells = heads.map((head) => (head instanceof Node ? head : make("th", { scope: "col" }, head)));
  const table = make(
    "table",
    attributes,
    make("caption", { class: "hidden" }, caption),
    make("thead", {}, make("tr", {}, ...cells)),
    make("tbody", {}, ...rows),
  );
  leaveOutEmpty(table);
  for (const head of table.tHead.rows[0].cells) {
    head.dataset.name ??= head.textContent;
    if (!fixed && rows.length > 1) makeSortable(table, head);
  }
  const box = make("div", { class: "box", tabindex: "0", role: "region", "aria-label": `Table: ${caption}` }, table);
  const saving = rows.length > 1 ? saveTable(caption, saves ?? (() => rowsOf(table))) : null;
  return make("div", { class: "table" }, box, saving);
}

function leaveOutEmpty(table) {
  if (table.rows.length < 2) return;
  for (let column = table.tHead.rows[0].cells.length - 1; column >= 0; column -= 1) {
    const cells = [...table.rows].map((row) => row.cells[column]);
    if (cells.slice(1).every((cell) => [NOTHING, ""].includes(cell.textContent.trim())))
      cells.forEach((cell) => cell.remove());
  }
}

/* Sorting. */

function makeSortable(table, head) {
  const arrow = make("span", { class: "arrow", "aria-hidden": "true" }, "↕");
  const sorting = button({ class: "sort" }, () => sortBy(table, head), ...head.childNodes);
  sorting.insertBefore(arrow, sorting.querySelector(".small"));
  head.replaceChildren(sorting);
}

/** Sort by a column: numbers begin with the largest, texts with the first; a second time the other way round. */
function sortBy(table, head) {
  const column = head.cellIndex;
  const first = head.classList.contains("number") ? "descending" : "ascending";
  const second = first === "ascending" ? "descending" : "ascending";
  const order = head.getAttribute("aria-sort") === first ? second : first;
  const rows = [...table.tBodies[0].rows];
  const sign = order === "ascending" ? 1 : -1;
  rows.sort((one, other) => inOrder(sortKey(one.cells[column]), sortKey(other.cells[column]), sign));
  table.tBodies[0].append(...rows);
  showOrder(table, head, order);
}

/** Mark the head of the column by which the rows are sorted. */
function showOrder(table, head, order) {
  for (const other of table.tHead.rows[0].cells) {
    if (other === head) other.setAttribute("aria-sort", order);
    else other.removeAttribute("aria-sort");
    const arrow = other.querySelector(".arrow");
    if (arrow) fill(arrow, other !== head ? "↕" : order === "ascending" ? "↑" : "↓");
  }
}

function inOrder(one, other, sign) {
  if (one === null || other === null) return (one === null) - (other === null);
  if (isNumber(one) && isNumber(other)) return sign * (one - other);
  return sign * String(one).localeCompare(String(other), undefined, { numeric: true });
}

/** The value that a cell is sorted by; null for an empty cell. */
function sortKey(cell) {
  if (cell.dataset.value !== undefined) return Number(cell.dataset.value);
  const text = cell.textContent.trim();
  if (text === NOTHING || text === "") return null;
  if (!cell.classList.contains("number")) return text;
  const read = Number(text.replaceAll(",", "").replace("−", "-"));
  return Number.isNaN(read) ? text : read;
}

/* Ready-made tables, such as those of a training. */

function showTables() {
  fill(byId("tables"), ...report.tables.map(tableSection));
}

function tableSection(table, index) {
  const { title, note } = table;
  const id = `table-${index}`;
  return make(
    "section",
    { "aria-labelledby": id },
    make("h2", { id }, quoted(title)),
    note ? make("p", { class: "note" }, quoted(note)) : null,
    readyTable(table),
  );
}

function readyTable({ title, columns, rows }) {
  const heads = columns.map(([name, isCount]) => (isCount ? counting(quoted(name)) : columnHead(quoted(name))));
  const lines = rows.map((row) => make("tr", {}, ...row.map((cell, i) => readyCell(cell, columns[i], i === 0))));
  return boxed(title, heads, lines, { fixed: !columns.some(([, isCount]) => isCount) });
}

function columnHead(...children) {
  return make("th", { scope: "col" }, ...children);
}

function readyCell(cell, [, isCount, unit], isFirst) {
  if (cell !== null && typeof cell === "object") return estimate(cell, unit);
  if (isNumber(cell)) return numeric(cell, amount(cell, unit));
  if (isCount) return numeric(null, cell ?? NOTHING);
  return isFirst ? quoted(cell, "th", { scope: "row" }) : quoted(cell ?? NOTHING, "td");
}

/** Content behind a summary that unfolds it. */
function folded(summary, content) {
  return make("details", {}, make("summary", {}, summary), content);
}
