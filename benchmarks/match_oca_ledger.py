"""Posted invoices and credit notes, cloned with SQL from one that Odoo posted."""

import datetime

import followup_steps
from bank_ledger import DAY

TODAY = datetime.date.today()
# What is not copied of the invoice that is cloned: {column: SQL over the open item}.
MOVE = {
    "id": "item.move_id",
    "name": "item.number",
    "partner_id": "item.partner_id",
    "commercial_partner_id": "item.partner_id",
    "partner_shipping_id": "item.partner_id",
    "payment_reference": "item.reference",
    "sequence_prefix": "item.prefix",
    "sequence_number": "item.sequence",
    "invoice_date_due": "item.due",
    "invoice_partner_display_name": "NULL",
    "access_token": "NULL",
    "move_type": "CASE WHEN item.amount < 0 THEN 'out_refund' ELSE 'out_invoice' END",
    **dict.fromkeys(
        ("amount_total", "amount_untaxed", "amount_residual"), "abs(item.amount)"
    ),
    **dict.fromkeys(
        ("amount_total_signed", "amount_untaxed_signed", "amount_residual_signed"),
        "item.amount",
    ),
    "amount_total_in_currency_signed": "item.amount",
    "amount_untaxed_in_currency_signed": "item.amount",
}
SIGNED = "CASE WHEN line.display_type = 'payment_term' THEN 1 ELSE -1 END * item.amount"
OPEN = "CASE WHEN line.display_type = 'payment_term' THEN item.amount ELSE 0 END"
LINE = {
    "move_id": "item.move_id",
    "move_name": "item.number",
    "ref": "NULL",
    "name": "item.number",
    "partner_id": "item.partner_id",
    "date_maturity": ("CASE WHEN line.display_type = 'payment_term' THEN item.due END"),
    "debit": f"greatest(0, {SIGNED})",
    "credit": f"greatest(0, -({SIGNED}))",
    "balance": SIGNED,
    "amount_currency": SIGNED,
    "amount_residual": OPEN,
    "amount_residual_currency": OPEN,
    "price_unit": "abs(item.amount)",
    "price_subtotal": "abs(item.amount)",
    "price_total": "abs(item.amount)",
}


def post_items(env, world, partners):
    """A posted invoice or credit note for each open item; table bench_item has both."""
    template = post_template(env)
    env.cr.execute(
        "CREATE TABLE bench_item (id int, move_id int, partner_id int, amount numeric,"
        " due date, number varchar, prefix varchar, sequence int, reference varchar)"
    )
    fill_items(env, world, partners)
    clone(env, "account_move", "move", template.id, MOVE)
    clone(env, "account_move_line", "line", template.id, LINE)
    template.button_draft()
    template.button_cancel()


def make_partners(env, world):
    """``{number in the world: id}``"""
    numbers = list(world.names)
    partners = env["res.partner"].create(
        [{"name": world.names[n], "is_company": True} for n in numbers]
    )
    ids = dict(zip(numbers, partners.ids, strict=True))
    values = [
        {"acc_number": account, "partner_id": ids[number]}
        for account, number in world.accounts.items()
    ]
    env["res.partner.bank"].create(values)
    env.flush_all()
    return ids


def post_template(env):
    partner = env["res.partner"].create({"name": "Template"})
    values = followup_steps.prepare(partner, TODAY, TODAY, 100.0)
    move = env["account.move"].create(values)
    move.action_post()
    env.flush_all()
    return move


def fill_items(env, world, partners):
    today = TODAY.toordinal() - DAY
    rows = [
        (
            item.id, partners[item.partner], item.amount / 100,
            datetime.date.fromordinal(item.due + today), item.number, item.prefix,
            item.sequence, item.reference or item.number,
        )
        for item in world.items
    ]  # fmt: skip
    columns = "id, partner_id, amount, due, number, prefix, sequence, reference"
    for start in range(0, len(rows), 1000):
        env.cr.execute_values(
            f"INSERT INTO bench_item ({columns}) VALUES %s", rows[start : start + 1000]
        )
    env.cr.execute("UPDATE bench_item SET move_id = nextval('account_move_id_seq')")


def clone(env, table, alias, template_id, changed):
    """A row of the table for each item, like the one of the template."""
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s",
        [table],
    )
    columns = {name for [name] in env.cr.fetchall()}
    if alias == "line":
        columns.discard("id")
    columns = sorted(columns)
    values = [changed.get(name, f'{alias}."{name}"') for name in columns]
    key = "id" if alias == "move" else "move_id"
    names = ", ".join(f'"{name}"' for name in columns)
    env.cr.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values)}"
        f" FROM {table} AS {alias}, bench_item AS item WHERE {alias}.{key} = %s",
        [template_id],
    )
