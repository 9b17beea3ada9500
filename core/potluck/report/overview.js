"use strict";

/* Above the plots and the questions: the head, the verdicts, the variants; and the verdict of a judge. */

const SIGNS = new Map([
  ["better", "▲"],
  ["worse", "▼"],
  ["as good as", "≈"],
]);
const STAGES = ["load", "split", "embed", "retrieve", "answer"];
const FIRST_PAIRS = 3;

/** A variant's sign and name. */
function named(variant) {
  return make("span", { class: "named" }, swatch(variant), quoted(report.variants[variant].name));
}

function showHead() {
  fill(byId("name"), quoted(report.name, "bdi"));
  fill(
    byId("facts"),
    ...report.facts.map(([name, fact]) => make("div", {}, make("dt", {}, name), quoted(fact, "dd"))),
  );
  byId("conclusion").hidden = !report.conclusion.length;
  fill(byId("concluded"), ...report.conclusion.map(concludedSentence));
}

/** A sentence of the conclusion, in which no name of an option (``--metric``) is broken at its hyphens. */
function concludedSentence(sentence) {
  const parts = sentence.split(/(?<=^|\s)(--[a-z][a-z-]*)/);
  const made = parts.map((part, n) => (n % 2 ? make("span", { class: "whole" }, part) : said(part)));
  return make("p", { dir: "auto", lang: languageOf(sentence) }, ...made);
}

/** The notes stand above the measures, so that nobody reads these without them. */
function showNotes() {
  byId("notes").hidden = !report.notes.length;
  fill(byId("noted"), ...report.notes.map((note) => quoted(note, "li")));
}

/** The sign and word of a verdict; its meaning never depends on colour alone. A measure that does not decide has none. */
function badge(verdict) {
  if (verdict === null) return quoted("not judged", "span", { class: "badge none" });
  const kind = SIGNS.has(verdict) ? verdict : "none";
  return make(
    "span",
    { class: `badge ${kind.replaceAll(" ", "-")}` },
    make("span", { "aria-hidden": "true" }, `${SIGNS.get(verdict) ?? "○"} `),
    quoted(verdict),
  );
}

function showMeaning() {
  const measure = report.measures[state.measure];
  if (!measure) return;
  const code = measure.name === measure.label ? null : make("span", {}, " ", quoted(measure.name, "code"));
  fill(
    byId("measure-meaning"),
    make("strong", {}, quoted(measure.label)),
    code,
    measure.meaning ? `: ${measure.meaning}.` : "",
  );
}

function showVerdicts() {
  byId("pairs").hidden = !report.pairs.length;
  if (!report.pairs.length) return;
  const concluded = (pair) => Number(pair.a === report.baseline && pair.b === report.take);
  const pairs = report.pairs.filter((pair) => pair.m === state.measure);
  const items = pairs.sort((one, other) => concluded(other) - concluded(one)).map(verdictItem);
  const more = items.splice(FIRST_PAIRS);
  if (more.length)
    items.push(
      make("li", { class: "plain" }, folded(`${more.length} more pairs`, make("ul", { class: "verdicts" }, ...more))),
    );
  const none = make("p", { class: "note" }, "No two variants were tested against each other on this measure.");
  fill(byId("verdicts"), ...(items.length ? items : [make("li", { class: "plain" }, none)]));
  if (!byId("all-pairs").hasChildNodes())
    fill(byId("all-pairs"), folded("All pairs and measures in numbers", pairsTable()));
}

function verdictItem(pair) {
  const chosen = pair.a === state.a && pair.b === state.b;
  const look = report.questions.length
    ? button(
        { class: "quiet", "aria-pressed": String(chosen) },
        () => choosePairHere(pair),
        chosen ? "Shown below" : "Show below",
      )
    : null;
  return make("li", { class: chosen ? "chosen" : null }, badge(pair.verdict), quoted(pair.sentence, "p"), look);
}

/** Choosing rebuilds the list of verdicts: restore the focus. */
function choosePairHere(pair) {
  choosePair(pair.a, pair.b);
  byId("verdicts").querySelector("[aria-pressed=true]")?.focus();
}

/* The axes: the effect of each on the main measure, averaged over the others. */

