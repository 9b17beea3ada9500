"use strict";

/* Plots as inline SVG: each has a title and a description for screen readers, and a table beside it. */

const SHAPES = [
  (r) => `M0 ${-r}A${r} ${r} 0 1 1 0 ${r}A${r} ${r} 0 1 1 0 ${-r}Z`,
  (r) => `M${-r} ${-r}H${r}V${r}H${-r}Z`,
  (r) => `M0 ${-1.35 * r}L${1.35 * r} 0L0 ${1.35 * r}L${-1.35 * r} 0Z`,
  (r) => `M0 ${-1.3 * r}L${1.25 * r} ${r}H${-1.25 * r}Z`,
  (r) => `M0 ${1.3 * r}L${1.25 * r} ${-r}H${-1.25 * r}Z`,
  (r) => `M${-r} ${-r / 3}H${-r / 3}V${-r}H${r / 3}V${-r / 3}H${r}V${r / 3}H${r / 3}V${r}H${-r / 3}V${r / 3}H${-r}Z`,
];

/** The sign of a variant: a shape and a colour that it has everywhere on the page. */
function marker(variant, x, y, r = 5) {
  return draw("path", {
    class: `series c${variant % 6}`,
    d: SHAPES[(variant + Math.floor(variant / 6)) % 6](r),
    transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`,
  });
}

/** A variant's sign beside text. */
function swatch(variant) {
  return draw("svg", { class: "swatch", viewBox: "-8 -8 16 16", "aria-hidden": "true" }, marker(variant, 0, 0));
}

/** A figure: heading, note, drawing, and its values in a table. */
function figure(title, drawing, table, note = null) {
  const heading = make("figcaption", {}, make("h3", {}, title));
  return make("figure", {}, heading, note, drawing, folded("As a table", table));
}

function canvas(title, description, width, height, ...children) {
  const id = `plot-${(canvas.count = (canvas.count || 0) + 1)}`;
  return draw(
    "svg",
    { role: "img", class: "plot", viewBox: `0 0 ${width} ${height}`, "aria-labelledby": `${id}-t ${id}-d` },
    draw("title", { id: `${id}-t` }, title),
    draw("desc", { id: `${id}-d` }, description),
    ...children,
  );
}

function label(x, y, text, attributes = {}) {
  return draw("text", { x: x.toFixed(1), y: y.toFixed(1), dir: "auto", ...attributes }, text);
}

/** About five round numbers that cover a range. */
function ticks(low, high) {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** A scale from a range of values to a range of pixels, with its ticks. */
function scale(values, from, to, zero = false) {
  let low = Math.min(...values, ...(zero ? [0] : []));
  let high = Math.max(...values, ...(zero ? [0] : []));
  if (low === high) [low, high] = low === 0 ? [0, 1] : [Math.min(low * 0.9, low * 1.1), Math.max(low * 0.9, low * 1.1)];
  const marks = ticks(low, high);
  const [bottom, top] = [marks[0], marks.at(-1)];
  const at = (value) => from + ((value - bottom) / (top - bottom)) * (to - from);
  return { at, marks };
}

/** Axes with a grid; the names of the axes stand above the vertical and below the horizontal one. */
function axes(x, y, area, xName, yName, xFormat, yFormat) {
  const parts = [];
  for (const mark of y.marks) {
    parts.push(draw("path", { class: "grid", d: `M${area.left} ${y.at(mark).toFixed(1)}H${area.right}` }));
    parts.push(label(area.left - 8, y.at(mark) + 4, yFormat(mark), { "text-anchor": "end" }));
  }
  for (const mark of x.marks) {
    parts.push(draw("path", { class: "grid", d: `M${x.at(mark).toFixed(1)} ${area.top}V${area.bottom}` }));
    parts.push(label(x.at(mark), area.bottom + 18, xFormat(mark), { "text-anchor": "middle" }));
  }
  parts.push(label(0, 12, yName, { class: "axis" }));
  parts.push(label(area.right, area.bottom + 36, xName, { class: "axis", "text-anchor": "end" }));
  return draw("g", {}, ...parts);
}

function areaOf(width, height) {
  return { left: 48, right: width - 14, top: 26, bottom: height - 44 };
}

/** Points with an interval upwards and sideways: {variant, name, x: {mean, low, high}, y: {mean, low, high}}. */
function scatter(title, points, xName, yName, unit, yUnit, width) {
  const height = 300;
  const area = areaOf(width, height);
  const ends = (axis) =>
    points.flatMap((point) => [point[axis].mean, point[axis].low, point[axis].high].filter(isNumber));
  const x = scale(ends("x"), area.left, area.right, true);
  const y = scale(ends("y"), area.bottom, area.top);
  const spots = points.map((point) => ({ ...point, cx: x.at(point.x.mean), cy: y.at(point.y.mean) }));
  const told = (point) => `${plain(point.name)}: ${amount(point.y.mean, yUnit)} at ${amount(point.x.mean, unit)}`;
  const names = placed(
    spots.map((spot) => ({ text: plain(spot.name), x: spot.cx, y: spot.cy })),
    area,
  );
  const plot = canvas(
    title,
    `${yName} upwards, ${xName} to the right. ${points.map(told).join("; ")}.`,
    width,
    height,
    axes(
      x,
      y,
      area,
      `${xName} →`,
      `↑ ${yName}`,
      (value) => amount(value, unit),
      (value) => figures(value),
    ),
    ...points.map((point) => whiskers(point, x, y)),
    ...spots.map((spot) => marker(spot.variant, spot.cx, spot.cy)),
    ...(names ?? []),
  );
  const stops = spots.map((spot) => ({ x: spot.cx, y: spot.cy, lines: [told(spot)] }));
  const legend = names ? null : listed(points.map((point) => named(point.variant)));
  return make("div", {}, withTips(plot, area, stops), legend);
}

/** The legend of a drawing. */
function listed(items) {
  return make("ul", { class: "legend" }, ...items.map((item) => make("li", {}, item)));
}

function whiskers(point, x, y) {
  const [cx, cy] = [x.at(point.x.mean), y.at(point.y.mean)];
  let path = "";
  if (isNumber(point.y.low)) {
    path += `M${cx - 4} ${y.at(point.y.low)}H${cx + 4}M${cx - 4} ${y.at(point.y.high)}H${cx + 4}`;
    path += `M${cx} ${y.at(point.y.low)}V${y.at(point.y.high)}`;
  }
  if (isNumber(point.x.low)) {
    path += `M${x.at(point.x.low)} ${cy - 4}V${cy + 4}M${x.at(point.x.high)} ${cy - 4}V${cy + 4}`;
    path += `M${x.at(point.x.low)} ${cy}H${x.at(point.x.high)}`;
  }
  return draw("path", { class: `whisker c${point.variant % 6}`, d: path });
}

function widthOf(text) {
  return Array.from(text).reduce((sum, letter) => sum + (letter.codePointAt(0) > 0x2e7f ? 12.5 : 7), 0);
}

/* The heights of a name over its point, the preferred first: beside it, then farther and farther above and below. */
const HEIGHTS = [4, -10, 19, -24, 33, -38, 47];

/**
 * Names beside their points, each at the first place where it covers no other name and no point; null where one has no
 * place.
 */
function placed(names, area) {
  const taken = names.map(({ x, y }) => ({ left: x - 7, right: x + 7, top: y - 7, bottom: y + 7 }));
  const labels = [];
  for (const { text, x, y } of names) {
    const width = widthOf(text);
    const places = HEIGHTS.flatMap((dy) => [9, -9 - width, -width / 2].map((dx) => [dx, dy]));
    const boxes = places.map(([dx, dy]) => ({
      left: x + dx,
      right: x + dx + width,
      top: y + dy - 11,
      bottom: y + dy + 3,
    }));
    const box = boxes.find((one) => inside(one, area) && !taken.some((other) => overlap(one, other)));
    if (!box) return null;
    taken.push(box);
    labels.push(label(box.left, box.bottom - 3, text, { class: "name" }));
  }
  return labels;
}

function inside(box, area) {
  return box.left >= area.left && box.right <= area.right + 12 && box.top >= area.top - 8 && box.bottom <= area.bottom;
}

function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** Differences, the largest gain first, as bars from zero, with the mean and its interval if known. */
function bars(title, sorted, gain, mean, name, width) {
  const height = 260;
  const area = areaOf(width, height);
  const values = sorted.map((one) => one.value);
  const y = scale([...values, 0, ...(mean ? [mean.low, mean.high].filter(isNumber) : [])], area.bottom, area.top);
  const step = (area.right - area.left) / Math.max(1, sorted.length);
  const thick = Math.max(0.6, step > 3 ? 0.8 * step : step).toFixed(2);
  const zero = y.at(0).toFixed(1);
  const bar = ({ value }, i) =>
    `M${(area.left + i * step).toFixed(2)} ${zero}V${y.at(value).toFixed(1)}h${thick}V${zero}Z`;
  const path = (sign) => sorted.map((one, i) => (Math.sign(one.value * gain) === sign ? bar(one, i) : "")).join("");
  const tallied = tally(sorted, gain);
  return canvas(
    title,
    `${tallied.better} questions better, ${tallied.same} the same, ${tallied.worse} worse; the largest gain comes first.`,
    width,
    height,
    ...y.marks.map((mark) =>
      draw("path", { class: "grid", d: `M${area.left} ${y.at(mark).toFixed(1)}H${area.right}` }),
    ),
    ...y.marks.map((mark) => label(area.left - 8, y.at(mark) + 4, figures(mark), { "text-anchor": "end" })),
    draw("path", { class: "gain", d: path(1) }),
    draw("path", { class: "loss", d: path(-1) }),
    draw("path", { class: "axis-line", d: `M${area.left} ${y.at(0).toFixed(1)}H${area.right}` }),
    meanLine(mean, y, area),
    label(0, 12, `↑ ${name}, difference`, { class: "axis" }),
    label(area.left, area.bottom + 24, `${tallied.better} better`),
    label((area.left + area.right) / 2, area.bottom + 24, `${tallied.same} the same`, { "text-anchor": "middle" }),
    label(area.right, area.bottom + 24, `${tallied.worse} worse`, { "text-anchor": "end" }),
  );
}

/** Call back with the number of the bar that the pointer is on, or that was clicked. */
function pointed(plot, count, onMove, onClick) {
  const { left, right } = areaOf(plot.viewBox.baseVal.width, 0);
  const at = (event) => {
    const box = plot.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * plot.viewBox.baseVal.width;
    return Math.min(count - 1, Math.max(0, Math.floor(((x - left) / (right - left)) * count)));
  };
  plot.classList.add("pointed");
  plot.addEventListener("pointermove", (event) => onMove(at(event)));
  plot.addEventListener("click", (event) => onClick(at(event)));
}

function tally(differences, gain) {
  const better = differences.filter((one) => one.value * gain > 0).length;
  const worse = differences.filter((one) => one.value * gain < 0).length;
  return { better, worse, same: differences.length - better - worse };
}

function meanLine(mean, y, area) {
  if (!mean || !isNumber(mean.low) || !isNumber(mean.high)) return null;
  const [top, bottom] = [y.at(mean.high), y.at(mean.low)];
  return draw(
    "g",
    {},
    draw("rect", {
      class: "band",
      x: area.left,
      y: top,
      width: area.right - area.left,
      height: Math.max(1, bottom - top),
    }),
    draw("path", { class: "mean", d: `M${area.left} ${y.at(mean.difference).toFixed(1)}H${area.right}` }),
    label(area.right, top - 5, `mean ${signed(mean.difference)}`, { "text-anchor": "end" }),
  );
}

/** Counts as bars to the right: [{name, count}]. */
function counts(title, rows, width) {
  const [line, top] = [30, 6];
  const left = Math.min(width / 2, 14 + Math.max(...rows.map((row) => widthOf(plain(row.name)))));
  const largest = Math.max(1, ...rows.map((row) => row.count));
  const room = width - left - 48;
  return canvas(
    title,
    rows.map((row) => `${plain(row.name)}: ${row.count}`).join("; "),
    width,
    top + rows.length * line + 4,
    ...rows.flatMap((row, i) => {
      const [y, length] = [top + i * line, (row.count / largest) * room];
      return [
        label(left - 10, y + 18, plain(row.name), { "text-anchor": "end" }),
        draw("rect", {
          class: "count",
          x: left,
          y: y + 4,
          width: Math.max(1, length).toFixed(1),
          height: line - 10,
          rx: 2,
        }),
        label(left + length + 8, y + 18, whole(row.count), { class: "name" }),
      ];
    }),
  );
}
