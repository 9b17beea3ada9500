"use strict";

/* Building the page. Everything from a report enters it here, as text. */

const SVG = "http://www.w3.org/2000/svg";

/* Controls, bidirectional overrides, line separators, byte order marks and halves of surrogate pairs. */
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** An element with attributes and children; children that are strings become text nodes. */
function make(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for a drawing. */
function draw(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Put new children in place of the old. */
function fill(element, ...children) {
  element.replaceChildren(...children.filter((child) => child !== null && child !== undefined));
}

function byId(id) {
  return document.getElementById(id);
}

/** A button that does something. */
function button(attributes, action, ...children) {
  const element = make("button", { type: "button", ...attributes }, ...children);
  element.addEventListener("click", action);
  return element;
}

function codeOf(character) {
  return "U+" + character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
}

/** Text for places that take no elements (options, titles): unseen characters by their code. */
function plain(text) {
  return String(text ?? "").replace(UNSEEN, (character) => `‹${codeOf(character)}›`);
}

/** Text as nodes, with unseen characters as visible signs. */
function said(text) {
  const content = String(text ?? "");
  const nodes = document.createDocumentFragment();
  let from = 0;
  for (const found of content.matchAll(UNSEEN)) {
    nodes.append(content.slice(from, found.index), make("span", { class: "sign" }, codeOf(found[0])));
    from = found.index + 1;
  }
  nodes.append(content.slice(from));
  return nodes;
}

/** A stranger's text in an element of its own, so that its direction and language do not affect the text around it. */
function quoted(text, tag = "bdi", attributes = {}) {
  return make(tag, { dir: "auto", lang: languageOf(text), ...attributes }, said(text));
}

const KANA = /[\u3040-\u30ff]/;
const HANGUL = /[\uac00-\ud7af]/;
const HAN = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/;
const SIMPLIFIED =
  /[们这为说时会对学机过来发现问题应该后检铁轨设与从关书长门见车马东国个无电业产动实开样员将数据图处]/g;
const TRADITIONAL =
  /[們這為說時會對學機過來發現問題應該後檢鐵軌設與從關書長門見車馬東國個無電業產動實開樣員將數據圖處]/g;

/** The language tag for text in Han characters, by which the right glyphs are chosen; null for all others. */
function languageOf(text) {
  const content = String(text ?? "");
  if (KANA.test(content)) return "ja";
  if (HANGUL.test(content)) return "ko";
  if (!HAN.test(content)) return null;
  const count = (pattern) => (content.match(pattern) || []).length;
  return count(SIMPLIFIED) > count(TRADITIONAL) ? "zh-Hans" : "zh-Hant";
}

/* Numbers. */

function isNumber(value) {
  return typeof value === "number";
}

function number(value) {
  if (value === null || value === undefined) return "–";
  return minus(value.toLocaleString("en", { minimumFractionDigits: 3, maximumFractionDigits: 3 }));
}

function whole(value) {
  return value === null || value === undefined ? "–" : minus(Math.round(value).toLocaleString("en"));
}

function minus(digits) {
  return digits.replace("-", "−");
}

/** A value of a measure with its unit: three places for shares, three figures for seconds and money. */
function amount(value, unit = "") {
  if (value === null || value === undefined) return "–";
  if (unit === "USD") return "$" + figures(value);
  if (unit === "s") return figures(value) + " s";
  return number(value) + (unit ? " " + plain(unit) : "");
}

function figures(value) {
  if (Math.abs(value) >= 1000) return whole(value);
  return value === 0 ? "0" : minus(value.toLocaleString("en", { maximumSignificantDigits: 3 }));
}

/** A difference always has its sign, and a true minus. */
function signed(value, unit = "") {
  if (value === null || value === undefined) return "–";
  const sign = value > 0 ? "+" : value < 0 ? "−" : "±";
  return sign + amount(Math.abs(value), unit);
}