function showEffects() {
  byId("axes").hidden = !report.effects.length;
  if (!report.effects.length) return;
  const sentences = report.effects.map((effect) => quoted(effect.sentence, "li"));
  const pairs = report.effects.flatMap((effect) => effect.pairs.map((pair) => ({ ...pair, axis: effect.axis })));
  const rows = pairs.map(({ axis, a, b, found }) =>
    make(
      "tr",
      {},
      differenceCell(found, report.measures[report.main]?.unit),
      quoted(axis, "th", { scope: "row" }),
      quoted(a, "td"),
      quoted(b, "td"),
      make("td", {}, badge(found.verdict)),
      numeric(found.p_adjusted, chance(found.p_adjusted)),
      numeric(found.n, whole(found.n)),
      numeric(found.needed_n, whole(found.needed_n)),
    ),
  );
  const numbers = ["p, adjusted", "Questions", "Needed"].map((head) => counting(head));
  const heads = [counting("Difference"), "Axis", "From", "To", "Verdict", ...numbers];
  const table = rows.length ? boxed("What each axis does, averaged over the others", heads, rows) : null;
  fill(byId("effects"), make("ul", {}, ...sentences), table);
}

function pairsTable() {
  const heads = [
    "First",
    "Second",
    "Measure",
    "Verdict",
    ...["Difference", "p", "p, adjusted", "Questions", "Detectable", "Needed"].map((head) =>
      counting(head),
    ),
  ];
  const rows = report.pairs.map((pair) => {
    const { unit, label: name } = report.measures[pair.m];
    return make(
      "tr",
      {},
      make("td", {}, named(pair.a)),
      make("td", {}, named(pair.b)),
      make("td", {}, said(name)),
      make("td", {}, badge(pair.verdict)),
      differenceCell(pair, unit),
      numeric(pair.p, chance(pair.p)),
      numeric(pair.p_adjusted, chance(pair.p_adjusted)),
      numeric(pair.n, whole(pair.n)),
      numeric(pair.detectable, amount(pair.detectable, unit)),
      numeric(pair.needed_n, whole(pair.needed_n)),
    );
  });
  return boxed("All pairs and measures", heads, rows);
}

/** A difference above its 95 % interval. */
function differenceCell({ difference, low, high }, unit) {
  const cell = numeric(difference, signed(difference, unit));
  if (!isNumber(low)) return cell;
  [cell.dataset.low, cell.dataset.high] = [low, high];
  cell.append(make("span", { class: "small" }, `${signed(low, unit)} to ${signed(high, unit)}`));
  return cell;
}

function chance(p) {
  if (p === null || p === undefined) return "–";
  return p < 0.001 ? "< 0.001" : number(p);
}

/* The variants, best first: the chosen measure, the swapped values, the other measures. */

const TITLES = { compare: "Ranking", run: "Measures", evaluate: "Measures", tune: "Measures", strategy: "Ranking" };

function showVariants() {
  byId("ranking").hidden = !report.variants.length;
  if (!report.variants.length) return;
  fill(byId("variants-title"), TITLES[report.kind]);
  fill(byId("variants"), isSingle() ? measuresTable() : variantsTable(), ...failures(), workTable());
}

/** The measures that were measured, the chosen one first. */
function measured() {
  const found = report.measures
    .map((measure, m) => ({ measure, m }))
    .filter(({ m }) => report.variants.some((variant) => variant.metrics[m]));
  return found.sort((one, other) => (other.m === state.measure) - (one.m === state.measure));
}

/** The variants from the best to the worst by the chosen measure; those without it last. */
function ranked() {
  const sign = report.measures[state.measure]?.higher ? -1 : 1;
  const value = (v) => report.variants[v].metrics[state.measure]?.mean ?? null;
  return report.variants.map((_, v) => v).sort((one, other) => inOrder(value(one), value(other), sign));
}

function variantsTable() {
  const [first, ...others] = measured();
  const heads = [
    ...(first ? [measureHead(first)] : []),
    ...axisNames().map((axis) => columnHead(quoted(axis))),
    "Standing",
    ...others.map(measureHead),
    counting("Cost of the run"),
    counting("Time of the run"),
  ];
  const rows = ranked().map((v) => {
    const variant = report.variants[v];
    const cell = ({ measure, m }) => estimate(variant.metrics[m], measure.unit, m === state.measure);
    const [name, ...values] = valuesOf(v);
    return make(
      "tr",
      {},
      ...(first ? [cell(first)] : []),
      make("th", { scope: "row" }, name, ...tagsOf(v)),
      ...values.map((value) => make("td", {}, value)),
      make("td", {}, standingOf(v)),
      ...others.map(cell),
      numeric(variant.cost, amount(variant.cost, "USD")),
      numeric(variant.seconds, amount(variant.seconds, "s")),
    );
  });
  const made = boxed("Variants with their measures; below each mean its 95 % interval", heads, rows, {
    class: "ranking",
  });
  const order = report.measures[state.measure]?.higher ? "descending" : "ascending";
  if (first && rows.length > 1) showOrder(made.querySelector("table"), made.querySelector("th"), order);
  return made;
}

