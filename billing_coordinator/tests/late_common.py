from .common import BillingCase, days


class LateRates:
    """Mixin: a rate of 10 % and a plan whose first stage charges interest.

    1000 open for 10 days make 1000 x 10 / 36500 x 10 = 2.7397, so 2.74.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rates = cls.env["billing.late.rate"]
        cls.rate = cls._make_rate("2020-01-01", 10)
        cls.first.charge_interest = True

    @classmethod
    def _make_rate(cls, date_from, annual_rate, company=None):
        return cls.rates.create(
            {
                "company_id": (company or cls.company).id,
                "date_from": date_from,
                "annual_rate": annual_rate,
            }
        )

    def _charges(self, customer=None):
        domain = [("partner_id", "=", (customer or self.customer).id)]
        return self.env["billing.late.charge"].search(domain, order="id")

    def _send_on(self, number, customer=None):
        """Issue what is due so many days from today."""
        with self._at(days(number)):
            return self._send(customer)

    def _days(self, charge):
        """First and last day of a charge, from today."""
        return (charge.date_from - days(0)).days, (charge.date_to - days(0)).days


class LateCase(LateRates, BillingCase):
    """What a notice charges, with the plan's stages at 7, 15 and 30 days."""
