"use strict";

/* Labels: how often each actual one was predicted as each, in numbers and shades. */

const SHADES = 5;
const MISTAKES = 10;
const LARGEST_MATRIX = 30;
const NO_LABEL = "(no label)";

function labelName(label) {
  return label || NO_LABEL;
}

function showConfusion() {
  byId("confusion").hidden = !report.confusion;
  if (!report.confusion) return;
  const { labels } = report.confusion;
  const matrix = confusionTable(report.confusion);
  const size = `The whole table, ${labels.length} × ${labels.length} labels`;
  fill(byId("confused"), mistakesTable(), labels.length > LARGEST_MATRIX ? folded(size, matrix) : matrix);
}

/** The commonest mistakes, each leading to its examples. */
function mistakesTable() {
  const { labels, counts } = report.confusion;
  const wrong = counts.flatMap((row, a) =>
    row.map((count, p) => ({ count, a, p, all: total(row) })).filter((one) => one.count && one.a !== one.p),
  );
  if (!wrong.length) return make("p", { class: "note" }, "Every prediction is right.");
  wrong.sort((one, other) => other.count - one.count);
  const rows = wrong.slice(0, MISTAKES).map(({ count, a, p, all }) =>
    make(
      "tr",
      {},
      numeric(count, confusedButton(count, a, p)),
      quoted(labelName(labels[a]), "td"),
      quoted(labelName(labels[p]), "td"),
      numeric(count / all, `${whole((100 * count) / all)} %`),
    ),
  );
  const heads = [counting("Mistakes"), "Actual", "Predicted", counting("of the actual")];
  return boxed("The commonest mistakes", heads, rows);
}

function total(row) {
  return row.reduce((sum, count) => sum + count, 0);
}

/** One row per actual label, one column per predicted one; the darker a cell, the larger its share of the row. */
function confusionTable({ labels, counts }) {
  const tall = labels.length > 6 || labels.some((label) => widthOf(label) > 120);
  const names = labels.map((label) => counting(quoted(labelName(label), "span", { class: tall ? "tall" : null })));
  const rows = counts.map((row, a) =>
    make(
      "tr",
      {},
      quoted(labelName(labels[a]), "th", { scope: "row" }),
      ...row.map((count, p) => confusionCell(count, total(row), a, p)),
      numeric(total(row), whole(total(row))),
    ),
  );
  const corner = make("th", { scope: "col" }, "Actual ↓ Predicted →");
  return boxed("How often each actual label was predicted as each", [corner, ...names, counting("All")], rows, {
    class: "confusion",
    fixed: true,
  });
}

function confusionCell(count, all, a, p) {
  const shade = count ? Math.max(1, Math.round((SHADES * count) / all)) : 0;
  const cell = numeric(count, count ? confusedButton(count, a, p) : "0");
  cell.classList.add(a === p ? "right" : "wrong", `shade${shade}`);
  return cell;
}

function confusedButton(count, a, p) {
  const { labels } = report.confusion;
  const words = `${whole(count)} ${labelName(labels[a])} predicted as ${labelName(labels[p])}: show them`;
  return button({ class: "link", "aria-label": plain(words) }, () => chooseConfused(a, p), whole(count));
}

/** Show the examples of one cell. */
function chooseConfused(a, p) {
  clearFilters();
  filter({ confused: [report.confusion.labels[a], report.confusion.labels[p]] });
  byId("questions").focus();
}

/** Whether an example has the chosen actual and predicted label. */
function isConfused(question) {
  if (!state.confused) return true;
  return actualOf(question) === state.confused[0] && predictedOf(question) === state.confused[1];
}

function actualOf(question) {
  return question.gold.answers[0] ?? "";
}

function predictedOf(question) {
  return question.answers[state.a]?.text ?? "";
}

/** The predicted label of an example, and the actual one if it differs. */
function labelRemark(question) {
  const predicted = quoted(labelName(predictedOf(question)));
  if (actualOf(question) === predictedOf(question)) return make("span", {}, "predicted ", predicted);
  return make("span", {}, "predicted ", predicted, ", actual ", quoted(labelName(actualOf(question))));
}
