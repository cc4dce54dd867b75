from hypothesis import given, settings


def holds_for(*strategies, examples=100):
    """Run a test on many examples, the same ones in every run, and keep no files."""

    def decorate(test):
        run = settings(
            database=None, deadline=None, derandomize=True, max_examples=examples
        )
        return run(given(*strategies)(test))

    return decorate
