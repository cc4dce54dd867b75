"""Take the screenshots of the user guide from a running demo.

    ./dev run                       # in another terminal
    python docs/screenshots.py http://127.0.0.1:8069 [--out FOLDER] [--width PIXELS]
                               [--only NAME ...]

Needs Chromium and the Python package websocket-client. Each picture is a page that
is opened, a few clicks on it, and something that has to be there before the shot.
"""

import argparse
import base64
import contextlib
import itertools
import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

import websocket

BROWSERS = ("chromium", "google-chrome", "chrome")
READY_SECONDS = 30
SETTLE_SECONDS = 1.2


class Shot(NamedTuple):
    """A picture: where it is, what to click, and what shows that it is complete."""

    name: str
    path: str
    ready: str
    clicks: tuple = ()
    login: str = "coordinator"


ROW = ".o_list_table .o_data_row .o_data_cell[name=partner_id]"
KANBAN = "button.o_switch_view.o_kanban"
FORM = ".o_form_view"
SHOTS = [
    Shot("worklist", "/odoo/billing-work", ROW),
    Shot("worklist-all", "/odoo/billing-work", ROW, (".o_facet_remove",)),
    Shot("kanban", "/odoo/billing-work", ".o_kanban_record", (KANBAN,)),
    Shot("customer", "/odoo/billing-work", FORM, (ROW,)),
    Shot("notices", "/odoo/billing-notices", ROW),
    Shot("notice", "/odoo/billing-notices", FORM, (ROW,)),
    Shot("letters", "/odoo/billing-letters", ".o_list_view"),
    Shot("preview", "/odoo/billing-work", "[name=send_line_ids] .o_data_row",
         ("[data-menu-xmlid='billing_coordinator.billing_followup_menu']",
          "[data-menu-xmlid='billing_coordinator.billing_followup_run_menu']"),
         "manager"),
    Shot("promises", "/odoo/billing-promises", ROW),
    Shot("promise", "/odoo/billing-promises", FORM, (ROW,)),
    Shot("promise-dialog", "/odoo/billing-work", ".modal .o_data_row",
         (ROW, ".o_statusbar_buttons button[data-tooltip*='promises']")),
    Shot("call", "/odoo/billing-work", ".modal footer",
         (".o_data_row button[title='Log a call'], .o_data_row .fa-phone",)),
    Shot("statement-dialog", "/odoo/billing-work", ".modal footer",
         (ROW, ".o_statusbar_buttons button:nth-last-child(1)")),
    Shot("tickets", "/odoo/billing-tickets", ROW),
    Shot("tickets-kanban", "/odoo/billing-tickets", ".o_kanban_record", (KANBAN,)),
    Shot("ticket", "/odoo/billing-tickets", FORM, (ROW,)),
    Shot("ticket-dialog", "/odoo/billing-tickets", ".modal .o_data_row",
         (ROW, ".o_field_widget[name=line_ids] button[name=action_open_invoice]",
          ".o_statusbar_buttons button[name=action_make_ticket]")),
    Shot("bank-match", "/odoo/billing-match", ".o_billing_review_card",
         (".o_billing_review_row:nth-child(9)",)),
    Shot("bank-change", "/odoo/billing-match", ".o_billing_review_change",
         (".o_billing_review_states button[name=decide]",
          ".o_billing_review_row:nth-child(3)",
          ".o_billing_review_detail button[name=change]")),
    Shot("tie-out", "/odoo/billing-tie-out", ".o_form_view .o_data_row"),
    Shot("close-board", "/odoo/billing-close-board", ".o_billing_close_header", (),
         "accountant"),
    Shot("allowances", "/odoo/action-billing_coordinator.billing_allowance_action",
         ".o_list_view", (), "accountant"),
    Shot("allowance", "/odoo/billing-allowances", FORM + " .o_notebook table",
         (".o_list_table .o_data_row .o_data_cell[name=date]",), "accountant"),
    Shot("closes", "/odoo/billing-closes", ".o_list_table .o_data_row", (),
         "accountant"),
    Shot("close", "/odoo/billing-closes", FORM + " .o_data_row",
         (".o_list_table .o_data_row .o_data_cell[name=state]",), "accountant"),
    Shot("close-tasks", "/odoo/billing-close-my-tasks", ".o_list_table .o_data_row", (),
         "accountant"),
    Shot("close-task", "/odoo/billing-close-my-tasks", FORM,
         (".o_list_table .o_data_row .o_data_cell[name=name]",), "accountant"),
    Shot("close-calendar", "/odoo/billing-close-my-tasks", ".fc-event",
         ("button.o_switch_view.o_calendar",), "accountant"),
    Shot("close-template", "/odoo/billing-close-templates", FORM + " .o_data_row",
         (".o_list_table .o_data_row .o_data_cell[name=name]",), "manager"),
    Shot("portal", "/my/billing", ".o_billing_items", (), "customer"),
    Shot("receivables", "/odoo/billing-receivables", ROW),
    Shot("ageing", "/odoo/billing-ageing", ".o_pivot table"),
    Shot("plan", "/odoo/billing-plans", ".o_field_one2many .o_data_row",
         (".o_list_table .o_data_row .o_data_cell[name=name]",), "manager"),
    Shot("settings", "/odoo/billing-plans", ".modal-body .o_form_view",
         ("[data-menu-xmlid='billing_coordinator.billing_configuration_menu']",
          "[data-menu-xmlid='billing_coordinator.billing_settings_menu']"),
         "manager"),
    Shot("partner", "/odoo/billing-work", FORM + " .nav-link[name=billing]",
         (ROW, ".o_form_view h1 .o_field_widget[name=partner_id] a",
          ".nav-link[name=billing]")),
]  # fmt: skip


