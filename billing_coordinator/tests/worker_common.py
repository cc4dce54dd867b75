import contextlib

from .common import TODAY, Ledger
from .copied_database import CopiedDatabase

CUSTOMERS = 12


class WorkerCase(Ledger, CopiedDatabase):
    """Customers who owe something, and processes that do the work of a job on them."""

    script = None  # of this folder
    word = None  # what a process says after each customer

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._environment():
            companies = cls.env["res.company"].search([])
            companies.billing_plan_id = False
            cls._set_up_company()
            # What a rerun sends is what was left, not the second stage.
            cls.plan.stage_ids[1:].unlink()

    @classmethod
    @contextlib.contextmanager
    def _environment(cls):
        with super()._environment() as env:
            for name in ("company", "eur", "usd"):
                if hasattr(cls, name):
                    setattr(cls, name, getattr(cls, name).with_env(env))
            yield env

    def setUp(self):
        super().setUp()
        self.addCleanup(self._stop_all)
        self.processes = []
        with self._environment():
            customers = [self._make_customer(f"C {n}") for n in range(CUSTOMERS)]
            with self._at(TODAY):
                self.invoice_ids = self._make_invoices(
                    [(c, 100, 10) for c in customers for _two in "ab"]
                ).ids
            self.customer_ids = [customer.id for customer in customers]

    def _stop_all(self):
        for process in self.processes:
            process.kill()
            process.communicate()

    def _start(self, seconds=0.0):
        """A process with the addon loaded, waiting for the word to begin."""
        process = self._spawn(self.script, seconds)
        self.processes.append(process)
        return process

    def _go(self, *processes):
        for process in processes:
            said = process.stdout.readline()
            self.assertEqual(said, "ready\n", said or process.stderr.read())
        for process in processes:
            process.stdin.write("\n")
            process.stdin.flush()

    def _finish(self, process):
        """Wait for the end of a process; return of how many customers it told."""
        said, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, errors)
        return said.count(self.word)

    def _kill_half_way(self):
        """Kill a process inside the transaction of the fifth customer."""
        process = self._start(0.2)
        self._go(process)
        for _customer in range(5):
            self.assertEqual(process.stdout.readline(), f"{self.word}\n")
        process.kill()
        process.communicate()

    def _kill_one_of_two(self):
        """The other one goes on; what the dead one had begun is done next time."""
        first, second = self._start(0.1), self._start(0.1)
        self._go(first)
        self._go(second)
        self.assertEqual(first.stdout.readline(), f"{self.word}\n")
        first.kill()
        first.communicate()
        self._finish(second)
        self._run_once()

    def _run_once(self):
        process = self._start()
        self._go(process)
        return self._finish(process)
