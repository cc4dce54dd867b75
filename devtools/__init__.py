"""Developer ground of the Billing Coordinator addon: run, test, lint, load."""
