"""The chain of the log's keys, verified in both directions with only the Python code of docs/proofs.md."""

import pathlib
import re
import sys

from cryptography.exceptions import InvalidSignature

from support import Store

PAGE = pathlib.Path("docs/proofs.md").read_text()
page = {}
exec("\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)), page)  # the page's own functions


def refused(function, *arguments):
    try:
        function(*arguments)
    except (AssertionError, IndexError, InvalidSignature, ValueError):
        return
    sys.exit(f"{function.__name__} took what was changed")


# The worked example, using only the page.
example = re.search(r"A chain of two keys:\n\n```text\n(.*?)```", PAGE, re.DOTALL).group(1)
first, change = example.split("\n\n", 1)
origin, old, new, size, time = page["key_change"](change)
assert old == first and origin == old.split("+")[0] and size == 10
assert page["sizes"](example, first) == page["sizes"](example, new) == {old: (0, 9), new: (10, None)}
refused(page["key_change"], change.replace("\n10\n", "\n11\n"))
refused(page["key_change"], change.replace(f"\n{time}\n", f"\n{time.replace('2026', '2027')}\n"))
refused(page["sizes"], example, "shop.example+00000000+AQ==")

# A store whose keys are rotated.
store = Store().ready()
old = store.ok("key", "verifier").strip()
receipts = [store.ok("log", "checkpoint")]
for turn in range(3):
    store.ok("key", "rotate", "audit", "--yes")
    store.ok("config", "set", "web/url/use_store", "yes" if turn % 2 == 0 else "no")
    receipts.append(store.ok("log", "checkpoint"))
new = store.ok("key", "verifier").strip()
chain = store.ok("key", "verifier", "--all")
sizes = page["sizes"](chain, old)
assert sizes == page["sizes"](chain, new) and list(sizes)[0] == old and list(sizes)[-1] == new and len(sizes) == 4
for receipt, key in zip(receipts, sizes):
    count, _ = page["checkpoint_of_chain"](receipt, sizes)
    first, last = sizes[key]
    assert count >= first and (last is None or count <= last)
    assert page["checkpoint"](receipt, key)[0] == count

# The old key signs a size outside its range.
narrow = dict(sizes)
narrow[old] = (0, page["checkpoint"](receipts[0], old)[0] - 1)
refused(page["checkpoint_of_chain"], receipts[0], narrow)

# The statement is in the log, and in the JSON output.
verifiers = store.json("key", "verifier", "--all")
events = store.json("log", "list", "--action-group", "keys", "--action", "rotate")
statements = [event["details"]["statement"] for event in reversed(events)]
assert statements == [key["statement"] for key in verifiers["keys"] if key["statement"]]
assert "\n".join([verifiers["keys"][0]["verifier"] + "\n", "\n".join(statements)]) == chain

# Invalid chains.
parts = chain.split("\n\nlac key change 1")
refused(page["sizes"], parts[0] + "\n\nlac key change 1" + "\n\nlac key change 1".join(parts[2:]), old)
swapped = [parts[0], parts[2], parts[1], parts[3]]
refused(page["sizes"], "\n\nlac key change 1".join(swapped), old)
refused(page["sizes"], chain, old.replace("shop.example", "shop.other"))

print(f"keys: the page's example, and {len(sizes)} keys of a log followed from either end")
