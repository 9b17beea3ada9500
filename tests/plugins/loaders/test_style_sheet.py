"""Style sheets of pages, books and mails. Tests of ``potluck_plugins.loaders._shared.style_sheet``."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import pytest

from support.loading import load_one


def page(css: str, body: str, attributes: str = "") -> str:
    return f"<html><head><style {attributes}>{css}</style></head><body>{body}</body></html>"


def book(css: str, body: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("META-INF/container.xml", '<c><rootfiles><rootfile full-path="O/a.opf"/></rootfiles></c>')
        item = '<item id="a" href="text/a.xhtml" media-type="application/xhtml+xml"/>'
        archive.writestr(
            "O/a.opf", f'<package><manifest>{item}</manifest><spine><itemref idref="a"/></spine></package>'
        )
        archive.writestr("O/my style.css", css)
        links = '<link rel="stylesheet" href="../my%20style.css"/><link rel="stylesheet" href="missing.css"/>'
        xhtml = f'<html xmlns="http://www.w3.org/1999/xhtml"><head>{links}</head><body>{body}</body></html>'
        archive.writestr("O/text/a.xhtml", xhtml)
    return file.getvalue()


def mail(css: str, body: str) -> bytes:
    message = EmailMessage()
    message.set_content(page(css, body), subtype="html")
    return message.as_bytes()


RULES = [
    (".up { vertical-align: super }", '<p>阻抗須達10<span class="big up">12</span>歐姆', "阻抗須達10¹²歐姆"),
    ("span.dn {vertical-align:sub}", "<p>H<span class=dn>2</span>O", "H₂O"),
    (".s1 {font-size: .58em; position: relative; top: -0.33em}", "<p>10<span class=s1>-9</span> mbar", "10⁻⁹ mbar"),
    (".s2 {font-size: 7.0pt; position: relative; top: 0.33em}", "<p>CO<span class=s2>2</span>", "CO₂"),
    (".s3 {font-size: 70%; position: relative; bottom: 4px}", "<p>10<span class=s3>6</span>", "10⁶"),
    ("#six {font-size: smaller; vertical-align: 0.4em}", "<p>10<span id=six>6</span>", "10⁶"),
    (".old {text-decoration: line-through}", "<p>Tickets <span class=old>14</span> 16 euros", "Tickets 16 euros"),
    ("h1, .x .gone {display: none}", "<h1>a</h1><div class=x><p>b <i class=gone>c</i>", "b"),
    ("ol.r {list-style-type: upper-roman}", "<ol class=r><li>甲</li></ol>", "I. 甲"),
    (".f {font-family: Symbol, serif} p {font-family: Arial}", "<p>25 <i class=f>&#xf06d;</i>m", "25 μm"),
    ("/* .a{} */ <!-- .a {display:none} -->", "<p>b <i class=a>c</i>", "b"),
]


@pytest.mark.parametrize(("css", "body", "text"), RULES)
def test_a_class_says_as_much_as_a_style_attribute(css: str, body: str, text: str) -> None:
    assert load_one("html", page(css, body)).text == text
    assert load_one("epub", book(css, body)).text == text
    assert load_one("email", mail(css, body)).text.strip() == text


def test_what_a_class_leaves_out_is_counted() -> None:
    css = ".old {text-decoration: line-through} .gone {display: none}"

    document = load_one("html", page(css, "<p>a <i class=old>14</i> <i class=gone>secret</i>"))

    assert set(document.losses) == {
        "struck-out text was left out: 1 place, 2 characters",
        "hidden text was left out: 1 place, 6 characters",
    }


@pytest.mark.parametrize(
    ("css", "body"),
    [
        (".a {display: none} .a {display: block}", "<p class=a>b"),
        ("p.a {display: block} .a {display: none}", "<p class=a>b"),
        ("#i {display: block} p.a.a2 {display: none}", "<p class='a a2' id=i>b"),
        ("p.a {display: block !important} p.a {display: none}", "<p class=a>b"),
        (".a {display: block !important; display: none}", "<p class=a>b"),
        (".a {display: none}", "<p class=a style='display: block'>b"),
        (".a {display: block !important}", "<p class=a style='display: none'>b"),
    ],
)
def test_the_stronger_rule_holds(css: str, body: str) -> None:
    assert load_one("html", page(css, body)).text == "b"


@pytest.mark.parametrize(
    "css",
    [
        "@media print {.a {display: none} .b {color: red}}",
        "@import 'x.css'; @page {size: a4} .c {display: none}",
        ".a:hover {display: none}",
        ".b .a {display: none}",
        ".a > .b {display: none}",
        ".a[open] {display: none}",
        "body > .a {display: none}",
        "html > .a, html > p {display: none}",
        "p > p > .a {display: none}",
        ".a[class=b] {display: none}",
        ".a[class^=''] {display: none}",
        ".a[class$=''] {display: none}",
        ".a[class*=''] {display: none}",
        ".a[class~=b] {display: none}",
        ".a[class|=b] {display: none}",
        ".a > {display: none}",
        "> .a {display: none}",
        "p > > .a {display: none}",
        "p + .a {display: none}",
        ".a {opacity: 0}",
        "h1.a {display: none}",
        "body {display: none}",
        ".a {vertical-align: 1px}",
        ".a {display: none",
        "}} {;",
    ],
)
def test_a_rule_for_something_else_changes_nothing(css: str) -> None:
    assert load_one("html", page(css, "<p>10<span class=a>6</span>")).text == "106"


@pytest.mark.parametrize(
    "selector",
    [
        "p > .a",
        "body>p>.a",
        "html > body .a",
        "html body > p > .a",
        "[data-state]",
        "p [ data-state ]",
        ".a[data-state=closed]",
        "[data-state='closed']",
        '[class="a b"]',
        "[class~=b]",
        "[data-state|=closed]",
        "[lang|=zh]",
        "[data-state^=cl]",
        "[data-state$=ed]",
        "[data-state*=lose]",
        "p > [data-state][class].a",
        "x, p>.a",
    ],
)
def test_selectors_of_children_and_attributes(selector: str) -> None:
    body = "<p>10<span class='a b' data-state=closed lang=zh-TW>6</span>"

    assert load_one("html", page(f"{selector} {{display: none}}", body)).text == "10"


def test_an_attribute_counts_as_much_as_a_class() -> None:
    css = "[x] {display: none} span {display: inline}"

    assert load_one("html", page(css, "<p>10<span x>6</span>")).text == "10"


def test_the_parent_of_a_selector_may_be_another_than_the_nearest() -> None:
    css = ".x > .y .a {display: none}"
    body = "<div class=x><div class=y><div class=y><p>1<b class=a>2</b></div></div></div><div class=y><p>3<b class=a>4"

    assert load_one("html", page(css, body)).text == "1\n34"


def test_what_is_hidden_until_scripts_run_is_read() -> None:
    assert load_one("html", page("[v-cloak], [x-cloak] {display: none}", "<p v-cloak>甲<p x-cloak>乙")).text == "甲\n乙"


def test_a_selector_of_many_parts_is_matched_in_no_time() -> None:
    css = " ".join([".a > .a"] * 30) + " > .b {display: none}"

    assert load_one("html", page(css, "<div class=a>" * 55 + "<p class=b>1")).text == "1"


def test_what_a_sheet_makes_too_small_to_see_is_hidden() -> None:
    css = ".a {max-height: 0; overflow: hidden} .b {mso-hide: all} .c {font-size: 0} .d {mso-text-raise: 6pt}"
    body = "<div class=a>1</div><p class=b>2</p><p class=c>3</p><p>10<span class=d>4</span>"

    document = load_one("html", page(css, body))

    assert document.text == "10⁴"
    assert document.losses == ("hidden text was left out: 3 places, 3 characters",)


def test_a_rule_after_a_medium_is_read() -> None:
    css = "@charset 'utf-8'; @media print {.b {color: red} .c {top: 0}} .a {display: none}"

    assert load_one("html", page(css, "<p>10<span class=a>6</span>")).text == "10"


def test_a_sheet_for_print_is_not_read() -> None:
    body = "<p>10<span class=a>6</span>"

    assert load_one("html", page(".a {display: none}", body, "media=print")).text == "106"
    assert load_one("html", page(".a {display: none}", body, "media=screen")).text == "10"


def test_a_cell_is_not_a_superscript() -> None:
    css = "td {font-size: 70%; vertical-align: 2px}"

    assert load_one("html", page(css, "<table><tr><td>a<td>1<tr><td>b<td>2</table>")).text == "a | 1\nb | 2"
