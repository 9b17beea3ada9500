"use strict";

/* Everything above the questions: the head, the verdicts, the variants, the plots. */

const SIGNS = new Map([["better", "▲"], ["worse", "▼"]]);
const DESIGNS = new Map([["grid", "full grid"], ["paired", "paired list"], ["one-at-a-time", "one thing at a time"]]);
const STAGES = ["load", "split", "embed", "retrieve", "answer"];
const FIRST_PAIRS = 8;

/** A variant's sign and name. */
function named(variant) {
  return make("span", { class: "named" }, swatch(variant), quoted(report.variants[variant].name));
}

function showHead() {
  fill(byId("name"), quoted(report.name, "bdi"));
  const facts = [
    ["Started", when(report.started)],
    ["Recipe", report.recipe],
    ["Questions", `${whole(report.questions.length)} from ${report.questions_file ?? "the recipe"}`],
    ["Design", DESIGNS.get(report.design) ?? report.design],
    ["Variants", whole(report.variants.length)],
    ["Run", report.run],
  ];
  fill(byId("facts"), ...facts.filter(([, fact]) => fact).map(([name, fact]) => make("div", {}, make("dt", {}, name), quoted(fact, "dd"))));
}

function when(iso) {
  const found = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z?)/.exec(iso ?? "");
  return found ? `${found[1]} ${found[2]}${found[3] ? " UTC" : ""}` : iso;
}

/** The sign and word of a verdict; what it means is never said by colour alone. */
function badge(verdict) {
  const kind = SIGNS.has(verdict) ? verdict : "none";
  return make("span", { class: `badge ${kind}` }, make("span", { "aria-hidden": "true" }, `${SIGNS.get(verdict) ?? "○"} `), quoted(verdict));
}

function showVerdicts() {
  const measure = report.measures[state.measure];
  const code = measure.name === measure.label ? null : make("span", {}, " ", quoted(measure.name, "code"));
  fill(byId("measure-meaning"), make("strong", {}, quoted(measure.label)), code, measure.meaning ? `: ${measure.meaning}.` : "");
  const pairs = report.pairs.filter((pair) => pair.m === state.measure);
  const items = pairs.map(verdictItem);
  const more = items.splice(FIRST_PAIRS);
  if (more.length) items.push(make("li", { class: "plain" }, folded(`${more.length} more pairs`, make("ul", { class: "verdicts" }, ...more))));
  fill(byId("verdicts"), ...(items.length ? items : [make("li", { class: "plain" }, make("p", { class: "note" }, "No two variants were tested against each other on this measure."))]));
  if (!byId("all-pairs").hasChildNodes() && report.pairs.length) {
    fill(byId("all-pairs"), folded("All pairs and measures in numbers", pairsTable()));
  }
}

function verdictItem(pair) {
  const chosen = pair.a === state.a && pair.b === state.b;
  const look = button({ class: "quiet", "aria-pressed": String(chosen) }, () => choosePairHere(pair), chosen ? "Shown below" : "Show below");
  return make("li", { class: chosen ? "chosen" : null }, badge(pair.verdict), quoted(pair.sentence, "p"), look);
}

/** The list of verdicts is made anew: the focus goes to where it was. */
function choosePairHere(pair) {
  choosePair(pair.a, pair.b);
  byId("verdicts").querySelector("[aria-pressed=true]")?.focus();
}

function pairsTable() {
  const heads = ["First", "Second", "Measure", "Verdict", "Difference", "95 % interval", "p", "p, adjusted", "Questions", "Detectable", "Needed"];
  const rows = report.pairs.map((pair) => {
    const { unit, label: name } = report.measures[pair.m];
    return make(
      "tr",
      {},
      make("td", {}, named(pair.a)),
      make("td", {}, named(pair.b)),
      make("td", {}, said(name)),
      make("td", {}, badge(pair.verdict)),
      numeric(signed(pair.difference, unit)),
      numeric(`${signed(pair.low, unit)} to ${signed(pair.high, unit)}`),
      numeric(chance(pair.p)),
      numeric(chance(pair.p_adjusted)),
      numeric(whole(pair.n)),
      numeric(amount(pair.detectable, unit)),
      numeric(whole(pair.needed_n)),
    );
  });
  return boxed("All pairs and measures", heads, rows);
}

