"use strict";

/* The state of the page, and the reader's actions. Keys: see the help in page.html. */

const report = JSON.parse(byId("data").textContent);

const state = {
  a: report.baseline,
  b: firstOther(),
  measure: 0,
  others: new Set(),
  kind: "all",
  cause: null,
  confused: null,
  order: report.variants.length === 1 ? "worst" : "file",
  search: "",
  page: 0,
  open: null,
  shown: [],
  causes: [],
};

/** The variant beside the baseline at first: the one that the conclusion takes, or the next one that did not fail. */
function firstOther() {
  if (isNumber(report.take) && report.take !== report.baseline) return report.take;
  return report.variants.findIndex((variant, v) => v !== report.baseline && !variant.error);
}

/** The measure shown first: the one that the report names, or a usual one that was measured. */
function firstMeasure() {
  if (isNumber(report.main)) return report.main;
  const preferred = ["f1", "accuracy", "exact_match", "fact"];
  const tested = (m) =>
    report.pairs.some((pair) => pair.m === m) || report.variants.some((variant) => variant.metrics[m]);
  const found = preferred
    .map((name) => report.measures.findIndex((measure) => measure.name === name))
    .find((m) => m >= 0 && tested(m));
  return (
    found ??
    Math.max(
      0,
      report.measures.findIndex((_, m) => tested(m)),
    )
  );
}

/* Choosing. */

function option(value, text) {
  return make("option", { value }, plain(text));
}

function showChoice() {
  const variants = () =>
    report.variants.map((variant, v) => option(v, variant.error ? `${variant.name} (failed)` : variant.name));
  fill(byId("choose-a"), ...variants());
  fill(byId("choose-b"), ...variants());
  fill(byId("choose-measure"), ...report.measures.map((measure, m) => option(m, measure.label)));
  bind("choose-a", (value) => choosePair(Number(value), state.b));
  bind("choose-b", (value) => choosePair(state.a, Number(value)));
  bind("choose-measure", (value) => {
    state.measure = Number(value);
    showAll();
  });
  byId("exchange").addEventListener("click", () => choosePair(state.b, state.a));
  const paired = !isSingle() && (report.questions.length > 0 || report.pairs.length > 0);
  for (const id of ["first", "second", "exchange"]) byId(id).hidden = !paired;
  byId("choice").hidden = !report.variants.length || (!paired && measured().length < 2);
  for (const one of document.querySelectorAll(".paired")) one.hidden = !paired;
}

function bind(id, action, event = "change") {
  byId(id).addEventListener(event, (happened) => action(happened.target.value));
}

function choosePair(a, b) {
  [state.a, state.b, state.page] = [a, b, 0];
  state.others.delete(a);
  state.others.delete(b);
  showAll();
}

function showAll() {
  byId("choose-a").value = String(state.a);
  byId("choose-b").value = String(state.b);
  byId("choose-measure").value = String(state.measure);
  showMeaning();
  showVariants();
  showVerdicts();
  showPlots();
  showOthers();
  showQuestions();
}

/* Keys. */

function pressed(event) {
  const writing = event.target.closest("input:not([type=radio], [type=checkbox]), select, textarea");
  if (writing || event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return;
  const actions = {
    j: () => step(1),
    k: () => step(-1),
    "/": () => byId("search").focus(),
    "?": () => byId("help").showModal(),
  };
  if (!Object.hasOwn(actions, event.key)) return;
  event.preventDefault();
  actions[event.key]();
}

/* Light and dark. */

const THEMES = { "": "Theme: automatic", light: "Theme: light", dark: "Theme: dark" };

function showTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  fill(byId("theme"), THEMES[theme]);
}

function nextTheme() {
  const themes = Object.keys(THEMES);
  showTheme(themes[(themes.indexOf(document.documentElement.dataset.theme ?? "") + 1) % themes.length]);
}

/* Paper: tables unfolded, and the questions of the filter, all open. */

function beforePrint() {
  for (const details of document.querySelectorAll("main details:not([open])")) {
    if (details.closest("#list")) continue;
    details.open = true;
    details.dataset.printing = "";
  }
  const shown = state.shown.slice(0, PRINTED);
  const left = state.shown.length - shown.length;
  const note = left
    ? make(
        "p",
        { class: "note" },
        `The first ${shown.length} of ${whole(state.shown.length)} questions are printed; filter to print others.`,
      )
    : null;
  fill(byId("printed"), note, ...shown.map((question) => article(question, true, true)));
}

function afterPrint() {
  for (const details of document.querySelectorAll("details[data-printing]")) {
    details.open = false;
    delete details.dataset.printing;
  }
  byId("printed").replaceChildren();
}

function start() {
  if (state.b < 0) state.b = state.a;
  state.measure = firstMeasure();
  showHead();
  showNotes();
  showChoice();
  showFilters();
  showEffects();
  showJudges();
  showTables();
  showConfusion();
  showTheme("");
  showAll();
  byId("asked").hidden = !report.questions.length;
  fill(byId("questions"), report.unit[0].toUpperCase() + report.unit.slice(1));
  fill(byId("saves"), saveButtons("Save all answers", "answers", answerRows));
  openAddressed();
  window.addEventListener("hashchange", openAddressed);
  document.addEventListener("keydown", pressed);
  byId("theme").addEventListener("click", nextTheme);
  byId("help-open").addEventListener("click", () => byId("help").showModal());
  window.addEventListener("beforeprint", beforePrint);
  window.addEventListener("afterprint", afterPrint);
  window.addEventListener("resize", redrawn(byId("plots").clientWidth));
}

/** Draw the plots again when their width has changed. */
function redrawn(width) {
  return () => {
    if (byId("plots").clientWidth === width) return;
    width = byId("plots").clientWidth;
    showPlots();
  };
}

start();
