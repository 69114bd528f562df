"""The same on stores of different sizes side by side: what depends on the size of
the log, and what only on the size of the answer."""

import shutil
from statistics import median

from commands import searches
from run import NotMeasured, say
from table import Row, alone, mib, seconds, spread, times

# Rows of the file that is imported into each store.
IMPORTED = 100_000


def growth(bench):
    sizes = []
    for size in sorted(bench.options.sizes):
        # Of an event and a customer in the database, and of its line in an export.
        needed = size * (1_100 + 300 + 300) * 1.1
        free = shutil.disk_usage(bench.dir).free
        if not (bench.dir / f"store-{size}-{size}").exists() and free < needed:
            bench.table.left_out.append(f"growth to {size:,}: needs {needed / 1e9:.0f} GB, {free / 1e9:.0f} are free")
        else:
            bench.store(size, size)
            sizes.append(size)
    if len(sizes) < 2:
        raise NotMeasured("needs two sizes")
    stores = {size: bench.store(size, size) for size in sizes}
    say(f"sizes: {sizes}")

    add = Growth(bench, sizes)
    login = [bench.lac, "login", "1", "-o", "json"]
    add.row("login", bench.rounds(bench.many(), {size: bench.timed(*login, store=stores[size]) for size in sizes}, warm_up=30),
            at_most=1.2)
    asked = {size: searches(bench, stores[size], size) for size in sizes}
    for name, what in [("search", "find a customer by the beginning of an address"),
                       ("list", "one month of one admin user in the log, 20 rows")]:
        commands = {size: bench.timed(*asked[size][name], store=stores[size]) for size in sizes}
        add.row(what, bench.rounds(bench.many() // 2, commands, warm_up=10), at_most=1.5)
    for what, argv in [("export as CSV", [bench.lac, "log", "export", str(bench.out / "x.csv"), "--yes"]),
                       ("verify", [bench.lac, "log", "verify"])]:
        found = bench.rounds(min(3, bench.options.pairs), {size: bench.timed(*argv, store=stores[size]) for size in sizes},
                             warm_up=0, prepare=bench.empty)
        add.row(f"{what}, for 1,000 events", {size: [took / size * 1000 for took in found[size]] for size in sizes}, at_most=1.2)
        add.memory(what, {size: bench.peak(argv, stores[size]) for size in sizes}, 64)
        bench.empty()
    add.memory("a login", {size: bench.peak(login, stores[size]) for size in sizes}, 16)
    rows = min(IMPORTED, max(sizes) // 10)
    source = bench.dir / "more.csv"
    bench.run([bench.seed, "--seed", "2", "--customers", str(rows), "--emit-csv", str(source)])
    # Each store takes the file once: afterwards they have its customers.
    importing = [bench.lac, "import", "customers", str(source), "-o", "json"]
    took = {size: [bench.run(importing, stores[size]).seconds] for size in sizes}
    add.row(f"import of {rows:,} CSV rows more", took, at_most=2)
    for size in sizes:
        database = stores[size] / "lac.db"
        bench.table.rows.append(Row(f"file of {size:,} events and customers", f"{database.stat().st_size / 1e9:.2f} GB"))
        # It has taken the file; a later run needs one that has not.
        shutil.rmtree(stores[size])


class Growth:
    def __init__(self, bench, sizes):
        self.table, self.sizes = bench.table, sizes

    def named(self, what):
        return f"growth: {what}; {', '.join(f'{size:,}' for size in self.sizes)} events and customers"

    def row(self, what, found, at_most):
        """The largest store beside the smallest, each pair of a round."""
        small, large = found[self.sizes[0]], found[self.sizes[-1]]
        ratios = [a / b for a, b in zip(large, small)]
        self.table.rows.append(Row(self.named(what), ", ".join(seconds(median(found[size])) for size in self.sizes), "",
                                   spread(ratios, times), f"at most {at_most:g}", median(ratios) > at_most, True))

    def memory(self, what, found, limit):
        row = alone(self.named(f"memory of {what}"), [max(found.values())], at_most=limit, show=mib)
        row.ours = ", ".join(mib(found[size]) for size in self.sizes)
        self.table.rows.append(row)