function chance(p) {
  if (p === null || p === undefined) return "–";
  return p < 0.001 ? "< 0.001" : number(p);
}

function showVariants() {
  fill(byId("variants"), variantsTable(), folded("Work done and reused, stage by stage", workTable()));
}

function variantsTable() {
  const columns = report.measures.map((measure, m) => ({ measure, m })).filter(({ m }) => report.variants.some((variant) => variant.metrics[m]));
  const heads = ["Variant", "Swapped", ...columns.map(measureHead), "Cost of the run", "Time of the run"];
  const rows = report.variants.map((variant, v) => {
    const first = make("th", { scope: "row" }, named(v), ...(v === report.baseline ? [" ", make("span", { class: "tag" }, "baseline")] : []));
    if (variant.error) {
      const failed = make("p", { class: "failure" }, make("strong", {}, "✕ failed: "), quoted(variant.error));
      return make("tr", {}, first, make("td", { class: "swaps" }, swaps(variant)), make("td", { colspan: columns.length + 2 }, failed));
    }
    const cells = columns.map(({ measure, m }) => estimate(variant.metrics[m], measure.unit, m === state.measure));
    return make("tr", {}, first, make("td", { class: "swaps" }, swaps(variant)), ...cells, numeric(amount(variant.cost, "USD")), numeric(amount(variant.seconds, "s")));
  });
  return boxed("Variants with their measures; below each mean its 95 % interval", heads, rows);
}

function measureHead({ measure, m }) {
  const attributes = { scope: "col", class: m === state.measure ? "number chosen" : "number", title: plain(measure.meaning || measure.name) };
  return make("th", attributes, quoted(measure.label), measure.higher ? null : make("span", { class: "small" }, "lower is better"));
}

function swaps(variant) {
  if (!variant.swaps.length) return make("span", { class: "faint" }, "as in the recipe");
  const lines = variant.swaps.map(([axis, value]) => make("li", {}, quoted(axis, "bdi", { class: "faint" }), ": ", quoted(value)));
  return make("ul", { class: "plain" }, ...lines);
}

/** A mean above its interval. */
function estimate(found, unit, chosen) {
  const cell = make("td", { class: chosen ? "number chosen" : "number" }, amount(found?.mean, unit));
  if (found && isNumber(found.low)) cell.append(make("span", { class: "small" }, `${amount(found.low, unit)} to ${amount(found.high, unit)}`));
  return cell;
}

function workTable() {
  const heads = ["Variant", ...STAGES.map((stage) => make("th", { scope: "col", class: "number" }, stage))];
  const rows = report.variants.map((variant, v) => {
    const cells = STAGES.map((stage) => {
      const [computed, reused] = [variant.computed?.[stage], variant.reused?.[stage]];
      return numeric(whole(computed), make("span", { class: "small" }, `${whole(reused)} reused`));
    });
    return make("tr", {}, make("th", { scope: "row" }, named(v)), ...cells);
  });
  return boxed("What each stage computed, and what it reused", heads, rows);
}

/* Plots. */

function showPlots() {
  const width = Math.max(280, Math.min(620, byId("plots").firstElementChild?.clientWidth || byId("plots").clientWidth));
  const figures = [against("cost", "USD", width), against("latency", "s", width), differencesFigure(width), causesFigure(width)];
  if (report.learning_curves.length) figures.push(curvesFigure(width));
  fill(byId("plots"), ...figures.filter(Boolean));
}

/** What a variant costs, or how long it takes, for one question. */
function perQuestion(variant, name) {
  const found = variant.metrics[report.measures.findIndex((measure) => measure.name === name)];
  if (found) return found;
  const total = name === "cost" ? variant.cost : variant.seconds;
  return isNumber(total) && report.questions.length ? { mean: total / report.questions.length } : null;
}

function against(name, unit, width) {
  const measure = report.measures[state.measure];
  if (measure.name === name) return null;
  const what = name === "cost" ? "cost per question" : "seconds per question";
  const points = report.variants
    .map((variant, v) => ({ variant: v, name: variant.name, x: perQuestion(variant, name), y: variant.metrics[state.measure] }))
    .filter((point) => point.x && point.y && isNumber(point.x.mean) && isNumber(point.y.mean));
  const title = name === "cost" ? "Quality against cost" : "Quality against time";
  if (!points.length) return figure(title, make("p", { class: "note" }, name === "cost" ? "No variant has a known cost." : "No variant was timed."));
  const rows = points.map((point) =>
    make("tr", {}, make("th", { scope: "row" }, named(point.variant)), estimate(point.y, measure.unit), estimate(point.x, unit)),
  );
  const drawing = scatter(title, points, what, plain(measure.label), unit, measure.unit, width);
  return figure(title, drawing, boxed(title, ["Variant", plain(measure.label), what], rows));
}

