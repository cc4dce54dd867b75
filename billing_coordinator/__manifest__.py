{
    "name": "Billing Coordinator",
    "summary": "The receivables workplace: who owes what, whom to chase today and how",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Billing Coordinator Contributors",
    "license": "LGPL-3",
    "application": True,
    "depends": ["account"],
    "data": [
        "security/billing_groups.xml",
    ],
}
