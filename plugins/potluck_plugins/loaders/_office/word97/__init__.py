"""Word 97 to 2003 (``.doc``), as [MS-DOC] describes it."""
