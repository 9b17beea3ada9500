"use strict";

/* Curves over an axis of numbers, and tips with the values at the pointer. */

const LISTED_POINTS = 40;

/** A chart of the report: {title, x, y, dense, curves: [{name, points: [{n, mean, low, high}]}]}. */
function chartFigure(chart, width) {
  return figure(quoted(chart.title), lines(chart, width), chartTable(chart));
}

/** One row per number of the axis, one column per curve; of very many rows only some are shown, but all are saved. */
function chartTable({ title, x, curves }) {
  const all = [...new Set(curves.flatMap((curve) => curve.points.map((point) => point.n)))].sort((a, b) => a - b);
  const every = Math.ceil(all.length / LISTED_POINTS);
  const at = (curve, n) => curve.points.find((point) => point.n === n);
  const rows = all
    .filter((_, i) => (all.length - 1 - i) % every === 0)
    .map((n) => make("tr", {}, numeric(n, figures(n)), ...curves.map((curve) => estimate(at(curve, n), ""))));
  const names = [x || "at", ...curves.map((curve) => curve.name)];
  const saves = () => [
    [names[0], ...curves.flatMap(({ name }) => [name, `${name}, low`, `${name}, high`])],
    ...all.map((n) => [
      n,
      ...curves.flatMap((curve) => [at(curve, n)?.mean, at(curve, n)?.low, at(curve, n)?.high]),
    ]),
  ];
  const heads = names.map((name) => counting(quoted(name)));
  return boxed(plain(title), heads, rows, every > 1 ? { saves } : {});
}

function lines({ title, x: xName, y: yName, dense, curves }, width) {
  const height = 320;
  const area = areaOf(width, height);
  const points = curves.flatMap((curve) => curve.points);
  const x = scale(
    points.map((point) => point.n),
    area.left,
    area.right,
  );
  const ends = points.flatMap((point) => [point.mean, point.low, point.high].filter(isNumber));
  const y = scale(ends, area.bottom, area.top, dense);
  const plot = canvas(
    plain(title),
    curves.map((curve) => toldCurve(curve)).join("; "),
    width,
    height,
    axes(x, y, area, `${plain(xName)} →`, `↑ ${plain(yName)}`, figures, figures),
    ...curves.map((curve, i) => draw("path", { class: `interval c${i % 6}`, d: bandPath(curve.points, x, y) })),
    ...curves.map((curve, i) =>
      draw("path", { class: lineClass(i, dense, curve.points.length), d: linePath(curve.points, x, y) }),
    ),
    ...curves.flatMap((curve, i) =>
      dense && curve.points.length > 20
        ? []
        : curve.points.map((point) => marker(i, x.at(point.n), y.at(point.mean), 4)),
    ),
  );
  const legend = listed(curves.map((curve, i) => make("span", {}, sample(i, dense, curve), quoted(curve.name))));
  return make("div", {}, withTips(plot, area, stopsOf(curves, x, plain(xName))), legend);
}

function toldCurve({ name, points }) {
  const told = points.length > 12 ? [points[0], points.at(-1)] : points;
  return `${plain(name)}: ${told.map((point) => `${number(point.mean)} at ${figures(point.n)}`).join(", ")}`;
}

/** The first of several dense curves is the raw one, which the others smooth: it is drawn fainter. */
function lineClass(i, dense, count) {
  if (!dense) return `line c${i % 6} dash${i % 4}`;
  return `line c${i % 6}${i === 0 && count > 20 ? " faint-line" : ""}`;
}

function sample(i, dense, curve) {
  const line = draw("path", { class: lineClass(i, dense, curve.points.length), d: "M-14 0H14" });
  const sign = dense && curve.points.length > 20 ? null : marker(i, 0, 0, 4);
  return draw("svg", { class: "sample", viewBox: "-16 -8 32 16", "aria-hidden": "true" }, line, sign);
}

