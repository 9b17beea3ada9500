"""Running text of OpenDocument files: fields, forms, notes, comments, and what styles hide or raise.

Modules: ``potluck_plugins.loaders._office.odf.inline``, ``potluck_plugins.loaders._office.odf.blocks``,
``potluck_plugins.loaders._office.odf.styles``.
"""

from __future__ import annotations

import pytest

from support.odf_reading import L, comment, items, lines, read
from support.opendocument import p, style


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (p("a<text:s/>b"), "a b"),
        (p('a<text:s text:c="3"/>b'), "a   b"),
        (p('a<text:s text:c="x"/>b'), "a b"),
        (p('a<text:s text:c="200"/>b'), f"a{' ' * 200}b"),
        (p('a<text:s text:c="999999999"/>b'), f"a{' ' * 200}b"),
        (p("a\n \t b"), "a b"),
        (p("a<text:script>x</text:script><office:annotation-end/>b"), "ab"),
        (p('a<text:alphabetical-index-mark text:string-value="x"/>b'), "ab"),
        (p("a<text:conditional-text>c</text:conditional-text>b"), "acb"),
        (p("a<text:unknown>c<!-- no --></text:unknown>b"), "acb"),
        (p("<text:ruby><text:ruby-base>軌</text:ruby-base><text:ruby-text> </text:ruby-text></text:ruby>x"), "軌x"),
        (p("<text:ruby><text:ruby-base>軌</text:ruby-base></text:ruby>x"), "軌x"),
        (p("<text:ruby><text:ruby-text>ㄍ</text:ruby-text></text:ruby>x"), "(ㄍ)x"),
        (p('a<text:hidden-text text:is-hidden="false" text:string-value="v"/>'), "av"),
    ],
)
def test_running_text_is_read_as_it_is_shown(body: str, found: str) -> None:
    assert lines(body) == [found]


def form(kind: str, *given: tuple[str, str], tag: str = "fieldmark") -> str:
    inner = "".join(f'<field:param field:name="{name}" field:value="{value}"/>' for name, value in given)
    return f'<field:{tag} field:type="vnd.oasis.opendocument.field.{kind}">{inner}</field:{tag}>'


ENTRIES = [("Dropdown_ListEntry", "甲"), ("Dropdown_ListEntry", "乙")]


@pytest.mark.parametrize(
    ("field", "found"),
    [
        (form("FORMCHECKBOX", ("Checkbox_Checked", "true")), "☒ a"),
        (form("FORMCHECKBOX", ("Checkbox_Checked", "false")), "☐ a"),
        (form("FORMCHECKBOX"), "☐ a"),
        (form("FORMCHECKBOX", ("Checkbox_Checked", "true"), tag="fieldmark-start"), "☒ a"),
        (form("FORMDROPDOWN", *ENTRIES), "甲a"),
        (form("FORMDROPDOWN", *ENTRIES, ("Dropdown_Selected", "1")), "乙a"),
        (form("FORMDROPDOWN", *ENTRIES, ("Dropdown_Selected", "2")), "a"),
        (form("FORMDROPDOWN", *ENTRIES, ("Dropdown_Selected", "-1")), "a"),
        (form("FORMTEXT", *ENTRIES) + "b", "ba"),
    ],
)
def test_a_form_shows_its_state(field: str, found: str) -> None:
    assert lines(p(f"{field}a")) == [found]


def box(kind: str, more: str, identity: str = 'form:id="c1"') -> str:
    return f"<form:{kind} {identity} form:label='L' {more}/>"


@pytest.mark.parametrize(
    ("control", "found"),
    [
        (box("checkbox", 'form:current-state="checked"'), "☒ La"),
        (box("checkbox", 'form:state="checked"'), "☒ La"),
        (box("checkbox", 'form:state="checked" form:current-state="unchecked"'), "☐ La"),
        (box("checkbox", ""), "☐ La"),
        (box("radio", 'form:current-selected="true"'), "☒ La"),
        (box("radio", 'form:current-selected="false"'), "☐ La"),
        (box("checkbox", "", 'xml:id="c1"'), "☐ La"),
        (box("text", ""), "a"),
    ],
)
def test_a_control_shows_its_state_and_its_label(control: str, found: str) -> None:
    body = f'<office:forms>{control}</office:forms><text:p><draw:control draw:control="c1"/>a</text:p>'

    assert lines(body) == [found]


