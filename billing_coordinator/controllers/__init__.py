from . import portal, portal_promise, statement
