"use strict";

/* Saving tables for spreadsheets. Nothing is asked of the network: the file is made in the page. */

/* The beginnings by which a spreadsheet recognises a formula. */
const FORMULA = /^ *[=+\-@\t\r\n＝＋－＠]/;
/* Characters that XML cannot hold. */
const NO_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** The buttons below a table. */
function saveTable(caption, rows) {
  return saveButtons(`Save the table “${plain(caption)}”`, caption, rows);
}

function saveButtons(label, name, rows) {
  const save = (kind, content, type) => {
    const attributes = { class: "quiet", "aria-label": `${label} as ${kind}` };
    return button(attributes, () => saveFile(name, kind, content(rows()), type), kind);
  };
  return make("p", { class: "saves" }, save("CSV", csvOf, "text/csv"), save("XLSX", xlsxOf, SHEET_TYPE));
}

function saveFile(name, kind, content, type) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = make("a", { href: url, download: `${fileName(`${report.name} ${name}`)}.${kind.toLowerCase()}` });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Letters and digits of any script, joined by hyphens. */
function fileName(text) {
  return text.match(/[\p{L}\p{N}]+/gu)?.join("-").slice(0, 80) || "table";
}

/** A table as rows of numbers and texts, heads first; a mean with an interval has three columns. */
function rowsOf(table) {
  const [head, ...body] = [...table.rows];
  const ranged = [...head.cells].map((_, i) => body.some((row) => row.cells[i].dataset.low !== undefined));
  const names = [...head.cells].flatMap((cell, i) => {
    const name = cell.dataset.name;
    return ranged[i] ? [name, `${name}, low`, `${name}, high`] : [name];
  });
  const values = (row) =>
    [...row.cells].flatMap((cell, i) => {
      const { low, high } = cell.dataset;
      return ranged[i] ? [sortKey(cell), low && Number(low), high && Number(high)] : [sortKey(cell)];
    });
  return [names, ...body.map(values)];
}

/** Every answer: one row per question and variant, as in answers.csv. */
function answerRows() {
  const names = report.measures.map((measure) => measure.name);
  const yes = (value) => (value === null || value === undefined ? "" : value ? "yes" : "no");
  const rows = [["question_id", "question", "answerable", "variant", "answer", "refused", ...names]];
  for (const question of report.questions) {
    question.answers.forEach((answer, v) => {
      if (!answer) return;
      const asked = [question.id, question.question, yes(question.answerable)];
      rows.push([...asked, report.variants[v].name, answer.text, yes(answer.refused), ...answer.scores]);
    });
  }
  return rows;
}

function csvOf(rows) {
  return "\ufeff" + rows.map((row) => row.map(csvCell).join(",") + "\r\n").join("");
}

function csvCell(value) {
  if (!isNumber(value)) value = String(value ?? "").replace(FORMULA, "'$&");
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : String(value);
}

/* An Office Open XML workbook with one sheet: the smallest that spreadsheets read. */

function xlsxOf(rows) {
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
  const schemas = "http://schemas.openxmlformats.org";
  const main = `${schemas}/spreadsheetml/2006/main`;
  const relations = `${schemas}/package/2006/relationships`;
  const office = `${schemas}/officeDocument/2006/relationships`;
  const relation = (type, target) =>
    `${head}<Relationships xmlns="${relations}"><Relationship Id="r1" Type="${office}/${type}" Target="${target}"/></Relationships>`;
  const part = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  return zipOf({
    "[Content_Types].xml":
      `${head}<Types xmlns="${schemas}/package/2006/content-types">` +
      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
      `<Override PartName="/xl/workbook.xml" ContentType="${part}.sheet.main+xml"/>` +
      `<Override PartName="/xl/sheet1.xml" ContentType="${part}.worksheet+xml"/></Types>`,
    "_rels/.rels": relation("officeDocument", "xl/workbook.xml"),
    "xl/workbook.xml":
      `${head}<workbook xmlns="${main}" xmlns:r="${office}">` +
      '<sheets><sheet name="potluck" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": relation("worksheet", "sheet1.xml"),
    "xl/sheet1.xml": `${head}<worksheet xmlns="${main}"><sheetData>${rows.map(xmlRow).join("")}</sheetData></worksheet>`,
  });
}

function xmlRow(row) {
  return `<row>${row.map(xmlCell).join("")}</row>`;
}

function xmlCell(value) {
  if (value === null || value === undefined || value === "") return "<c/>";
  if (isNumber(value)) return `<c><v>${value}</v></c>`;
  const text = String(value).slice(0, 32_767).replace(NO_XML, "\ufffd");
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return `<c t="inlineStr"><is><t xml:space="preserve">${escaped}</t></is></c>`;
}

/** A zip file of texts by name, stored as they are (PKWARE's APPNOTE, 4.3). */
function zipOf(texts) {
  const [parts, directory] = [[], []];
  let offset = 0;
  for (const [name, text] of Object.entries(texts)) {
    const [path, content] = [name, text].map((one) => new TextEncoder().encode(one));
    // Version 2.0, names in UTF-8, stored, 1 January 1980.
    const about = [[20, 2], [0x800, 2], [0, 2], [0, 2], [33, 2], [checksum(content), 4]];
    about.push([content.length, 4], [content.length, 4], [path.length, 2], [0, 2]);
    const local = bytes([[0x04034b50, 4], ...about]);
    directory.push(bytes([[0x02014b50, 4], [20, 2], ...about, [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]]), path);
    parts.push(local, path, content);
    offset += local.length + path.length + content.length;
  }
  const size = directory.reduce((sum, one) => sum + one.length, 0);
  const count = directory.length / 2;
  const end = bytes([[0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [size, 4], [offset, 4], [0, 2]]);
  return new Blob([...parts, ...directory, end]);
}

/** The bytes of numbers, each a pair of its value and its size in bytes; the lowest byte first. */
function bytes(numbers) {
  return Uint8Array.from(
    numbers.flatMap(([value, size]) => Array.from({ length: size }, (_, i) => (value >>> (8 * i)) & 0xff)),
  );
}

const CHECKSUMS = Array.from({ length: 256 }, (_, n) => {
  let sum = n;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? 0xedb88320 ^ (sum >>> 1) : sum >>> 1;
  return sum >>> 0;
});

/** CRC-32. */
function checksum(content) {
  let sum = 0xffffffff;
  for (const byte of content) sum = CHECKSUMS[(sum ^ byte) & 0xff] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}