def note(kind: str, citation: str, body: str) -> str:
    named = f' text:note-class="{kind}"' if kind else ""
    mark = f"<text:note-citation>{citation}</text:note-citation>"
    return f"<text:note{named}>{mark}<text:note-body>{body}</text:note-body></text:note>"


def test_notes_are_marked_in_the_text_and_told_behind_it() -> None:
    body = p("a" + note("footnote", "1", p("x") + p("y"))) + p("b" + note("endnote", " i ", p("z")))
    body += p("c" + note("", "*", p("u")))

    assert lines(body) == ["a[1]", "b[i]", "c[*]", "[footnote 1] x y", "[endnote i] z", "[footnote *] u"]


def test_comments_are_signed_or_counted() -> None:
    signed = comment(f"<dc:creator>Wang</dc:creator><dc:date>2026-03-09T08:00:00</dc:date>{p('x')}{items('y')}")
    body = p(f"a{signed}b") + p("c" + comment(p("道")))

    assert lines(body, L) == ["ab", "c"]
    assert read(body, L).losses == ("the text of comments was left out: 2 places, 7 characters",)
    assert lines(body, L, comments=True) == ["ab", "[comment by Wang, 2026-03-09] x 1. y", "c", "[comment] 道"]


@pytest.mark.parametrize(
    ("attributes", "hidden"),
    [
        ('text:display="none"', True),
        ('text:is-hidden="true"', True),
        ('text:display="true" text:is-hidden="false"', False),
        ("", False),
    ],
)
def test_a_section_may_be_hidden(attributes: str, hidden: bool) -> None:
    body = f"<text:section {attributes}>{p('道碴')}<text:h>x</text:h></text:section>" + p("a")

    document = read(body)
    assert document.text.split("\n") == (["a"] if hidden else ["道碴", "x", "a"])
    assert document.losses == (("hidden text was left out: 1 place, 3 characters",) if hidden else ())
    assert read(body, hidden=True).text == "道碴\nx\na"
    assert read(f"<text:section {attributes}>{p('')}</text:section>").losses == ()


def test_only_the_body_of_an_index_is_read_and_begins_no_clauses() -> None:
    kinds = [f"{name}-index" for name in ("illustration", "table", "object", "alphabetical", "user")]
    for kind in ["table-of-content", *kinds, "bibliography"]:
        inner = (
            f"<text:index-source>{p('no')}</text:index-source><text:index-body>{p('1.2 Loads of it')}</text:index-body>"
        )
        document = read(f"<text:{kind}>{inner}</text:{kind}>" + p("1.3 Scope of it"))
        assert document.text == "1.2 Loads of it\n1.3 Scope of it"
        assert [one.number for one in document.sections] == ["1.3"]


def test_declarations_and_page_breaks_are_not_text() -> None:
    skipped = ["sequence-decls", "variable-decls", "user-field-decls", "soft-page-break"]

    body = "".join(f"<text:{one}>{p('no')}</text:{one}>" for one in skipped)
    assert lines(f"{body}<text:other>{p('a')}</text:other>") == ["a"]


@pytest.mark.parametrize(
    ("value", "shown"), [("super", "10⁶"), ("sub", "10₆"), ("5%", "10⁶"), ("-5%", "10₆"), ("auto", "106"), (" ", "106")]
)
def test_text_stands_where_its_style_says(value: str, shown: str) -> None:
    assert lines(p('10<text:span text:style-name="a">6</text:span>'), style("a", f'style:text-position="{value}"')) == [
        shown
    ]


@pytest.mark.parametrize(
    ("properties", "shown"),
    [
        ('style:text-line-through-style="solid" style:text-line-through-type="none"', True),
        ('style:text-line-through-style="none"', True),
        ('style:text-line-through-style="solid"', False),
        ('style:text-line-through-type="single"', False),
        ('text:display="none"', False),
        ('text:display="true"', True),
        ('text:display="condition"', True),
    ],
)
def test_text_is_struck_or_hidden_as_its_style_says(properties: str, shown: bool) -> None:
    document = read(p('a<text:span text:style-name="s">b</text:span>'), style("s", properties))

    assert document.text == ("ab" if shown else "a")
    assert len(document.losses) == (not shown)
