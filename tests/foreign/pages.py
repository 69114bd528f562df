"""The pages of report and statement in a browser: no wider than the window, on a desktop and a phone, light and dark,
and printed on A4."""

import json
import os
import re
import struct
import subprocess

from support import Store, customers

# Chromium's own numbers for prefers-color-scheme.
SCHEMES = {"dark": 0, "light": 1}
WIDTHS = [1200, 390]
HEIGHT = 900

# A frame of the requested width, even below Chromium's minimum window; it outputs the measurements.
FRAME = """<!doctype html><meta charset="utf-8"><style>html,body{margin:0}iframe{border:0;display:block}</style>
<iframe src="%s" width="%d" height="%d"></iframe><pre id="told">nothing</pre><script>
addEventListener("load", () => {
  const page = document.querySelector("iframe").contentDocument, root = page.documentElement;
  const widest = [...page.querySelectorAll("body *")]
    .filter(e => !e.closest(".table") && e.getBoundingClientRect().right > root.clientWidth + 0.5);
  document.querySelector("#told").textContent = JSON.stringify({
    seen: root.clientWidth, needed: root.scrollWidth,
    wide: widest.map(e => e.tagName + "." + e.className),
    dark: page.defaultView.matchMedia("(prefers-color-scheme: dark)").matches,
    paper: getComputedStyle(page.body).backgroundColor, ink: getComputedStyle(page.body).color,
    text: page.body.innerText.length, errors: page.querySelectorAll("script,link,img,iframe").length,
  });
});
</script>"""


class Browser:
    """Headless Chromium without a network, with a new profile for every run."""

    def __init__(self, home):
        self.home = home
        self.runs = 0

    def run(self, page, *flags):
        self.runs += 1
        done = subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--disable-dev-shm-usage", "--hide-scrollbars", "--allow-file-access-from-files",
             "--virtual-time-budget=5000", f"--user-data-dir={self.home}/browser{self.runs}", *flags, page.as_uri()],
            capture_output=True, text=True, timeout=180, stdin=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(self.home)})
        assert done.returncode == 0, done
        return done.stdout

    def measured(self, page, width, scheme, picture):
        frame = self.home / f"frame-{width}.html"
        frame.write_text(FRAME % (page.as_uri(), width, HEIGHT))
        colours = f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}"
        dom = self.run(frame, colours, f"--window-size={max(width, 600)},{HEIGHT}", "--dump-dom")
        self.run(frame, colours, f"--window-size={max(width, 600)},{HEIGHT}", f"--screenshot={picture}")
        result = re.search(r'<pre id="told">(.*?)</pre>', dom, re.S).group(1)
        return json.loads(result.replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&"))


def luminance(colour):
    """WCAG 2, relative luminance."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


def is_picture(path):
    """Whether a PNG shows something: a single colour compresses to almost nothing."""
    head = path.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n", path
    width, height = struct.unpack(">II", head[16:24])
    return width >= 390 and height >= 500 and path.stat().st_size > 10_000


def printed(browser, page):
    pdf = page.with_suffix(".pdf")
    browser.run(page, f"--print-to-pdf={pdf}", "--no-pdf-header-footer")
    about = subprocess.run(["pdfinfo", str(pdf)], capture_output=True, text=True, check=True).stdout
    size = re.search(r"Page size:\s+([\d.]+) x ([\d.]+) pts", about)
    assert [round(float(side)) for side in size.groups()] in ([595, 842], [594, 842], [595, 841]), about
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"Pages:\s+(\d+)", about).group(1)), text


def main():
    store = Store().eventful()
    # The longest possible address, and a reason that cannot be wrapped.
    long = f"{'l' * 64}@{'d' * 60}.{'e' * 60}.{'f' * 59}.example"
    assert len(long) == 254
    data = customers([long])
    data["items"][0]["id"] = 70
    store.ok("import", "customers", "-", stdin=json.dumps(data))
    store.ok("login", "70", "--reason", "x" * 2000, "--ticket", "T" * 64)
    store.ok("session", "end", "--all")
    login = store.json("login", "70", "--reason", "y" * 2000)
    storefront = store.json("storefront", "add", "third", "--website", "base")["token"]
    store.ok("redeem", login["url"], "--audience", "https://shop.example", LAC_TOKEN=storefront)
    store.ok("session", "end", login["session_id"])

    browser = Browser(store.home)
    # The check can fail.
    wide = store.home / "wide.html"
    wide.write_text("<!doctype html><body><p style='width: 800px'>wide</p>")
    result = browser.measured(wide, 390, "light", store.home / "wide.png")
    assert result["needed"] > 390 and result["wide"], result
    pages = {
        "report": ["log", "report"],
        "statement": ["log", "statement", "--customer", "70"],
        "nothing": ["log", "report", "--action", "archive"],
    }
    for name, command in pages.items():
        page = store.home / f"{name}.html"
        store.ok(*command, "--html", str(page))
        papers = set()
        for width in WIDTHS:
            for scheme in SCHEMES:
                picture = store.home / f"{name}-{width}-{scheme}.png"
                result = browser.measured(page, width, scheme, picture)
                what = f"{name}, {width} wide, {scheme}: {result}"
                assert result["seen"] == width and result["needed"] <= width and not result["wide"], what
                assert result["dark"] == (scheme == "dark") and result["text"] > 100 and result["errors"] == 0, what
                assert contrast(result["paper"], result["ink"]) >= 7, what
                assert is_picture(picture), what
                papers.add(result["paper"])
        assert len(papers) == 2, f"{name}: light and dark are the same"
        sheets, text = printed(browser, page)
        assert sheets >= 1 and "shop.example" in text, text
        if name == "statement":
            assert long in re.sub(r"\s", "", text), "the address is cut on paper"
    print(f"pages: {len(pages)} pages fit {WIDTHS} pixels, light and dark, and print on A4")


if __name__ == "__main__":
    main()