class Browser:
    """A headless browser driven through its debugging protocol."""

    def __init__(self, width, height):
        program = next(filter(None, map(shutil.which, BROWSERS)), None)
        if not program:
            sys.exit("No Chromium found: install the package 'chromium'.")
        self.numbers = itertools.count(1)
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.process = subprocess.Popen(
            [
                program,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--remote-allow-origins=*",
                f"--user-data-dir={self.profile.name}",
                f"--window-size={width},{height}",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.socket = websocket.create_connection(self._page_url(), timeout=60)
        metrics = {"width": width, "height": height, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", deviceScaleFactor=1, **metrics)

    def _page_url(self):
        port_file = Path(self.profile.name) / "DevToolsActivePort"
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, IndexError, StopIteration):
                port = port_file.read_text().split()[0]
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
                    pages = json.load(answer)
                page = next(page for page in pages if page["type"] == "page")
                return page["webSocketDebuggerUrl"]
            time.sleep(0.1)
        sys.exit("The browser did not start.")

    def call(self, method, **params):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": params}
        self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == number:
                return answer.get("result", {})

    def run(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        return result.get("result", {}).get("value")

    def wait_for(self, selector):
        """True as soon as something visible matches."""
        script = (
            f"[...document.querySelectorAll({json.dumps(selector)})]"
            ".some((node) => node.getClientRects().length)"
        )
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self.run(script):
                return True
            time.sleep(0.2)
        return False

    def click(self, selector):
        """Click the first match; what is not there is said, and the shot goes on."""
        if not self.wait_for(selector):
            print(f"  nothing to click at {selector}")
            return
        self.run(
            f"[...document.querySelectorAll({json.dumps(selector)})]"
            ".find((node) => node.getClientRects().length).click()"
        )
        time.sleep(SETTLE_SECONDS)

    def open(self, url, selector):
        self.call("Page.navigate", url=url)
        return self.wait_for(selector)

    def picture(self):
        data = self.call("Page.captureScreenshot", format="png")["data"]
        return base64.b64decode(data)

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait()
        self.profile.cleanup()


def sign_in(browser, base, login):
    browser.call("Network.clearBrowserCookies")
    browser.open(f"{base}/web/login", "input#login")
    browser.run(
        f"document.querySelector('input#login').value = {json.dumps(login)};"
        f"document.querySelector('input#password').value = {json.dumps(login)};"
        "document.querySelector('form.oe_login_form').submit();"
    )
    if not browser.wait_for(
        ".o_main_navbar, .o_home_menu, .o_action_manager, .o_portal"
    ):
        sys.exit(f"Could not sign in as {login}.")


def take(browser, base, shot):
    browser.call("Page.navigate", url="about:blank")
    browser.open(base + shot.path, ".o_action_manager .o_action, main")
    for selector in shot.clicks:
        browser.click(selector)
    if not browser.wait_for(shot.ready):
        print(f"  {shot.name}: {shot.ready} did not appear")
    time.sleep(SETTLE_SECONDS)
    return browser.picture()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", help="of the running Odoo, http://127.0.0.1:8069")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "images")
    parser.add_argument("--width", type=int, default=1400)
    parser.add_argument("--height", type=int, default=860)
    parser.add_argument("--only", nargs="*", help="names of pictures")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    wanted = [shot for shot in SHOTS if shot.name in (options.only or [shot.name])]
    browser = Browser(options.width, options.height)
    signed_in = None
    try:
        for shot in sorted(wanted, key=lambda shot: shot.login):
            if shot.login != signed_in:
                sign_in(browser, options.url, shot.login)
                signed_in = shot.login
            target = options.out / f"{shot.name}.png"
            target.write_bytes(take(browser, options.url, shot))
            print(f"{target.name}: {target.stat().st_size // 1024} kB")
    finally:
        browser.close()


if __name__ == "__main__":
    main()
