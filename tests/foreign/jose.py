"""Another JOSE implementation (PyJWT) verifies our login tokens with `lac key jwks`."""

import base64
import json
import pathlib
import re
import time
from urllib.parse import parse_qs, urlsplit

import jwt

from support import Store

AUDIENCE = "https://shop.example"


def verify(token, keys, audience=AUDIENCE):
    header = jwt.get_unverified_header(token)
    assert header["typ"] == "lac-login+jwt", header
    assert header["alg"] == "EdDSA", header
    return jwt.decode(token, keys[header["kid"]], algorithms=["EdDSA"], audience=audience, leeway=0,
                      options={"require": ["iss", "aud", "sub", "jti", "iat", "exp"]})


def refused(kind, token, keys, **more):
    try:
        verify(token, keys, **more)
    except kind:
        return
    raise AssertionError(f"{kind.__name__} was expected")


def flipped(token):
    """The token with one bit of the claims flipped, and with one bit of the signature flipped."""
    header, claims, signature = token.split(".")

    def flip(part):
        raw = bytearray(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        raw[len(raw) // 2] ^= 1
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    return [".".join([header, flip(claims), signature]), ".".join([header, claims, flip(signature)])]


store = Store().ready()
keys = jwt.PyJWKSet.from_json(store.ok("key", "jwks"))
assert [key.key_type for key in keys.keys] == ["OKP"]

login = store.json("login", "jane@example.com", "--ticket", "ZD-4711")
url = urlsplit(login["url"])
assert (url.scheme, url.netloc, url.path) == ("https", "shop.example", "/loginascustomer/login/index"), url
[token] = parse_qs(url.query)["secret"]

claims = verify(token, keys)
assert claims["iss"] == "shop.example" and claims["aud"] == AUDIENCE
assert claims["sub"] == "1" and claims["act"] == {"sub": "anna"}
assert claims["jti"] == login["session_id"]
assert claims["exp"] - claims["iat"] == 60
assert "jane" not in json.dumps(claims).lower(), "a name or address travels in the URL"

# The lines that docs/storefront.md recommends say the same.
page = pathlib.Path(__file__).parents[2].joinpath("docs/storefront.md").read_text(encoding="utf-8")
[snippet] = [part for part in re.findall(r"```python\n(.*?)```", page, re.S) if "PyJWKSet" in part]
(store.home / "jwks.json").write_text(store.ok("key", "jwks"))
recommended = {"secret": token}
exec(snippet.replace('"jwks.json"', repr(str(store.home / "jwks.json"))), recommended)
assert recommended["claims"] == claims

for broken in flipped(token):
    refused(jwt.InvalidTokenError, broken, keys)
refused(jwt.InvalidAudienceError, token, keys, audience="https://other.example")

[short] = parse_qs(urlsplit(store.json("login", "john@example.com", "--ttl", "1s")["url"]).query)["secret"]
time.sleep(2.1)
refused(jwt.ExpiredSignatureError, short, keys)
expired = store.run("verify", short, "-o", "json")
assert expired.returncode == 5 and json.loads(expired.stdout)["valid"] is False, expired

# The header cannot change the algorithm of the key.
unsigned = jwt.encode(claims, None, algorithm="none", headers={"kid": keys.keys[0].key_id, "typ": "lac-login+jwt"})
assert json.loads(store.run("verify", unsigned, "-o", "json").stdout)["valid"] is False
confused = jwt.encode(claims, "x" * 32, algorithm="HS256", headers={"kid": keys.keys[0].key_id, "typ": "lac-login+jwt"})
assert json.loads(store.run("verify", confused, "-o", "json").stdout)["valid"] is False

# A valid signature is not a login yet: the token must be redeemed, and only once (docs/storefront.md).
store.ok("session", "end", "--all", "--yes")
shop = store.json("storefront", "add", "shop", "--website", "base")["token"]
[token] = parse_qs(urlsplit(store.json("login", "jane@example.com")["url"]).query)["secret"]
redeem = ["redeem", "-", "--audience", AUDIENCE, "-o", "json"]
first, second = (store.run(*redeem, stdin=token, LAC_TOKEN=shop) for _ in range(2))
assert first.returncode == 0 and json.loads(first.stdout)["customer"]["id"] == "1", first
assert second.returncode == 5 and json.loads(second.stderr)["error"]["code"] == "token_spent", second
assert verify(token, keys)["sub"] == "1", "it verifies still, which is why redeeming is mandatory"

print("jose: PyJWT", jwt.__version__, "verifies our tokens, and refuses broken ones")
