#!/usr/bin/env python3
"""The page in a real browser, during the demonstration: what a person looks at is there, moves, explains itself, works with the
keyboard and on a telephone, and asks nobody but Forescale.

With --screenshot FILE it writes a picture of the page instead (--dark, --width and --height change it)."""

import argparse
import contextlib
import functools
import pathlib
import sys
import urllib.parse

from browser import Browser
from support import CONTROL_C, Terminal, forescale, main, wait_for

PAGE = r"http://127\.0\.0\.1:(\d+)/"

FILLED = """document.readyState === 'complete' && !!document.querySelector('#chart canvas')
    && document.querySelectorAll('#fleet-list button').length > 0 && document.querySelectorAll('#decision-list li button').length > 5"""

stack = None  # what is ended at the end of the run


@functools.cache
def demo():
    """The address of the page of a running demonstration."""
    terminal = stack.enter_context(Terminal("demo", "--port", 0))
    address = terminal.wait_text(PAGE, timeout=240).group(0)

    def end():
        terminal.press(CONTROL_C)
        assert terminal.ends() == 0, terminal.text()
    stack.callback(end)
    return address


@functools.cache
def browser():
    # Every case looks at a page of its own: none is kept aside for the button "back".
    return stack.enter_context(Browser(flags=["--disable-features=BackForwardCache"]))


def page(width=1400, height=900):
    """The page, freshly opened and filled."""
    address = demo()
    browser().resize(width, height, mobile=width < 600)
    browser().call("Emulation.setEmulatedMedia", features=[])
    browser().open("about:blank")
    browser().requests.clear()
    browser().complaints.clear()
    browser().open(address)
    wait_for(lambda: see(FILLED), "a page that is filled")
    return browser()


def see(script):
    return browser().run(script)


def text(selector):
    return see(f"document.querySelector({selector!r})?.innerText.trim() ?? null")


def count(selector):
    return see(f"document.querySelectorAll({selector!r}).length")


# Counts the pixels of the chart that have the colour of a variable of the style sheet (within a little), drawn over the card.
PIXELS = """((name) => {
  const probe = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--card");
  probe.fillRect(0, 0, 1, 1);
  probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name);
  probe.fillRect(0, 0, 1, 1);
  const want = probe.getImageData(0, 0, 1, 1).data;
  const source = document.querySelector("#chart canvas");
  const flat = document.createElement("canvas");
  flat.width = source.width; flat.height = source.height;
  const context = flat.getContext("2d");
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--card");
  context.fillRect(0, 0, flat.width, flat.height);
  for (const canvas of document.querySelectorAll("#chart canvas")) context.drawImage(canvas, 0, 0);
  const data = context.getImageData(0, 0, flat.width, flat.height).data;
  let found = 0;
  for (let i = 0; i < data.length; i += 4)
    if ([0, 1, 2].every((c) => Math.abs(data[i + c] - want[c]) < 14)) ++found;
  return found;
})"""


def pixels(name):
    return see(f"{PIXELS}({name!r})")


def the_chart_shows_load_band_and_capacity():
    page()
    for name, least in (("--chart-actual", 400), ("--chart-band", 1500), ("--chart-forecast", 200), ("--chart-ready", 300),
                        ("--chart-desired", 100)):
        wait_for(lambda: pixels(name) >= least, f"{least} pixels of {name} (there are {pixels(name)})", timeout=20)
    legend = text("#legend")
    for part in ("load", "forecast, 5–95 %", "ready", "desired"):
        assert part in legend, legend
    assert count("#chart .dygraph-axis-label-x") >= 4 and count("#chart .dygraph-axis-label-y") >= 3


def the_newest_time_moves():
    page()
    moment = "document.getElementById('clock').dateTime"
    first = wait_for(lambda: see(moment), "a time")
    picture = see("document.querySelector('#chart canvas').toDataURL()")
    wait_for(lambda: see(moment) > first, "a later time")
    wait_for(lambda: see("document.querySelector('#chart canvas').toDataURL()") != picture, "another picture")
    assert text("#live-pill") == "live" and text("#health-pill") == "healthy", (text("#live-pill"), text("#health-pill"))
    assert see("document.getElementById('banner').hidden"), text("#banner")


