"use strict";

/* Above the plots and the questions: the head, the verdicts, the variants; and what a judge said. */

const SIGNS = new Map([
  ["better", "▲"],
  ["worse", "▼"],
]);
const DESIGNS = new Map([
  ["grid", "full grid"],
  ["paired", "paired list"],
  ["one-at-a-time", "one thing at a time"],
]);
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
  fill(
    byId("facts"),
    ...facts
      .filter(([, fact]) => fact)
      .map(([name, fact]) => make("div", {}, make("dt", {}, name), quoted(fact, "dd"))),
  );
}

/** What the measures do not say: shown above them, so that nobody reads them without it. */
function showNotes() {
  byId("notes").hidden = !report.notes.length;
  fill(byId("noted"), ...report.notes.map((note) => quoted(note, "li")));
}

function when(iso) {
  const found = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z?)/.exec(iso ?? "");
  return found ? `${found[1]} ${found[2]}${found[3] ? " UTC" : ""}` : iso;
}

/** The sign and word of a verdict; what it means is never said by colour alone. */
function badge(verdict) {
  const kind = SIGNS.has(verdict) ? verdict : "none";
  return make(
    "span",
    { class: `badge ${kind}` },
    make("span", { "aria-hidden": "true" }, `${SIGNS.get(verdict) ?? "○"} `),
    quoted(verdict),
  );
}

function showVerdicts() {
  const measure = report.measures[state.measure];
  const code = measure.name === measure.label ? null : make("span", {}, " ", quoted(measure.name, "code"));
  fill(
    byId("measure-meaning"),
    make("strong", {}, quoted(measure.label)),
    code,
    measure.meaning ? `: ${measure.meaning}.` : "",
  );
  const pairs = report.pairs.filter((pair) => pair.m === state.measure);
  const items = pairs.map(verdictItem);
  const more = items.splice(FIRST_PAIRS);
  if (more.length)
    items.push(
      make("li", { class: "plain" }, folded(`${more.length} more pairs`, make("ul", { class: "verdicts" }, ...more))),
    );
  fill(
    byId("verdicts"),
    ...(items.length
      ? items
      : [
          make(
            "li",
            { class: "plain" },
            make("p", { class: "note" }, "No two variants were tested against each other on this measure."),
          ),
        ]),
  );
  if (!byId("all-pairs").hasChildNodes() && report.pairs.length) {
    fill(byId("all-pairs"), folded("All pairs and measures in numbers", pairsTable()));
  }
}

function verdictItem(pair) {
  const chosen = pair.a === state.a && pair.b === state.b;
  const look = button(
    { class: "quiet", "aria-pressed": String(chosen) },
    () => choosePairHere(pair),
    chosen ? "Shown below" : "Show below",
  );
  return make("li", { class: chosen ? "chosen" : null }, badge(pair.verdict), quoted(pair.sentence, "p"), look);
}

/** The list of verdicts is made anew: the focus goes to where it was. */
function choosePairHere(pair) {
  choosePair(pair.a, pair.b);
  byId("verdicts").querySelector("[aria-pressed=true]")?.focus();
}

function pairsTable() {
  const heads = [
    "First",
    "Second",
    "Measure",
    "Verdict",
    ...["Difference", "95 % interval", "p", "p, adjusted", "Questions", "Detectable", "Needed"].map((head) =>
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
  const columns = report.measures
    .map((measure, m) => ({ measure, m }))
    .filter(({ m }) => report.variants.some((variant) => variant.metrics[m]));
  const heads = [
    "Variant",
    "Swapped",
    ...columns.map(measureHead),
    counting("Cost of the run"),
    counting("Time of the run"),
  ];
  const rows = report.variants.map((variant, v) => {
    const first = make(
      "th",
      { scope: "row" },
      named(v),
      ...(v === report.baseline ? [" ", make("span", { class: "tag" }, "baseline")] : []),
    );
    if (variant.error) {
      const failed = make("p", { class: "failure" }, make("strong", {}, "✕ failed: "), quoted(variant.error));
      return make(
        "tr",
        {},
        first,
        make("td", { class: "swaps" }, swaps(variant)),
        make("td", { colspan: columns.length + 2 }, failed),
      );
    }
    const cells = columns.map(({ measure, m }) => estimate(variant.metrics[m], measure.unit, m === state.measure));
    return make(
      "tr",
      {},
      first,
      make("td", { class: "swaps" }, swaps(variant)),
      ...cells,
      numeric(amount(variant.cost, "USD")),
      numeric(amount(variant.seconds, "s")),
    );
  });
  return boxed("Variants with their measures; below each mean its 95 % interval", heads, rows);
}

function measureHead({ measure, m }) {
  const attributes = {
    scope: "col",
    class: m === state.measure ? "number chosen" : "number",
    title: plain(measure.meaning || measure.name),
  };
  return make(
    "th",
    attributes,
    quoted(measure.label),
    measure.higher ? null : make("span", { class: "small" }, "lower is better"),
  );
}

function swaps(variant) {
  if (!variant.swaps.length) return make("span", { class: "faint" }, "as in the recipe");
  const lines = variant.swaps.map(([axis, value]) =>
    make("li", {}, quoted(axis, "bdi", { class: "faint" }), ": ", quoted(value)),
  );
  return make("ul", { class: "plain" }, ...lines);
}

/** A mean above its interval. */
function estimate(found, unit, chosen) {
  const cell = make("td", { class: chosen ? "number chosen" : "number" }, amount(found?.mean, unit));
  if (found && isNumber(found.low))
    cell.append(make("span", { class: "small" }, `${amount(found.low, unit)} to ${amount(found.high, unit)}`));
  return cell;
}

function workTable() {
  const heads = ["Variant", ...STAGES.map((stage) => counting(stage))];
  const rows = report.variants.map((variant, v) => {
    const cells = STAGES.map((stage) => {
      const [computed, reused] = [variant.computed?.[stage], variant.reused?.[stage]];
      return numeric(whole(computed), make("span", { class: "small" }, `${whole(reused)} reused`));
    });
    return make("tr", {}, make("th", { scope: "row" }, named(v)), ...cells);
  });
  return boxed("What each stage computed, and what it reused", heads, rows);
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
  const parts = Object.entries(value).flatMap(([name, item]) => [
    quoted(name.replaceAll("_", " "), "dt"),
    make("dd", {}, described(item)),
  ]);
  return make("dl", { class: "judge" }, ...parts);
}
