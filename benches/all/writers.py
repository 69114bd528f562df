"""Many processes that write to one store at once: 64 for a minute, each act a
process of its own, timed from before it is started until it is reaped."""

import threading
import time
from pathlib import Path

from run import spawn
from table import Row, alone, count, seconds, times

WRITERS = 64
TEAM = "Magento_Sales::sales_order"


def writers(bench):
    size = min(100_000, bench.options.customers)
    store = bench.fresh(bench.store(size, size))
    tokens, customers = prepare(bench, store)
    before = bench.json(store, "log", "list", "--limit", "1")[0]["seq"]
    acts = work(bench, store, tokens, customers)
    report(bench, acts)
    bench.run([bench.lac, "log", "verify"], store)
    # Every act is an event, the refused ones too.
    recorded = bench.json(store, "log", "list", "--limit", "1")[0]["seq"] - before
    done = sum(len(own) for own in acts)
    if recorded < done:
        raise RuntimeError(f"{done} acts were answered, only {recorded} events are in the log")
    bench.table.rows.append(Row("after it, `log verify`", f"passes; {recorded:,} events"))


def prepare(bench, store):
    """For each writer an admin user with a token, a role to change, and two customers:
    one to log in as, one whose consent changes."""
    run = lambda *args: bench.run([bench.lac, *args, "--yes"], store)
    run("role", "create", "Writers")
    run("role", "allow", "Writers", "Magento_LoginAsCustomer::login_button", "Magento_Customer::manage",
        "Magento_LoginAsCustomer::allow_shopping_assistance")
    candidates = [str(1 + number) for number in range(4 * WRITERS)]
    run("consent", "grant", *candidates)
    # Some have not confirmed their account.
    may = lambda customer: spawn([bench.lac, "login", customer, "--check"], bench.env(store)).code == 0
    customers = [customer for customer in candidates if may(customer)][: 2 * WRITERS]
    tokens = []
    for number in range(WRITERS):
        run("role", "create", f"Team {number}")
        run("user", "create", f"writer {number}", "--role", "Writers")
        # Writers do not all begin with the same act. What the first one of a kind
        # changes must be so before, because an act that changes nothing is no event.
        first = number % len(acts_of(number, "", "", ""))
        if 2 <= first <= 5:
            run("consent", "revoke", customers[WRITERS + number])
        if 3 <= first <= 6:
            run("role", "allow", f"Team {number}", TEAM)
        tokens.append(bench.json(store, "user", "token", "create", f"writer {number}")["token"])
    return tokens, customers


def acts_of(number, token, own, other):
    """What a writer does in turn: the words, the token, the expected exit code."""
    return [
        (["login", own, "-o", "json"], token, 0),
        (["consent", "revoke", other, "--yes"], token, 0),
        (["role", "allow", f"Team {number}", TEAM, "--yes"], None, 0),
        (["role", "list"], token, 4),
        (["login", own, "-o", "json"], token, 0),
        (["consent", "grant", other, "--yes"], token, 0),
        (["role", "deny", f"Team {number}", TEAM, "--yes"], None, 0),
        (["user", "list"], token, 4),
    ]


def work(bench, store, tokens, customers):
    """The seconds of each act of each writer."""
    found = [[] for _ in tokens]
    wrong = []
    end = time.monotonic() + bench.options.seconds

    def writer(number):
        plain = bench.env(store)
        with_token = bench.env(store, LAC_TOKEN=tokens[number])
        errors = str(bench.dir / f"stderr.{number}")
        acts = acts_of(number, tokens[number], customers[number], customers[WRITERS + number])
        turn = number
        while time.monotonic() < end:
            words, token, code = acts[turn % len(acts)]
            done = spawn([bench.lac, *words], with_token if token else plain, stderr=errors)
            if done.code != code:
                wrong.append(f"lac {' '.join(words)}: exit code {done.code} instead of {code}: {Path(errors).read_text()[:300]}")
            found[number].append((done.seconds, words[0]))
            turn += 1

    threads = [threading.Thread(target=writer, args=(number,)) for number in range(len(tokens))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise RuntimeError(f"{len(wrong)} acts were not answered as they should be; the first: {wrong[0]}")
    return found


def at(ordered, part):
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def report(bench, acts):
    ordered = sorted(took for own in acts for took, _ in own)
    what = f"{WRITERS} writers, {bench.options.seconds} s"
    add = bench.table.rows.append
    add(Row(f"{what}: acts, all answered as they should be", f"{len(ordered):,}, {len(ordered) / bench.options.seconds:,.0f} in a second"))
    add(Row(f"{what}: an act, p50, p99, the longest", ", ".join(seconds(n) for n in (at(ordered, 0.5), at(ordered, 0.99), ordered[-1]))))
    add(alone(f"{what}: an act, p99.9", [at(ordered, 0.999)], at_most=0.5))
    counts = [len(own) for own in acts]
    add(alone(f"{what}: acts of the busiest writer, for one of the slowest ({count(max(counts))}, {count(min(counts))})",
              [max(counts) / max(1, min(counts))], at_most=2, show=times))
