"""An inverted index in the table: `TENANT#<t>` / `INDEX#<family>#<term>#<id>`, written with the record that it finds.

A record has terms such as `status=open` or `word=ada`. The status, of which each record has exactly one, is also
counted: `COUNT#<family>#<shard>` has an attribute for each status. Everything is exact at any moment: it is written in
the record's own transaction, and read consistently.
"""

from collections.abc import Iterator, Sequence, Set
from itertools import islice

from tandem.aws import table
from tandem.aws.table import Delete, Key, Put, Update, Write
from tandem.shards import shard, shards

STATUS = "status="
"""What the counted terms begin with."""

_LOOKED_UP = 200
"""So few records are looked up one by one under a further term; for more, all that have it are read."""


def writes(tenant_id: str, family: str, record_id: str, before: Set[str], after: Set[str]) -> list[Write]:
    """The writes that let a record be found by the terms it has now, and no longer by those it had."""
    pk = f"TENANT#{tenant_id}"
    gone = [_entry_key(family, term, record_id) for term in sorted(before - after)]
    new = [_entry_key(family, term, record_id) for term in sorted(after - before)]
    counts = {term: -1 for term in before - after if term.startswith(STATUS)}
    counts |= {term: 1 for term in after - before if term.startswith(STATUS)}
    changes: list[Write] = [Delete(pk, sk) for sk in gone]
    changes += [Put({"pk": pk, "sk": sk, "kind": "index"}) for sk in new]
    if counts:
        sk = f"COUNT#{shard(family, record_id)}"
        changes.append(Update(pk, sk, set={"kind": "count"}, add=counts))
    return changes


def page(
    tenant_id: str, family: str, terms: Sequence[str], beginnings: Sequence[str] = (), *, offset: int, limit: int
) -> tuple[list[str], int]:
    """Ids, newest first, of the records that have all terms, and a term with each of the beginnings; and how many there
    are. The rarest terms should stand first. No term, or a status alone, reads no more than up to the page's end."""
    if not beginnings and (not terms or (len(terms) == 1 and terms[0].startswith(STATUS))):
        prefix = _term_prefix(family, terms[0]) if terms else f"{family}#"
        ids = islice(_ids(tenant_id, prefix, newest_first=True), offset, offset + limit)
        return list(ids), _counted(tenant_id, family, terms)
    found = sorted(_found(tenant_id, family, terms, beginnings), reverse=True)
    return found[offset : offset + limit], len(found)


def _found(tenant_id: str, family: str, terms: Sequence[str], beginnings: Sequence[str]) -> set[str]:
    found: set[str] | None = None
    for prefix in [f"INDEX#{family}#{_escaped(beginning)}" for beginning in beginnings]:
        ids = set(_ids(tenant_id, prefix))
        found = ids if found is None else found & ids
    for term in terms:
        if found is not None and len(found) <= _LOOKED_UP:
            found = _having(tenant_id, family, term, sorted(found))
        else:
            ids = set(_ids(tenant_id, _term_prefix(family, term)))
            found = ids if found is None else found & ids
    return found or set()


def _having(tenant_id: str, family: str, term: str, record_ids: Sequence[str]) -> set[str]:
    """Those of the records that have the term."""
    having = set()
    for start in range(0, len(record_ids), 100):
        some = record_ids[start : start + 100]
        entries = table.get_many([(f"TENANT#{tenant_id}", _entry_key(family, term, each)) for each in some])
        having |= {each for each, entry in zip(some, entries, strict=True) if entry}
    return having


def _ids(tenant_id: str, prefix: str, *, newest_first: bool = False) -> Iterator[str]:
    condition = Key("pk").eq(f"TENANT#{tenant_id}") & Key("sk").begins_with(prefix)
    for item in table.query_all(condition, newest_first=newest_first, consistent=True):
        yield item["sk"].rpartition("#")[2]


def _counted(tenant_id: str, family: str, terms: Sequence[str]) -> int:
    items = table.get_many([(f"TENANT#{tenant_id}", f"COUNT#{name}") for name in shards(family)])
    counts = [(name, number) for item in items if item for name, number in item.items() if name.startswith(STATUS)]
    return sum(number for name, number in counts if not terms or name in terms)


def _entry_key(family: str, term: str, record_id: str) -> str:
    return f"{_term_prefix(family, term)}{record_id}"


def _term_prefix(family: str, term: str) -> str:
    return f"INDEX#{family}#{_escaped(term)}#"


def _escaped(term: str) -> str:
    """`#` ends a term, so none may hold one."""
    return term.replace("%", "%25").replace("#", "%23")
