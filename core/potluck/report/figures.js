"use strict";

/* The plots with their tables. */

function showPlots() {
  const width = Math.max(280, Math.min(620, byId("plots").firstElementChild?.clientWidth || byId("plots").clientWidth));
  const figures = [
    against("cost", "USD", width),
    against("latency", "s", width),
    differencesFigure(width),
    causesFigure(width),
  ];
  figures.push(...report.charts.map((chart) => chartFigure(chart, width)));
  fill(byId("plots"), ...figures.filter(Boolean));
  byId("plotted").hidden = !byId("plots").hasChildNodes();
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
  if (isSingle() || !measure || measure.name === name) return null;
  const one = report.unit.replace(/s$/, "");
  const what = name === "cost" ? `cost per ${one}` : `seconds per ${one}`;
  const points = report.variants
    .map((variant, v) => ({
      variant: v,
      name: variant.name,
      x: perQuestion(variant, name),
      y: variant.metrics[state.measure],
    }))
    .filter((point) => point.x && point.y && isNumber(point.x.mean) && isNumber(point.y.mean));
  const title = name === "cost" ? "Quality against cost" : "Quality against time";
  if (!points.length) return null;
  const rows = points.map((point) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, named(point.variant)),
      estimate(point.y, measure.unit),
      estimate(point.x, unit),
    ),
  );
  const drawing = scatter(title, points, what, plain(measure.label), unit, measure.unit, width);
  return figure(title, drawing, boxed(title, ["Variant", counting(quoted(measure.label)), counting(what)], rows));
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
  if (!differences.length) return null;
  const pair = report.pairs.find((one) => one.a === state.a && one.b === state.b && one.m === state.measure);
  const gain = measure.higher ? 1 : -1;
  differences.sort((a, b) => b.value * gain - a.value * gain);
  const note = make(
    "p",
    { class: "note" },
    named(state.b),
    " against ",
    named(state.a),
    make("span", { id: "pointed" }),
  );
  const tell = ({ q, value }) =>
    fill(note.lastChild, " · ", quoted(report.questions[q].id), ` ${signed(value, measure.unit)}`);
  const drawn = bars(title, differences, gain, pair, plain(measure.label), width);
  pointed(
    drawn,
    differences.length,
    (i) => tell(differences[i]),
    (i) => openQuestion(differences[i].q),
  );
  return figure(title, drawn, extremes(differences, gain, measure), note);
}

/** The largest losses and gains, each leading to its question. */
function extremes(differences, gain, measure) {
  const losses = differences
    .filter((one) => one.value * gain < 0)
    .slice(-10)
    .reverse();
  const gains = differences.filter((one) => one.value * gain > 0).slice(0, 10);
  const rows = [...losses, ...gains].map(({ q, value }) => {
    const go = questionLink(report.questions[q], quoted(report.questions[q].id));
    return make(
      "tr",
      {},
      make("th", { scope: "row" }, go),
      make("td", {}, badge(value * gain > 0 ? "better" : "worse")),
      numeric(value, signed(value, measure.unit)),
    );
  });
  return boxed("The largest losses and gains", ["Question", "Change", counting("Difference")], rows);
}

/** Whether something found between two variants is about the chosen two, in either order. */
function samePair({ a, b }) {
  return (a === state.a && b === state.b) || (a === state.b && b === state.a);
}

function causesFigure(width) {
  const found = report.cause_counts.filter((one) => samePair(one));
  const title = "Causes of the differences";
  if (!found.length) return null;
  const rows = found
    .map((one) => ({ name: one.cause, count: one.count, sentence: one.sentence }))
    .sort((a, b) => b.count - a.count);
  const cells = rows.map((row) =>
    make(
      "tr",
      {},
      make(
        "th",
        { scope: "row" },
        button({ class: "link" }, () => chooseCause(row.name), quoted(row.name)),
      ),
      numeric(row.count, whole(row.count)),
      quoted(row.sentence, "td"),
    ),
  );
  return figure(title, counts(title, rows, width), boxed(title, ["Cause", counting("Questions"), "In words"], cells));
}