function differencesFigure(width) {
  if (state.a === state.b) return null;
  const measure = report.measures[state.measure];
  const differences = [];
  report.questions.forEach((question, q) => {
    const value = gap(question);
    if (value !== null) differences.push({ q, value });
  });
  const title = "Differences, question by question";
  if (!differences.length) return figure(title, make("p", { class: "note" }, "No question has this measure for both variants."));
  const pair = report.pairs.find((one) => one.a === state.a && one.b === state.b && one.m === state.measure);
  const gain = measure.higher ? 1 : -1;
  differences.sort((a, b) => b.value * gain - a.value * gain);
  const note = make("p", { class: "note" }, named(state.b), " against ", named(state.a), make("span", { id: "pointed" }));
  const tell = ({ q, value }) => fill(note.lastChild, " · ", quoted(report.questions[q].id), ` ${signed(value, measure.unit)}`);
  const drawn = bars(title, differences, gain, pair, plain(measure.label), width);
  pointed(drawn, differences.length, (i) => tell(differences[i]), (i) => openQuestion(differences[i].q));
  return figure(title, drawn, extremes(differences, gain, measure), note);
}

/** The largest losses and gains, each leading to its question. */
function extremes(differences, gain, measure) {
  const losses = differences.filter((one) => one.value * gain < 0).slice(-10).reverse();
  const gains = differences.filter((one) => one.value * gain > 0).slice(0, 10);
  const rows = [...losses, ...gains].map(({ q, value }) => {
    const go = button({ class: "link" }, () => openQuestion(q), quoted(report.questions[q].id));
    return make("tr", {}, make("th", { scope: "row" }, go), make("td", {}, badge(value * gain > 0 ? "better" : "worse")), numeric(signed(value, measure.unit)));
  });
  return boxed("The largest losses and gains", ["Question", "Change", "Difference"], rows);
}

/** Whether something found between two variants is about the chosen two, in either order. */
function samePair({ a, b }) {
  return (a === state.a && b === state.b) || (a === state.b && b === state.a);
}

function causesFigure(width) {
  const found = report.cause_counts.filter((one) => samePair(one));
  const title = "Causes of the differences";
  if (!found.length) return report.cause_counts.length ? figure(title, make("p", { class: "note" }, "For these two no causes were looked for, or nothing differs.")) : null;
  const rows = found.map((one) => ({ name: one.cause, count: one.count, sentence: one.sentence })).sort((a, b) => b.count - a.count);
  const cells = rows.map((row) =>
    make("tr", {}, make("th", { scope: "row" }, button({ class: "link" }, () => chooseCause(row.name), quoted(row.name))), numeric(whole(row.count)), quoted(row.sentence, "td")),
  );
  return figure(title, counts(title, rows, width), boxed(title, ["Cause", "Questions", "In words"], cells));
}

function curvesFigure(width) {
  const curves = report.learning_curves;
  const rows = curves.flatMap((curve) =>
    curve.points.map((point) => make("tr", {}, quoted(curve.name, "th", { scope: "row" }), numeric(whole(point.n)), estimate(point, ""))),
  );
  const title = "Learning curves";
  return figure(title, lines(title, curves, "quality", width), boxed(title, ["Curve", "Examples", "Mean"], rows));
}

/* What a model thought of the answers: names and values as they come, whatever they are. */

function showJudge() {
  const judge = report.judge;
  byId("judge").hidden = !judge;
  if (judge) fill(byId("judged"), described(judge));
}

function described(value) {
  if (value === null || typeof value !== "object") return said(typeof value === "number" ? figures(value) : value);
  if (Array.isArray(value)) return make("ul", {}, ...value.slice(0, 50).map((item) => make("li", {}, described(item))));
  const parts = Object.entries(value).flatMap(([name, item]) => [quoted(name.replaceAll("_", " "), "dt"), make("dd", {}, described(item))]);
  return make("dl", { class: "judge" }, ...parts);
}
