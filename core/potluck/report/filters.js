"use strict";

/* Choosing which questions are shown, and in which order. */

/* The filters for two variants, and for one alone. */
const PAIR_KINDS = {
  all: ["All", () => true],
  disagreements: ["Disagreements", (question) => disagree(question)],
  regressions: ["Regressions", (question) => change(question) < 0],
  improvements: ["Improvements", (question) => change(question) > 0],
};
const SINGLE_KINDS = {
  all: ["All", () => true],
  imperfect: ["Not fully right", (question) => isImperfect(question)],
  refused: ["Refused", (question) => Boolean(question.answers[0]?.refused)],
};
const ORDERS = { file: "as in the file", worst: "worst first", best: "best first" };

function isSingle() {
  return report.variants.length === 1;
}

function kinds() {
  return isSingle() ? SINGLE_KINDS : PAIR_KINDS;
}

/** Whether a share is below 1, or above 0 if less is better. */
function isImperfect(question) {
  const [score, measure] = [question.answers[0]?.scores[state.measure], report.measures[state.measure]];
  return isNumber(score) && measure.unit === "" && (measure.higher ? score < 1 : score > 0);
}

/** The key of the order: how good the answer is, or how much better the second variant's is. */
function goodness(question) {
  if (!isSingle()) return gap(question) === null ? null : change(question);
  const score = question.answers[0]?.scores[state.measure];
  return isNumber(score) ? score * (report.measures[state.measure].higher ? 1 : -1) : null;
}

function inChosenOrder(questions) {
  if (state.order === "file") return questions;
  const sign = state.order === "worst" ? 1 : -1;
  return [...questions].sort((one, other) => inOrder(goodness(one), goodness(other), sign));
}

/* Properties of a question, for the chosen pair and measure. */

/** The second variant's score minus the first's; null where one of them has none. */
function gap(question) {
  const [a, b] = [question.answers[state.a]?.scores[state.measure], question.answers[state.b]?.scores[state.measure]];
  return isNumber(a) && isNumber(b) ? Number((b - a).toFixed(6)) : null;
}

/** Above 0 where the second variant did better. */
function change(question) {
  return (gap(question) ?? 0) * (report.measures[state.measure].higher ? 1 : -1);
}

/** Whether the answers differ, or their scores; times and costs always differ, so they do not count. */
function disagree(question) {
  const [a, b] = [question.answers[state.a], question.answers[state.b]];
  if (!a || !b) return false;
  const scored = !["s", "USD"].includes(report.measures[state.measure].unit);
  return a.text.trim() !== b.text.trim() || a.refused !== b.refused || (scored && Boolean(gap(question)));
}

function causesOf(question) {
  return question.causes.filter(samePair);
}

function hasCause(question, cause) {
  return cause === null || causesOf(question).some((one) => one.cause === cause);
}

function folding(text) {
  return String(text ?? "")
    .normalize("NFKC")
    .toLowerCase();
}

/** Whether all words of the search stand in the question or its answers. */
function holds(question, words) {
  if (!words.length) return true;
  question.searched ??= folding(
    [
      question.id,
      question.question,
      ...(question.gold?.answers ?? []),
      ...question.answers.map((answer) => answer?.text),
    ].join("\n"),
  );
  return words.every((word) => question.searched.includes(word));
}

/* Filtering. */

/** Work out which questions are shown, bring the counts up to date, and show the page. */
function showQuestions() {
  if (!report.questions.length) return;
  const words = folding(state.search).split(/\s+/).filter(Boolean);
  const matching = report.questions.filter((question) => holds(question, words));
  const [, wanted] = kinds()[state.kind];
  const caused = matching.filter((question) => hasCause(question, state.cause) && isConfused(question));
  state.shown = inChosenOrder(caused.filter(wanted));
  for (const [kind, [, test]] of Object.entries(kinds())) fill(byId(`count-${kind}`), whole(caused.filter(test).length));
  showCauses(matching.filter(wanted));
  state.page = Math.min(state.page, Math.max(0, pageCount() - 1));
  showPage();
}

function showCauses(questions) {
  const tallied = new Map();
  for (const question of questions) {
    for (const cause of new Set(causesOf(question).map((one) => one.cause)))
      tallied.set(cause, (tallied.get(cause) ?? 0) + 1);
  }
  if (state.cause !== null && !tallied.has(state.cause)) tallied.set(state.cause, 0);
  state.causes = [...tallied.keys()].sort((x, y) => tallied.get(y) - tallied.get(x));
  const options = state.causes.map((cause, i) =>
    make("option", { value: i }, `${plain(cause)} (${whole(tallied.get(cause))})`),
  );
  const select = byId("cause");
  fill(select, make("option", { value: "" }, "any"), ...options);
  select.value = state.cause === null ? "" : String(state.causes.indexOf(state.cause));
  byId("by-cause").hidden = !state.causes.length && state.cause === null;
}

/* Choosing. */

function chooseCause(cause) {
  clearFilters();
  state.cause = cause;
  showQuestions();
  byId("questions").focus();
}

function clearFilters() {
  Object.assign(state, { kind: "all", cause: null, confused: null, search: "", page: 0 });
  byId("search").value = "";
  byId("kind-all").checked = true;
  showQuestions();
}

function filter(changes) {
  Object.assign(state, changes, { page: 0 });
  showQuestions();
}

function showFilters() {
  const radios = Object.entries(kinds()).map(([kind, [name]]) => {
    const radio = make("input", {
      type: "radio",
      name: "kind",
      value: kind,
      id: `kind-${kind}`,
      checked: kind === "all",
    });
    radio.addEventListener("change", () => filter({ kind }));
    return make("label", {}, radio, make("span", {}, name, " ", make("span", { class: "count", id: `count-${kind}` })));
  });
  fill(byId("kinds"), ...radios);
  fill(byId("order"), ...Object.entries(ORDERS).map(([order, name]) => option(order, name)));
  byId("order").value = state.order;
  bind("order", (order) => filter({ order }));
  bind("cause", (value) => filter({ cause: value === "" ? null : state.causes[Number(value)] }));
  bind("search", (value) => filter({ search: value }), "input");
  byId("choice").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("submit", (event) => {
    event.preventDefault();
    byId("list").querySelector(".toggle")?.focus();
  });
}

/** The variants that may stand beside the two. */
function showOthers() {
  const others = report.variants
    .map((_, v) => v)
    .filter((v) => v !== state.a && v !== state.b && !report.variants[v].error);
  byId("beside").hidden = !others.length || !report.questions.length;
  fill(byId("others"), ...others.map(otherBox));
}

function otherBox(variant) {
  const box = make("input", { type: "checkbox", checked: state.others.has(variant) });
  box.addEventListener("change", () => {
    if (box.checked) state.others.add(variant);
    else state.others.delete(variant);
    showPage();
  });
  return make("label", {}, box, named(variant));
}
