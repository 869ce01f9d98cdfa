"""Menus: made, shown, changed, deleted, tried out."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from tandem import clock
from tandem.aws import table
from tandem.aws.table import TransactionCancelled, Write
from tandem.errors import Conflict, Invalid, NotFound, Unavailable
from tandem.ids import is_id
from tandem.ivr import lookup, store
from tandem.ivr.models import MOST_MENUS, Menu
from tandem.ivr.shapes import (
    MenuChange,
    MenuDeleted,
    MenuRequest,
    MenuView,
    SimulationRequest,
    SimulationView,
    menu_view,
    simulation_view,
    step_of,
)
from tandem.ivr.simulation import simulate
from tandem.ivr.store import Menus
from tandem.ivr.validation import faults, pointing_at
from tandem.routing.service import entering_menu, leaving_menu

T = TypeVar("T")


def create(tenant_id: str, menu_id: str, request: MenuRequest) -> MenuView:
    """Make a menu. Where nothing was said of incoming calls yet they come to it. Raises Invalid about a menu that does
    not hold together, and Conflict at one too many."""

    def changed(menus: Menus) -> tuple[MenuView, list[Write]]:
        if len(menus.by_id) >= MOST_MENUS:
            raise Conflict(f"There are {MOST_MENUS} menus already, as many as a workspace may have.")
        now = clock.now()
        menu = _checked(_meant(request, Menu(menu_id, tenant_id, "", "", (), now, now)), menus)
        return _view(menu), [store.putting(menu), entering_menu(tenant_id, menu_id)]

    return _change(tenant_id, changed)


def show(tenant_id: str, menu_id: str) -> MenuView:
    """One menu. Raises NotFound."""
    return _view(_existing(lookup.find(tenant_id, menu_id)))


def list_menus(tenant_id: str, *, page: int, limit: int) -> tuple[list[MenuView], int]:
    """A page of a tenant's menus, newest first, and how many there are in all."""
    menus = list(store.of_tenant(tenant_id).by_id.values())[::-1]
    return [_view(menu) for menu in menus[(page - 1) * limit : page * limit]], len(menus)


def replace_menu(tenant_id: str, menu_id: str, request: MenuRequest) -> MenuView:
    """Make a menu anew under its id. Raises NotFound, and Invalid."""
    return _rewrite(tenant_id, menu_id, lambda menu: _meant(request, menu))


def update(tenant_id: str, menu_id: str, request: MenuChange) -> MenuView:
    """Change what the request names. Raises NotFound, and Invalid."""
    return _rewrite(tenant_id, menu_id, lambda menu: _changed(request, menu))


def delete(tenant_id: str, menu_id: str) -> MenuDeleted:
    """Remove a menu; calls that came to it for being the first go nowhere in particular then. Raises NotFound, and
    Conflict while another menu leads to it, or the routing sends incoming calls there."""

    def changed(menus: Menus) -> tuple[MenuDeleted, list[Write]]:
        menu = _existing(menus.by_id.get(menu_id))
        if leading := pointing_at(menu_id, menus.by_id):
            raise Conflict(
                f"Other menus lead to this one: {', '.join(each.name for each in leading)}.",
                details={"menus": [{"menuId": each.menu_id, "name": each.name} for each in leading]},
            )
        return MenuDeleted(menu_id=menu_id), [store.removing(menu), leaving_menu(tenant_id, menu_id)]

    return _change(tenant_id, changed, menu_id)


def try_out(tenant_id: str, menu_id: str, request: SimulationRequest) -> SimulationView:
    """What a caller who presses these keys would hear. Raises NotFound."""
    menus = store.of_tenant(tenant_id).by_id if is_id(menu_id) else {}
    return simulation_view(simulate(_existing(menus.get(menu_id)), menus, request.inputs))


def _rewrite(tenant_id: str, menu_id: str, meant: Callable[[Menu], Menu]) -> MenuView:
    def changed(menus: Menus) -> tuple[MenuView, list[Write]]:
        before = _existing(menus.by_id.get(menu_id))
        if (after := meant(before)) == before:
            return _view(before), []
        menu = replace(_checked(after, menus), updated_at=clock.now())
        return _view(menu), [store.putting(menu)]

    return _change(tenant_id, changed, menu_id)


def _change(tenant_id: str, changed: Callable[[Menus], tuple[T, Sequence[Write]]], menu_id: str | None = None) -> T:
    """Change menus as they were read, again from the reading where another change was quicker."""
    if menu_id is not None and not is_id(menu_id):
        raise NotFound("There is no such menu.")
    for _ in table.tries():
        menus = store.of_tenant(tenant_id)
        result, writes = changed(menus)
        if not writes:
            return result
        try:
            store.change(tenant_id, menus, writes)
        except TransactionCancelled:
            continue
        return result
    raise Unavailable("The menus are being changed by many at once. Try again shortly.", retry_after=1)


def _existing(menu: Menu | None) -> Menu:
    if menu is None:
        raise NotFound("There is no such menu.")
    return menu


def _meant(request: MenuRequest, menu: Menu) -> Menu:
    return replace(
        menu,
        name=request.name,
        greeting=request.greeting,
        options=tuple(each.option() for each in request.options),
        timeout=request.timeout,
        timeout_action=step_of(request.timeout_action),
    )


def _changed(request: MenuChange, menu: Menu) -> Menu:
    given = "timeout_action" in request.model_fields_set
    return replace(
        menu,
        name=request.name or menu.name,
        greeting=request.greeting or menu.greeting,
        options=menu.options if request.options is None else tuple(each.option() for each in request.options),
        timeout=request.timeout or menu.timeout,
        timeout_action=step_of(request.timeout_action) if given else menu.timeout_action,
    )


def _checked(menu: Menu, menus: Menus) -> Menu:
    if found := faults(menu, menus.by_id):
        named = ", ".join(dict.fromkeys(fault.field for fault in found))
        fields = [{"field": fault.field, "message": fault.message} for fault in found]
        raise Invalid(f"The menu is not valid: {named}.", fields=fields)
    return menu


def _view(menu: Menu) -> MenuView:
    return menu_view(menu, clock.iso(menu.created_at), clock.iso(menu.updated_at))