/** The stops of the pointer: each number that a curve has, with the values of the curves there. */
function stopsOf(curves, x, xName) {
  const at = new Map();
  for (const curve of curves) {
    for (const { n, mean, low, high } of curve.points) {
      const within = isNumber(low) && isNumber(high) ? ` (${number(low)} to ${number(high)})` : "";
      const line = `${plain(curve.name)}: ${number(mean)}${within}`;
      at.set(n, [...(at.get(n) ?? [`${xName} ${figures(n)}`.trim()]), line]);
    }
  }
  return [...at].sort(([one], [other]) => one - other).map(([n, texts]) => ({ x: x.at(n), lines: texts }));
}

function linePath(points, x, y) {
  return points
    .map((point, i) => `${i ? "L" : "M"}${x.at(point.n).toFixed(1)} ${y.at(point.mean).toFixed(1)}`)
    .join("");
}

function bandPath(points, x, y) {
  const known = points.filter((point) => isNumber(point.low) && isNumber(point.high));
  const upper = known.map((point) => ({ n: point.n, mean: point.high }));
  const lower = known.map((point) => ({ n: point.n, mean: point.low })).reverse();
  return known.length ? `${linePath([...upper, ...lower], x, y)}Z` : "";
}

/* Tips. */

/**
 * A drawing that shows the values nearest to the pointer, or at the stop that the arrow keys have reached.
 * `stops`: [{x, y?, lines}] in units of the drawing; those without y are found by x alone.
 */
function withTips(plot, area, stops) {
  const guide = draw("path", { class: "guide", d: "" });
  const tip = make("div", { class: "tip", role: "status", hidden: true });
  let now = -1;
  const hide = () => {
    [now, tip.hidden] = [-1, true];
    guide.setAttribute("d", "");
  };
  const show = (i) => {
    now = i;
    const { x, y, lines: texts } = stops[i];
    fill(tip, ...texts.map((line) => make("div", {}, line)));
    tip.hidden = false;
    const path = y === undefined ? `M${x} ${area.top}V${area.bottom}` : `M${x - 9} ${y}h18M${x} ${y - 9}v18`;
    guide.setAttribute("d", path);
    placeTip(tip, plot, x, y ?? area.top);
  };
  plot.append(guide);
  plot.setAttribute("tabindex", "0");
  plot.addEventListener("pointermove", (event) => show(nearest(plot, stops, event)));
  plot.addEventListener("pointerleave", hide);
  plot.addEventListener("blur", hide);
  plot.addEventListener("keydown", (event) => {
    const steps = { ArrowRight: 1, ArrowLeft: -1 };
    if (event.key === "Escape") hide();
    if (!Object.hasOwn(steps, event.key)) return;
    event.preventDefault();
    show(Math.min(stops.length - 1, Math.max(0, now + steps[event.key])));
  });
  return make("div", { class: "drawing" }, plot, tip);
}

function nearest(plot, stops, event) {
  const box = plot.getBoundingClientRect();
  const scaled = plot.viewBox.baseVal.width / box.width;
  const [x, y] = [(event.clientX - box.left) * scaled, (event.clientY - box.top) * scaled];
  const far = (stop) => Math.hypot(stop.x - x, stop.y === undefined ? 0 : stop.y - y);
  return stops.reduce((best, stop, i) => (far(stop) < far(stops[best]) ? i : best), 0);
}

/** Beside the stop, on the side where there is room. */
function placeTip(tip, plot, x, y) {
  const scaled = plot.getBoundingClientRect().width / plot.viewBox.baseVal.width;
  const room = plot.parentElement.clientWidth - tip.offsetWidth;
  const left = x * scaled + 12;
  tip.style.left = `${Math.max(0, left <= room ? left : Math.min(room, x * scaled - tip.offsetWidth - 12))}px`;
  tip.style.top = `${Math.max(0, y * scaled - 8)}px`;
}
