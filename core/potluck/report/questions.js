"use strict";

/* The questions: which are shown, and the answers of the variants to each, side by side. */

const PAGE = 20;
const PRINTED = 40;

function pageCount() {
  return Math.ceil(state.shown.length / PAGE);
}

function showPage() {
  const first = state.page * PAGE;
  const visible = state.shown.slice(first, first + PAGE);
  fill(byId("list"), ...visible.map((question) => article(question, question === state.open)));
  const range = visible.length ? `, ${whole(first + 1)} to ${whole(first + visible.length)} below` : "";
  const found = `${whole(state.shown.length)} of ${whole(report.questions.length)} ${report.unit}${range}.`;
  const chosen = state.confused
    ? make("span", {}, ...confusedWords(), button({ class: "link" }, clearFilters, "Show all"))
    : null;
  fill(byId("found"), found, chosen);
  showPaging();
}

function confusedWords() {
  const [actual, predicted] = state.confused.map((label) => quoted(labelName(label)));
  return [" Actual ", actual, ", predicted ", predicted, ". "];
}

function showPaging() {
  const last = pageCount() - 1;
  const go = (text, page, name) =>
    button({ disabled: page < 0 || page > last || page === state.page, "aria-label": name }, () => turnTo(page), text);
  byId("pages").hidden = last < 1;
  fill(
    byId("pages"),
    go("⇤", 0, "First page"),
    go("← Previous", state.page - 1, "Previous page"),
    make("span", {}, `Page ${whole(state.page + 1)} of ${whole(last + 1)}`),
    go("Next →", state.page + 1, "Next page"),
    go("⇥", last, "Last page"),
  );
}

function turnTo(page) {
  state.page = page;
  showPage();
  byId("questions").focus();
}

/* One question. */

function article(question, open, printed = false) {
  const title = [
    quoted(question.id, "bdi", { class: "id" }),
    " ",
    quoted(question.question, "span", { class: "asked" }),
  ];
  const toggle = printed
    ? make("span", {}, ...title)
    : button({ class: "toggle", "aria-expanded": String(open) }, () => toggleQuestion(question), ...title);
  const link = printed ? null : questionLink(question, "#", `Link to ${question.id}`);
  const parts = [make("h3", {}, toggle), make("p", { class: "meta" }, ...remarks(question), link)];
  if (open) parts.push(detail(question));
  const id = printed ? null : anchorOf(question).slice(1);
  return make("article", { id, class: open ? "question open" : "question" }, ...parts);
}

/* Every question has an address: the page's, with the question's id behind it. */

function anchorOf(question) {
  return `#question=${encodeURIComponent(question.id.replace(UNSEEN, "\ufffd"))}`;
}

function questionLink(question, content, name = null) {
  const attributes = { class: name ? "anchor" : null, "aria-label": name && plain(name) };
  const link = make("a", { href: anchorOf(question), ...attributes }, content);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    openQuestion(report.questions.indexOf(question));
  });
  return link;
}

/** Open the question that the page's address names. */
function openAddressed() {
  const q = report.questions.findIndex((question) => anchorOf(question) === location.hash);
  if (q >= 0) openQuestion(q);
}

function remarks(question) {
  const parts = report.confusion ? [labelRemark(question)] : [];
  const [a, b] = [state.a, state.b].map((variant) => question.answers[variant]?.scores[state.measure]);
  const { unit = "", label: name = "" } = report.measures[state.measure] ?? {};
  if (isNumber(a) || isNumber(b)) {
    const scores = state.a === state.b ? amount(a, unit) : `${amount(a, unit)} → ${amount(b, unit)}`;
    parts.push(make("span", { class: "score", title: plain(name) }, scores));
  }
  if (isSingle() && question.answers[0]?.refused) parts.push(make("span", { class: "tag" }, "refused"));
  if (change(question)) parts.push(badge(change(question) > 0 ? "better" : "worse"));
  for (const cause of new Set(causesOf(question).map((one) => one.cause)))
    parts.push(quoted(cause, "span", { class: "tag" }));
  if (question.answerable === false) parts.push(make("span", { class: "tag" }, "cannot be answered"));
  if (question.generated_by) parts.push(quoted(`made by ${question.generated_by}`, "span", { class: "tag" }));
  if (state.a !== state.b && question.answers[state.a] && question.answers[state.b] && !disagree(question))
    parts.push(make("span", { class: "faint" }, "same answer"));
  return parts;
}

function toggleQuestion(question) {
  state.open = state.open === question ? null : question;
  history.replaceState(null, "", state.open ? anchorOf(question) : "#questions");
  showPage();
  focusOn(question);
}

function focusOn(question) {
  const position = state.shown.indexOf(question) - state.page * PAGE;
  const shown = byId("list").children[position];
  shown?.querySelector(".toggle").focus({ preventScroll: true });
  shown?.scrollIntoView({ block: "nearest" });
  if (state.open === question) shown?.scrollIntoView({ block: "start" });
}

/** Open a question by its place in the report, whatever the filters say. */
function openQuestion(q) {
  const question = report.questions[q];
  if (!state.shown.includes(question)) clearFilters();
  unfold(question);
}

function unfold(question) {
  state.open = question;
  state.page = Math.floor(state.shown.indexOf(question) / PAGE);
  history.replaceState(null, "", anchorOf(question));
  showPage();
  focusOn(question);
}

