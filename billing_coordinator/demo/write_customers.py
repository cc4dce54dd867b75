"""The customers of one demo company, with their contacts."""

from .write_setup import MODULE, load

SALESPEOPLE = ("demo_user_coordinator", "demo_user_coordinator2")
CREDIT_LIMIT = 30_000.0


class CustomerWriter:
    def __init__(self, env, demo, key):
        self.env = env
        self.languages = dict(env["res.lang"].get_installed())
        self.customers = demo.of_company("customers", key)

    def write(self):
        """Return the customers as {key: partner}."""
        rows = {f"customer_{row.key}": self._values(row) for row in self.customers}
        partners = load(self.env, "res.partner", rows)
        by_key = {
            row.key: partner
            for row, partner in zip(self.customers, partners, strict=True)
        }
        self._write_contacts(by_key)
        self._blacklist()
        return by_key

    def _values(self, row):
        country = self.env.ref(f"base.{_country_xmlid(row.country)}")
        return {
            "name": row.name,
            "is_company": True,
            "company_id": self.env.company.id,
            "street": row.street,
            "zip": row.zip,
            "city": row.city,
            "country_id": country.id,
            "state_id": self._state(country, row.state).id,
            "lang": self._language(row),
            "email": row.email,
            "ref": f"C-{row.key.upper().replace('_', '-')}",
            "user_id": self._salesperson(row).id,
            "billing_responsible_id": self._salesperson(row).id,
            "property_payment_term_id": self.env.ref(
                f"{MODULE}.demo_term_{row.term}"
            ).id,
            **self._credit_limit(row),
        }

    def _language(self, row):
        return row.lang if row.lang in self.languages else "en_US"

    def _salesperson(self, row):
        name = f"{MODULE}.{SALESPEOPLE[row.salesperson]}"
        return self.env.ref(name, raise_if_not_found=False) or self.env["res.users"]

    def _state(self, country, code):
        return country.state_ids.filtered(lambda state: state.code == code)

    def _credit_limit(self, row):
        if row.behaviour not in ("very_late", "stopped"):
            return {}
        return {"use_partner_credit_limit": True, "credit_limit": CREDIT_LIMIT}

    def _write_contacts(self, partners):
        """Some customers want their invoices at an address of their own."""
        load(
            self.env,
            "res.partner",
            {
                f"contact_{row.key}": {
                    "parent_id": partners[row.key].id,
                    "type": "invoice",
                    "name": "Accounts payable",
                    "email": row.email.replace("accounts@", "invoices@"),
                    "lang": self._language(row),
                }
                for row in self.customers
                if row.billing_contact
            },
        )

    def _blacklist(self):
        for row in self.customers:
            if row.email_kind == "blacklisted":
                self.env["mail.blacklist"]._add(row.email)


def _country_xmlid(code):
    return {"GB": "uk"}.get(code, code.lower())
