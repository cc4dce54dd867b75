"""Programs that run in the virtual environment, most of them inside Odoo."""
