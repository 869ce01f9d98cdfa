"""Menus in the table: `TENANT#<t>` / `MENU#<id>`; `MENU` counts their changes, so that they change one at a time."""

from collections.abc import Sequence
from typing import Any

from tandem.aws import table
from tandem.aws.table import Absent, Attr, Delete, Item, Key, Put, Update, Write
from tandem.clock import iso, parse
from tandem.ivr.models import Action, Menu, Option, Step
from tandem.records import record

COUNTER = "MENU"


@record
class Menus:
    """All menus of a tenant by id, the oldest first, as of a version."""

    version: int
    by_id: dict[str, Menu]


def key(tenant_id: str, menu_id: str) -> tuple[str, str]:
    """The key of a menu."""
    return f"TENANT#{tenant_id}", f"MENU#{menu_id}"


def get(tenant_id: str, menu_id: str) -> Menu | None:
    """One menu, or None."""
    item = table.get(*key(tenant_id, menu_id))
    return _from_item(item) if item else None


def get_some(tenant_id: str, menu_ids: Sequence[str]) -> dict[str, Menu]:
    """Those of these menus that there are, by id."""
    if not menu_ids:
        return {}
    items = table.get_many([key(tenant_id, menu_id) for menu_id in menu_ids])
    return {item["menu_id"]: _from_item(item) for item in items if item}


def of_tenant(tenant_id: str) -> Menus:
    """All menus of a tenant. The counter is read first, being the first by key: a change meanwhile fails `change`."""
    wanted = Key("pk").eq(f"TENANT#{tenant_id}") & Key("sk").begins_with(COUNTER)
    version, menus = 0, {}
    for item in table.query_all(wanted, consistent=True):
        if item["sk"] == COUNTER:
            version = item["version"]
        else:
            menus[item["menu_id"]] = _from_item(item)
    return Menus(version, menus)


def change(tenant_id: str, seen: Menus, writes: Sequence[Write]) -> None:
    """Write, if no menu of the tenant has changed since. Raises TransactionCancelled."""
    counted = Update(
        f"TENANT#{tenant_id}",
        COUNTER,
        set={"kind": "menus", "version": seen.version + 1},
        condition=Attr("version").eq(seen.version) if seen.version else Absent,
    )
    table.transact([counted, *writes])


def putting(menu: Menu) -> Put:
    """The write of a whole menu."""
    pk, sk = key(menu.tenant_id, menu.menu_id)
    return Put(
        {
            "pk": pk,
            "sk": sk,
            "kind": "menu",
            "menu_id": menu.menu_id,
            "tenant_id": menu.tenant_id,
            "name": menu.name,
            "greeting": menu.greeting,
            "options": [{"digit": option.digit, **_step(option.step)} for option in menu.options],
            "timeout": menu.timeout,
            "timeout_action": _step(menu.timeout_action),
            "created_at": iso(menu.created_at),
            "updated_at": iso(menu.updated_at),
        }
    )


def removing(menu: Menu) -> Delete:
    """The write that removes a menu."""
    return Delete(*key(menu.tenant_id, menu.menu_id))


def _step(step: Step) -> dict[str, Any]:
    return {"action": step.action.value, "target": step.target, "message": step.message}


def _from_item(item: Item) -> Menu:
    return Menu(
        menu_id=item["menu_id"],
        tenant_id=item["tenant_id"],
        name=item["name"],
        greeting=item["greeting"],
        options=tuple(Option(each["digit"], _step_from(each)) for each in item["options"]),
        timeout=item["timeout"],
        timeout_action=_step_from(item["timeout_action"]),
        created_at=parse(item["created_at"]),
        updated_at=parse(item["updated_at"]),
    )


def _step_from(value: dict[str, Any]) -> Step:
    return Step(Action(value["action"]), value.get("target"), value.get("message"))