/** Open the next question of those shown, or the previous one. */
function step(by) {
  const now = state.shown.indexOf(state.open);
  const next = now < 0 ? state.page * PAGE : now + by;
  if (state.shown[next]) unfold(state.shown[next]);
}

function columns() {
  return [...new Set([state.a, state.b, ...[...state.others].sort((x, y) => x - y)])];
}

function detail(question) {
  return make(
    "div",
    { class: "detail" },
    ...causesOf(question).map(causeBox),
    expected(question),
    make("h4", {}, !isSingle() ? "Answers" : report.confusion ? "Predicted label" : "Answer"),
    answers(question),
    scoresTable(question),
    ...passagesOf(question),
  );
}

/** The passages below their heading, where any were retrieved. */
function passagesOf(question) {
  const found = columns().some((v) => question.answers[v]?.retrieved.length || question.answers[v]?.citations.length);
  if (!found) return [];
  const cards = columns().map((variant) => passages(question, variant));
  return [make("h4", {}, "Passages"), make("div", { class: "columns" }, ...cards)];
}

function causeBox(cause) {
  const unit = report.measures.find((measure) => measure.name === cause.metric)?.unit;
  const values = [quoted(cause.metric), ` ${amount(cause.from, unit)} → ${amount(cause.to, unit)}`];
  const calls = isNumber(cause.calls) ? `, found with ${whole(cause.calls)} more calls of the model` : "";
  return make(
    "p",
    { class: "cause" },
    make("strong", {}, "Cause: ", quoted(cause.cause)),
    ". ",
    quoted(cause.detail),
    make("span", { class: "small" }, ...values, calls),
  );
}

function expected(question) {
  const gold = question.gold ?? {};
  const lists = [
    [report.confusion ? "Actual label" : "Expected answer", gold.answers],
    ["Facts", gold.facts],
    ["Sections", gold.sections],
    ["Documents", gold.ids],
  ];
  const rows = lists.filter(([, found]) => found?.length);
  if (!rows.length)
    return make(
      "p",
      { class: "note" },
      question.answerable === false
        ? "The documents do not answer this: the right answer is to say so."
        : "Nothing is said about the right answer.",
    );
  const listed = (found) => make("dd", {}, ...found.flatMap((text, i) => [i ? " · " : null, quoted(text)]));
  return make(
    "dl",
    { class: "expected" },
    ...rows.map(([name, found]) => make("div", {}, make("dt", {}, name), listed(found))),
  );
}

function answers(question) {
  const chosen = columns();
  const first = question.answers[chosen[0]];
  const cards = chosen.map((variant, position) => {
    const answer = question.answers[variant];
    const card = make(
      "div",
      { class: "card" },
      make("p", { class: "who" }, isSingle() ? null : named(variant), ...answerTags(question, answer)),
    );
    card.append(answerText(answer, differing(first, answer, question.answers[chosen[1]], position, chosen.length)));
    return card;
  });
  return make("div", { class: "columns" }, ...cards);
}

/** The pieces of an answer: against the first one; the first one against the second where there are just two. */
function differing(first, answer, second, position, count) {
  if (!first || !answer) return null;
  if (position > 0) return compareWords(first.text, answer.text)[1].map((piece) => ({ ...piece, tag: "ins" }));
  return count === 2 && second
    ? compareWords(first.text, second.text)[0].map((piece) => ({ ...piece, tag: "del" }))
    : null;
}

function answerText(answer, pieces) {
  if (!answer) return make("p", { class: "note" }, "No answer: the variant failed.");
  if (!answer.text.trim()) return make("p", { class: "note" }, "The answer is empty.");
  const text = make("p", { class: "answer", dir: "auto", lang: languageOf(answer.text) });
  for (const piece of pieces ?? [{ text: answer.text }])
    text.append(piece.only ? make(piece.tag, {}, said(piece.text)) : said(piece.text));
  return text;
}

function answerTags(question, answer) {
  if (!answer) return [];
  const tags = [];
  if (answer.refused)
    tags.push(make("span", { class: "tag" }, question.answerable === false ? "⊘ refused, rightly" : "⊘ refused"));
  else if (question.answerable === false) tags.push(make("span", { class: "tag" }, "answered what cannot be answered"));
  if (answer.seconds) tags.push(make("span", { class: "faint" }, amount(answer.seconds, "s")));
  return tags;
}

function scoresTable(question) {
  const chosen = columns();
  const scored = report.measures
    .map((measure, m) => ({ measure, m }))
    .filter(({ m }) => chosen.some((v) => isNumber(question.answers[v]?.scores[m])));
  if (!scored.length) return null;
  const two = state.a !== state.b;
  const names = chosen.map((v) => counting(isSingle() ? "Score" : named(v)));
  const heads = ["Measure", ...names, ...(two ? [counting("Difference")] : [])];
  const rows = scored.map(({ measure, m }) => {
    const [a, b] = [state.a, state.b].map((v) => question.answers[v]?.scores[m]);
    const scores = chosen.map((v) => question.answers[v]?.scores[m]);
    const cells = scores.map((score) => numeric(score, amount(score, measure.unit)));
    if (two) {
      const difference = isNumber(a) && isNumber(b) ? Number((b - a).toFixed(6)) : null;
      cells.push(numeric(difference, signed(difference, measure.unit)));
    }
    return make(
      "tr",
      { class: m === state.measure ? "chosen" : null },
      make("th", { scope: "row" }, quoted(measure.label)),
      ...cells,
    );
  });
  return boxed(`Scores of ${plain(question.id)}`, heads, rows);
}