def the_fleet_shows_the_service():
    page()
    row = text("#fleet-list button")
    assert row.startswith("website") and "risk" in row and "used" in row, row
    assert see("document.querySelector('#fleet-list button').getAttribute('aria-current')") == "true"
    facts = text("#facts")
    for part in ("Load", "Replicas", "Used", "Risk", "Confidence", "Lead time", "Driven by"):
        assert part in facts, facts
    assert text("#service-name") == "website" and len(text("#service-sentence")) > 15, text("#service-sentence")
    browser().click("#search")
    browser().call("Input.insertText", text="nothing like it")
    wait_for(lambda: count("#fleet-list button") == 0, "an empty list")
    assert text("#fleet-note") == "No service has this in its name."


def rows_below(heading):
    """Of the table of an explanation that stands below this heading."""
    return see(f"""[...document.querySelectorAll('#decision-list .why h3')].find((node) => node.innerText === {heading!r})
        ?.parentElement.querySelectorAll('tbody tr').length ?? 0""")


def a_decision_says_why():
    page()
    browser().click("#decision-list li:nth-child(3) button")
    wait_for(lambda: count("#decision-list .why"), "the explanation")
    why = text("#decision-list .why")
    for part in ("Why not one fewer", "What it knew", "Rules, in order", "Forecast members", "Newest sample", "Lead time"):
        assert part in why, why
    assert rows_below("Rules, in order") >= 5, why
    assert rows_below("In money") >= 3, why
    identity = see("document.querySelector('#decision-list .why').parentElement.dataset.id")
    turn = text("#turn")
    wait_for(lambda: text("#turn") != turn, "more turns")
    assert see(f"document.querySelector('#decision-list .why').parentElement.dataset.id === {identity!r}"), "it closed by itself"
    browser().click("#decision-list li[data-open=true] button")
    wait_for(lambda: count("#decision-list .why") == 0, "its end")


def changes_only_and_older_decisions():
    page()
    browser().click("#changes-only")
    wait_for(lambda: count("#decision-list .size") > 3 and count("#decision-list .size") == count("#decision-list .size > span"),
             "a list of changes alone")
    before = count("#decision-list li")
    browser().click("#more")
    wait_for(lambda: count("#decision-list li") > before, "older decisions")


def range_buttons_change_the_span():
    page()
    spans = {}
    for name in ("6 h", "7 d", "24 h"):
        index = see(f"[...document.querySelectorAll('#ranges button')].findIndex((b) => b.innerText === {name!r}) + 1")
        labels = text("#chart")
        browser().click(f"#ranges button:nth-child({index})")
        wait_for(lambda: text("#chart") != labels, f"a chart of {name}")
        assert see("document.querySelector('#ranges [aria-pressed=true]').innerText") == name
        spans[name] = text("#chart")
        assert name.replace(" ", "") in see("location.hash"), see("location.hash")
    assert len(set(spans.values())) == 3, spans


def the_legend_follows_the_pointer():
    page()
    x, y, width = see("""(() => {
        const box = document.getElementById('chart').getBoundingClientRect();
        return [box.x, box.y + box.height / 2, box.width];
    })()""")
    assert text("#legend").startswith("now"), text("#legend")
    browser().move(x + 0.4 * width, y)
    wait_for(lambda: not text("#legend").startswith("now"), "the values under the pointer", timeout=10)
    browser().move(5, 5)
    wait_for(lambda: text("#legend").startswith("now"), "the values of now", timeout=10)


FOCUSED = "(document.activeElement.id || document.activeElement.className || document.activeElement.innerText)"


