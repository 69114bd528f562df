"""The gateway against its own OpenAPI document, with schemathesis: no answer that is not in the document, and no 5xx.
Requests are made from the document, good and bad ones, with the token of a storefront that may do everything."""

import pathlib
import subprocess
import sys

from support import Gateway, Store

EXAMPLES = sys.argv[1] if len(sys.argv) > 1 else "60"
CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
          "response_schema_conformance", "negative_data_rejection", "unsupported_method", "ignored_auth"]

store = Store().ready()
token = store.json("storefront", "add", "shop", "--website", "base", "--consent", "--sync")["token"]
gateway = Gateway(store, redeem_per_address=0, requests_per_storefront=0)
session = store.json("login", "1")
redeemed = gateway.post("/v1/redeem", token, {
    "token": session["url"], "audience": "https://shop.example", "client_ip": "203.0.113.9"})
assert redeemed["session_id"] == session["session_id"], redeemed

program = pathlib.Path(sys.executable).parent / "schemathesis"
done = subprocess.run([
    str(program), "run", f"{gateway.url}/openapi.json", "--header", f"Authorization: Bearer {token}",
    "--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES,
    "--seed", "7", "--warnings", "off", "--continue-on-failure", "--no-color",
], text=True, capture_output=True, cwd=store.home, timeout=1500)
if done.returncode:
    print(done.stdout[-20000:], done.stderr[-2000:], sep="\n")
    sys.exit("schemathesis found a difference")
log = gateway.stop()
lines = [line for line in log if line.startswith(("GET ", "POST ", "PUT ", "HEAD ", "OPTIONS ", "other "))]
assert len(lines) > 100, log[-5:]
assert not [line for line in lines if " 5" in line.split("ms")[0].rsplit(" ", 1)[0][-4:]], "a 5xx"
assert not [line for line in log if "panicked" in line or "failed" in line], "a failure"
assert token not in "".join(log), "a token in the log"
store.ok("log", "verify")
print(f"{len(lines)} requests, as the document says")