function axisNames() {
  return report.axes.length ? report.axes : ["Variant"];
}

/** The value of each axis for a variant, as elements; its sign stands before the first. */
function valuesOf(v) {
  const { name, values } = report.variants[v];
  const shown = report.axes.length ? values : [name];
  return shown.map((value, i) => {
    const text = value === null ? make("span", { class: "faint" }, "as in the recipe") : quoted(value);
    return i ? text : make("span", { class: "named" }, swatch(v), text);
  });
}

/** The standing of a variant by the main measure; nothing if another measure is chosen. */
function standingOf(v) {
  const standing = state.measure === report.main ? report.standings[v] : null;
  return standing && v !== report.take ? quoted(standing) : NOTHING;
}

function tagsOf(v) {
  const tags = [
    v === report.baseline && report.kind === "compare" ? "baseline" : null,
    v === report.take ? "take this" : null,
    report.variants[v].error ? "✕ failed" : null,
  ];
  return tags.filter(Boolean).flatMap((tag) => [" ", make("span", { class: "tag" }, tag)]);
}

function failures() {
  return report.variants
    .map((variant, v) => ({ variant, v }))
    .filter(({ variant }) => variant.error)
    .map(({ variant, v }) =>
      make("p", { class: "failure" }, make("strong", {}, "✕ ", named(v), " failed: "), quoted(variant.error)),
    );
}

/** Of a single variant: one row per measure. */
function measuresTable() {
  const [{ metrics }] = report.variants;
  const rows = measured().map(({ measure, m }) =>
    make(
      "tr",
      { class: m === state.measure ? "chosen" : null },
      quoted(measure.label, "th", { scope: "row" }),
      estimate(metrics[m], measure.unit, m === state.measure),
      numeric(metrics[m]?.n, whole(metrics[m]?.n)),
      make("td", {}, measure.meaning, measure.higher ? "" : make("span", { class: "small" }, "lower is better")),
    ),
  );
  const heads = ["Measure", counting("Mean"), counting("Of"), "What it says"];
  return boxed("Measures; below each mean its 95 % interval", heads, rows);
}

function measureHead({ measure, m }) {
  const attributes = {
    scope: "col",
    class: m === state.measure ? "number chosen" : "number",
    "data-name": measure.label,
    title: plain(measure.meaning || measure.name),
  };
  return make(
    "th",
    attributes,
    quoted(measure.label),
    measure.higher ? null : make("span", { class: "small" }, "lower is better"),
  );
}

/** The work of each stage, now and before; null if nothing is known of it. */
function workTable() {
  if (!report.variants.some((variant) => STAGES.some((stage) => isNumber(variant.computed[stage])))) return null;
  const heads = ["Variant", ...STAGES.map((stage) => counting(stage))];
  const rows = report.variants.map((variant, v) => {
    const cells = STAGES.map((stage) => {
      const [computed, reused] = [variant.computed[stage], variant.reused[stage]];
      if (!isNumber(computed) && !isNumber(reused)) return numeric(null, NOTHING);
      return numeric(computed, whole(computed), make("span", { class: "small" }, `${whole(reused)} reused`));
    });
    return make("tr", {}, make("th", { scope: "row" }, named(v)), ...cells);
  });
  const table = boxed("What each stage computed, and what it reused", heads, rows);
  return folded("Work done and reused, stage by stage", table);
}

/* What judges said of the answers, and how far people agree with them. */

function showJudges() {
  byId("judge").hidden = report.judges.length === 0;
  fill(byId("judged"), ...report.judges.flatMap(judgePart));
}

function judgePart({ sentences, table }) {
  const said = sentences.map((sentence) => quoted(sentence, "p"));
  return [make("h3", {}, quoted(table.title)), ...said, readyTable(table)];
}
