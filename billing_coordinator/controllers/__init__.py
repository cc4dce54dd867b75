from . import (
    close_binder,
    portal,
    portal_promise,
    portal_ticket,
    portal_ticket_new,
    statement,
)
