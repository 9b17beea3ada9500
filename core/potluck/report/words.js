"use strict";

/* Comparing two texts word by word; Chinese and Japanese character by character. */

/* One Han or Kana character; a number or clause number; a word; white space; anything else. */
const WORD = new RegExp(
  [
    String.raw`[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]`,
    String.raw`\p{N}+(?:[.,:\/]\p{N}+)+`,
    String.raw`[[\p{L}\p{N}\p{M}]--[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]]+(?:['’][\p{L}\p{M}]+)*`,
    String.raw`\s+`,
    ".",
  ].join("|"),
  "gsv",
);
const LARGEST_TABLE = 4_000_000;

/** The words of a text, each with the white space behind it: {text, key}. */
function wordsOf(text) {
  const words = [];
  for (const [piece] of text.matchAll(WORD)) {
    if (/^\s/u.test(piece) && words.length) words.at(-1).text += piece;
    else words.push({ text: piece, key: piece.trim() });
  }
  return words;
}

/**
 * The words of both texts with a mark on those that the other lacks: [[{text, only}], [{text, only}]].
 * A longest common subsequence; texts too long for its table are compared at both ends and differ between.
 */
function compareWords(a, b) {
  const left = wordsOf(a);
  const right = wordsOf(b);
  const [start, end] = commonEnds(left, right);
  const middle = [left.slice(start, left.length - end), right.slice(start, right.length - end)];
  const kept = commonWords(...middle);
  const marked = (words, side) =>
    words.map((word, position) => ({
      text: word.text,
      only: position >= start && position < words.length - end && !kept[side].has(position - start),
    }));
  return [joined(marked(left, 0)), joined(marked(right, 1))];
}

function commonEnds(left, right) {
  const shorter = Math.min(left.length, right.length);
  let start = 0;
  while (start < shorter && left[start].key === right[start].key) start += 1;
  let end = 0;
  while (end < shorter - start && left.at(-1 - end).key === right.at(-1 - end).key) end += 1;
  return [start, end];
}

/** The positions, in each list, of the words of a longest common subsequence. */
function commonWords(left, right) {
  const kept = [new Set(), new Set()];
  const width = right.length + 1;
  if ((left.length + 1) * width > LARGEST_TABLE) return kept;
  const lengths = new Uint16Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      const same = left[i].key === right[j].key;
      const at = i * width + j;
      lengths[at] = same ? lengths[at + width + 1] + 1 : Math.max(lengths[at + width], lengths[at + 1]);
    }
  }
  for (let i = 0, j = 0; i < left.length && j < right.length;) {
    if (left[i].key === right[j].key) {
      kept[0].add(i++);
      kept[1].add(j++);
    } else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) i += 1;
    else j += 1;
  }
  return kept;
}

/** Neighbours with the same mark as one piece. */
function joined(words) {
  const pieces = [];
  for (const word of words) {
    if (pieces.length && pieces.at(-1).only === word.only) pieces.at(-1).text += word.text;
    else pieces.push({ ...word });
  }
  return pieces;
}

/** The text between two positions that Python counted: in characters, where scripts count halves of some. */
function between(text, start, end) {
  if (!/[\ud800-\udfff]/.test(text)) return text.slice(start, end);
  return Array.from(text).slice(start, end).join("");
}

/** A text cut at the edges of spans, overlapping ones joined: [{text, marked}]. */
function cutAt(text, spans) {
  const pieces = [];
  let from = 0;
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    if (end <= from) continue;
    pieces.push({ text: between(text, from, Math.max(from, start)), marked: false });
    pieces.push({ text: between(text, Math.max(from, start), end), marked: true });
    from = end;
  }
  pieces.push({ text: between(text, from, text.length), marked: false });
  return pieces.filter((piece) => piece.text);
}
