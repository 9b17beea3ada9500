"use strict";

/* The passages of one question: those that the model was shown, how they moved, and what the answer cites. */

const LISTED = 10;
const PREVIEW = 90;

function passages(question, variant) {
  const answer = question.answers[variant];
  const column = make("div", { class: "card" }, isSingle() ? null : make("p", { class: "who" }, named(variant)));
  if (!answer) return column;
  const items = answer.retrieved.map((chunk, rank) =>
    passage(chunk, rank, answer, moved(question, variant, chunk, rank)),
  );
  const stray = [...new Set(answer.citations.map(([chunk]) => chunk))].filter(
    (chunk) => !answer.retrieved.includes(chunk),
  );
  column.append(
    ...listing(`Shown to the model (${whole(Math.min(answer.shown, items.length))})`, items.slice(0, answer.shown)),
    ...listing("Retrieved only", items.slice(answer.shown)),
    ...listing(
      "Cited, though not retrieved",
      stray.map((chunk) => passage(chunk, null, answer, null)),
    ),
  );
  return column;
}

function listing(title, items) {
  if (!items.length) return [];
  const rest = items.splice(LISTED);
  const list = make("ol", { class: "passages" }, ...items);
  return [
    make("h5", {}, title),
    list,
    ...(rest.length ? [folded(`${whole(rest.length)} more`, make("ol", { class: "passages" }, ...rest))] : []),
  ];
}

/**
 * How a passage has moved from the first variant's order; in the first variant's own, whether the second lacks it.
 * Nothing is known of ranks beyond the end of the other list.
 */
function moved(question, variant, chunk, rank) {
  const own = variant === state.a;
  const other = question.answers[own ? state.b : state.a];
  if (!other || (own && columns().length !== 2)) return null;
  const before = other.retrieved.indexOf(chunk);
  if (before < 0) {
    const words = `not among the first ${whole(other.retrieved.length)} of the ${own ? "second" : "first"} variant`;
    return rank < other.retrieved.length ? move(own ? "gone" : "new", words) : null;
  }
  const ranks = before - rank;
  if (own || ranks === 0) return null;
  return move(
    `${ranks > 0 ? "▲" : "▼"}${Math.abs(ranks)}`,
    `${Math.abs(ranks)} ranks ${ranks > 0 ? "higher" : "lower"}`,
  );
}

function move(sign, words) {
  return make(
    "span",
    { class: "move", title: words },
    make("span", { "aria-hidden": "true" }, sign),
    make("span", { class: "hidden" }, words),
  );
}

/** The beginning of a passage, by which it is recognised while folded. */
function preview(text) {
  if (!text) return null;
  const words = text.slice(0, PREVIEW).replace(/[\ud800-\udbff]$/, "");
  const complete = words.length === text.length || !/[\p{L}\p{N}]$/u.test(words) || HAN.test(words.slice(-1));
  return quoted(`${complete ? words : words.replace(/\s+\S*$/, "")} …`, "span", { class: "preview" });
}

/** One passage: its place, which unfolds to its text with the spans that the answer cites. */
function passage(index, rank, answer, movement) {
  const chunk = report.chunks[index];
  const spans = answer.citations.filter(([chosen]) => chosen === index).map(([, start, end]) => [start, end]);
  const line = [
    make("span", { class: "rank" }, rank === null ? "–" : String(rank + 1)),
    make("span", { class: "place" }, ...place(chunk), preview(chunk.text)),
    spans.length ? make("span", { class: "tag" }, "cited") : null,
    movement,
  ];
  if (chunk.text === null) return make("li", { class: "line" }, ...line);
  const text = make("p", { class: "source", dir: "auto", lang: languageOf(chunk.text) });
  const details = make("details", { open: spans.length > 0 }, make("summary", { class: "line" }, ...line), text);
  const unfolded = () => fill(text, ...cutAt(chunk.text, spans).map(cited));
  if (spans.length) unfolded();
  else details.addEventListener("toggle", unfolded, { once: true });
  return make("li", {}, details);
}

function cited({ text, marked }) {
  return marked ? make("mark", {}, said(text)) : said(text);
}

function place({ source, section, page, page_label: label, text }) {
  const parts = [quoted(source)];
  if (section) parts.push(" · §\u00a0", quoted(section));
  if (isNumber(page)) parts.push(label ? ` · p.\u00a0${label} (${page} in the file)` : ` · p.\u00a0${page}`);
  if (text === null) parts.push(make("span", { class: "small" }, "its text is not in this file"));
  return parts;
}
