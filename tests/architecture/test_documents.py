"""docs/table.md tells of every item that the code writes, and of no other."""

import re
from pathlib import Path

from tandem.shards import SHARDS

ROOT = Path(__file__).parents[2]
CODE = [path.read_text() for path in sorted((ROOT / "layers/shared/tandem").rglob("*.py"))]
DOCUMENT = (ROOT / "docs/table.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in DOCUMENT.partition("## ")[0].splitlines()
    if line.startswith("| `") and "`kind`" not in line
]
PREFIX = re.compile(r"\"([A-Z][A-Z_]{2,})#")


def test_every_kind_of_item_stands_in_the_table_document() -> None:
    written = {kind for text in CODE for kind in re.findall(r"\"kind\": \"(\w+)\"", text)}
    assert written == {row[2].strip("`") for row in ROWS}


def test_every_prefix_of_a_key_stands_in_the_table_document() -> None:
    built = {prefix for text in CODE for prefix in PREFIX.findall(text)}
    told = {cell.strip("`").split("#")[0] for row in ROWS for cell in row[:2] if "#" in cell and "`<" not in cell}
    assert built == told


def test_the_named_file_builds_the_key() -> None:
    for row in ROWS:
        name = re.findall(r"`([\w/]+\.py)`", row[4])
        text = (ROOT / "layers/shared/tandem" / name[0]).read_text()
        assert f'"kind": "{row[2].strip("`")}"' in text, row[2]


def test_the_families_of_the_due_index_are_told() -> None:
    families = {family for text in CODE for family in re.findall(r"_?FAMILY = \"(\w+)\"", text)}
    assert families == set(re.findall(r"^\| `([A-Z]+)` \|", DOCUMENT, re.MULTILINE))
    assert f"<00-{SHARDS - 1:02d}>" in DOCUMENT
