"""Menus for those who only look: calls that walk through them, routing that leads to them."""

from tandem.aws.table import Check, Present
from tandem.ids import is_id
from tandem.ivr import store
from tandem.ivr.models import Menu


def find(tenant_id: str, menu_id: str) -> Menu | None:
    """A menu, or None. What is no id is not looked for: a key of any text may be too long to ask for."""
    return store.get(tenant_id, menu_id) if is_id(menu_id) else None


def around(tenant_id: str, menu_id: str) -> dict[str, Menu]:
    """A menu and those that it leads to, by id: all that one turn of a caller needs. Empty where there is none."""
    menu = find(tenant_id, menu_id)
    if menu is None:
        return {}
    return store.get_some(tenant_id, sorted(menu.next_menus() - {menu_id})) | {menu_id: menu}


def requiring(tenant_id: str, menu_id: str) -> Check:
    """The condition, for a transaction, that there is such a menu."""
    return Check(*store.key(tenant_id, menu_id), Present)
