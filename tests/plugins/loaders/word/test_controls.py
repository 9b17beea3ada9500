"""Content controls of Word documents, and the data that they show.

Modules: ``potluck_plugins.loaders._office.word.controls``.
"""

from __future__ import annotations

import pytest

from support.word import (
    control,
    p,
    r,
    table,
    tc,
    tr,
)
from support.word_reading import lines, read


@pytest.mark.parametrize(
    "placeholder",
    [
        control("<w:showingPlcHdr/><w:text/>", r("Click here to enter text.")),
        control("<w:text/>", r("Click here to enter text.", '<w:rStyle w:val="PlaceholderText"/>')),
    ],
)
def test_the_placeholder_of_a_control_is_not_content(placeholder: str) -> None:
    document = read(p("Name: ", placeholder), p("Town: ", control("<w:text/>", r("Kiel"))))
    assert document.text == "Name:\nTown: Kiel"
    assert document.losses == ("text that asks for an entry where there is none was left out: 1 place, 25 characters",)


def test_controls_around_paragraphs_rows_and_cells_are_read() -> None:
    row = control("<w:id/>", tr("a", control("<w:id/>", tc("b"))))
    empty = control("<w:showingPlcHdr/>", tc("Enter"))
    body = [control("<w:id/>", p("one")), table(row, tr(empty, "d"))]
    assert lines(*body) == ["one", "a | b", " | d"]


def test_a_check_box_around_a_whole_cell_shows_its_state() -> None:
    checked = control("<w14:checkbox><w14:checked w14:val='1'/></w14:checkbox>", tc(p(r("☒"))))
    assert lines(table(tr(checked, "wanted"), tr("x", "y"))) == ["☒ | wanted", "x | y"]


ITEM = "{0F1E2D3C-0000-4000-8000-000000000001}"


DATA_FILES = {
    "customXml/item1.xml": '<f xmlns="urn:form"><name>Lin Mei</name><size>L</size><empty/></f>',
    "customXml/_rels/item1.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="x/customXmlProps" Target="itemProps1.xml"/></Relationships>',
    "customXml/itemProps1.xml": f'<ds:datastoreItem ds:itemID="{ITEM}" '
    'xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"/>',
    "word/_rels/document.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="x/customXml" Target="../customXml/item1.xml"/></Relationships>',
}


@pytest.mark.parametrize(
    ("path", "kind", "content", "line"),
    [
        ("/ns0:f[1]/ns0:name[1]", "<w:text/>", "old", "Lin Mei"),
        (
            "/ns0:f[1]/ns0:size[1]",
            '<w:dropDownList><w:listItem w:displayText="large" w:value="L"/></w:dropDownList>',
            "",
            "large",
        ),
        ("/ns0:f[1]/ns0:empty[1]", "<w:text/>", "old", "old"),
        ("/ns0:f[1]/ns0:nothing[1]", "<w:text/>", "old", "old"),
        ("count(//*)", "<w:text/>", "old", "old"),
        ("/ns0:f[1]/ns0:name[1]", "<w:date/>", "1 May", "1 May"),
        ("/nsx:f", "<w:text/>", "old", "old"),
    ],
)
def test_a_control_that_is_bound_to_data_shows_the_data(path: str, kind: str, content: str, line: str) -> None:
    binding = f"""<w:dataBinding w:prefixMappings="xmlns:ns0='urn:form'" w:xpath="{path}" w:storeItemID="{ITEM}"/>"""
    body = p("Name: ", control(binding + kind, r(content)), ".")
    assert lines(body, files=DATA_FILES) == [f"Name: {line}."]


def test_a_control_that_is_bound_to_the_title_shows_the_title() -> None:
    binding = (
        """<w:dataBinding w:prefixMappings="xmlns:ns0='http://purl.org/dc/elements/1.1/' xmlns:ns1='urn:core'" """
        'w:xpath="/ns1:coreProperties[1]/ns0:title[1]" w:storeItemID="{6C3C8BC8-F283-45AE-878A-BAB7291924A1}"/>'
    )
    core = (
        '<c:coreProperties xmlns:c="urn:core" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>Pump manual</dc:title></c:coreProperties>"
    )
    body = control(binding + "<w:text/>", p("[Title]"))
    document = read(body, files={"docProps/core.xml": core})
    assert document.text == "Pump manual"
    assert document.metadata == {"title": "Pump manual"}


def test_a_control_without_properties_shows_its_content() -> None:
    assert lines(p(f"<w:sdt><w:sdtContent>{r('Lin')}</w:sdtContent></w:sdt>")) == ["Lin"]