def everything_is_reached_with_the_keyboard():
    page()
    see("document.body.focus()")
    order = []
    for _ in range(16):
        browser().press("Tab")
        order.append(see(FOCUSED))
        ring = see("document.activeElement === document.body ? 'none' : getComputedStyle(document.activeElement).outlineStyle")
        assert ring != "none" or order[-1] == "", f"the focus of {order[-1]} cannot be seen"
    for part in ("skip", "health-pill", "search", "row", "changes-only"):
        assert part in order, (part, order)
    assert [name for name in order if name in ("6 h", "24 h", "7 d")] == ["6 h", "24 h", "7 d"], order
    see("document.querySelector('#decision-list button').focus()")
    browser().press("Enter")
    wait_for(lambda: count("#decision-list .why"), "the explanation by keyboard")
    see("document.querySelector('#search').focus()")
    browser().press("ArrowDown")
    assert see(FOCUSED) == "row", see(FOCUSED)


def it_fits_a_telephone():
    page(390, 844)
    for _ in range(2):
        widest = see("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
        assert widest <= 390, f"{widest} px wide: {too_wide()}"
        if count("#decision-list .why"):
            break
        browser().click("#decision-list li:nth-child(2) button")
        wait_for(lambda: count("#decision-list .why"), "the explanation")
    small = see("""[...document.querySelectorAll('button, a.pill, input')].filter((node) => node.offsetParent)
        .map((node) => [node.id || node.className || node.innerText, Math.round(node.getBoundingClientRect().height)])
        .filter(([name, height]) => height < 24 && name !== 'changes-only')""")
    assert not small, f"too small for a finger: {small}"


def too_wide():
    return see("""[...document.querySelectorAll('body *')].filter((node) => node.getBoundingClientRect().right > 391)
        .slice(0, 5).map((node) => node.tagName + '#' + node.id + '.' + node.className)""")


def dark_is_dark_and_readable():
    page()
    browser().scheme("dark")
    wait_for(lambda: contrast()["page"] < 0.1, "a dark page")
    wait_for(lambda: pixels("--chart-actual") > 400 and pixels("--chart-band") > 1500, "the chart in dark")
    assert contrast()["worst"][0] >= 4.5, contrast()["worst"]
    browser().scheme("light")
    assert contrast()["page"] > 0.8 and contrast()["worst"][0] >= 4.5, contrast()


def contrast():
    """Brightness of the page, and the text with the least contrast to what lies behind it (WCAG asks for 4.5)."""
    return see("""(() => {
      const rgb = (c) => (c.match(/[\\d.]+/g) || []).map(Number);
      const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
      const behind = (node) => { for (; node; node = node.parentElement) { const c = rgb(getComputedStyle(node).backgroundColor);
        if (c.length === 3 || c[3] > 0.99) return c; } return [255, 255, 255]; };
      const says = (node) => node.offsetParent && [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
      const all = [...document.querySelectorAll('body *')].filter(says).map((node) => {
        const a = light(rgb(getComputedStyle(node).color)), b = light(behind(node));
        return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), node.className || node.id || node.tagName, node.innerText.slice(0, 30)];
      });
      all.sort((a, b) => a[0] - b[0]);
      return {page: light(rgb(getComputedStyle(document.body).backgroundColor)), worst: all[0]};
    })()""")


# Says `word` to the proposal that is shown, if one is; a proposal lives for seconds here, and a slow pointer would miss it.
ANSWER = """((word) => document.querySelector(`#service-control .word.is-${word}`)?.click())"""
NAME_ROBIN = """(() => {
  const name = document.querySelector('#service-control .proposal input');
  if (!name) return false;
  name.value = 'robin'; name.dispatchEvent(new Event('input')); return true; })()"""
DECISIONS = "fetch('/api/v1/scaling/decisions?limit=200').then((answer) => answer.json()).then((body) => body.decisions)"


def set_mode(mode):
    done = forescale("mode", "website", mode, "--url", demo().rstrip("/"), "--by", "kim")
    assert done.returncode == 0, done.stderr


def people_approve_and_reject_in_the_page():
    page()
    see("localStorage.removeItem('by')")
    set_mode("approve")
    try:
        wait_for(lambda: "mode approve" in (text("#service-control") or ""),
                 "the mode on the page")
        wait_for(lambda: count("#service-control .word"), "a proposal", timeout=60)
        asked = lambda: [url for url in browser().requests if "/proposals/" in url]
        see(f"{ANSWER}('approve')")
        assert not asked(), "it was sent without a name"
        wait_for(lambda: see(NAME_ROBIN), "a proposal to put a name to", timeout=60)

        def approved():
            see(f"{ANSWER}('approve')")
            by_robin = lambda made: (made["inputs"]["approval"] or {}).get("by") == "robin"
            # A word stays until it ends: it is given to a size, and a turn that wants another one leaves it alone.
            return [made for made in see(DECISIONS) if made["acts"] and made["changes"] and by_robin(made)]
        made = wait_for(approved, "a change that robin approved", timeout=120)[0]
        assert made["mode"] == "approve" and made["desired"] != made["current"], made
        before = len(asked())
        def rejected():
            see(f"{ANSWER}('reject')")
            return [url for url in asked()[before:] if url.endswith("/reject")]
        wait_for(rejected, "a word against a proposal", timeout=120)
    finally:
        set_mode("configured")
    wait_for(lambda: see("document.getElementById('service-control').hidden"), "the mode gone from the page")
    # A word that comes after a proposal's end is refused; the page says so, and the browser too.
    others = [complaint for complaint in browser().complaints if "/proposals/" not in complaint]
    assert not others, others[:3]


def it_asks_nobody_else_and_complains_of_nothing():
    page()
    browser().click("#decision-list li:nth-child(1) button")
    browser().click("#ranges button:nth-child(3)")
    turn = text("#turn")
    wait_for(lambda: text("#turn") != turn, "more turns")
    asked = [urllib.parse.urlsplit(url) for url in browser().requests if not url.startswith(("about:", "data:", "blob:"))]
    foreign = {url.netloc for url in asked} - {urllib.parse.urlsplit(demo()).netloc}
    assert not foreign, foreign
    assert {"/", "/app.js", "/dygraph.js", "/style.css", "/api/v1/stream", "/api/v1/metrics"} <= {url.path for url in asked}
    assert not browser().complaints, browser().complaints[:3]


def opened_again_and_again_it_still_fills():
    """A browser opens at most six connections to one host: a page that was left must not hold one."""
    with Browser() as person:
        for visit in range(9):
            person.open("about:blank")
            person.open(demo())
            wait_for(lambda: person.run(FILLED), f"the page at visit {visit + 1}", timeout=20)


def windows_out_of_sight_leave_room_for_others():
    with Browser() as person:
        for opened in range(8):
            person.open(demo())
            wait_for(lambda: person.run(FILLED), f"the page in window {opened + 1}", timeout=20)
            assert person.run("document.getElementById('live-pill').innerText") == "live"
            person.minimize()
            wait_for(lambda: person.run("document.hidden"), "a minimized window")
            person.window()


def screenshot(options):
    shown = page(options.width, options.height)
    if options.dark:
        shown.scheme("dark")
    moment = "document.getElementById('clock').dateTime"
    first = see(moment)
    wait_for(lambda: see(moment)[:13] != first[:13], "an hour of replay")
    wait_for(lambda: pixels("--chart-band") > 1500, "the chart")
    shown.screenshot(options.screenshot)
    print(f"wrote {options.screenshot}")


def options_of(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--screenshot", type=pathlib.Path)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--width", type=int, default=1400)
    parser.add_argument("--height", type=int, default=900)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    with contextlib.ExitStack() as stack:
        if any(argument.startswith("--screenshot") for argument in sys.argv):
            screenshot(options_of(sys.argv[1:]))
        else:
            main([the_chart_shows_load_band_and_capacity, the_newest_time_moves, the_fleet_shows_the_service, a_decision_says_why,
                  changes_only_and_older_decisions, range_buttons_change_the_span, the_legend_follows_the_pointer,
                  everything_is_reached_with_the_keyboard, it_fits_a_telephone, dark_is_dark_and_readable,
                  people_approve_and_reject_in_the_page, it_asks_nobody_else_and_complains_of_nothing,
                  opened_again_and_again_it_still_fills, windows_out_of_sight_leave_room_for_others])
