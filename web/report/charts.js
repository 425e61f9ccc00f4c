"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const page = document.getElementById("report");
const space = document.getElementById("blank").namespaceURI;
const drawn = new WeakMap();  // the box of a chart -> how it is drawn, for the width that it has

// ---- elements

function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") made.onclick = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

function shape(parent, tag, attributes = {}, text = null) {
  const made = document.createElementNS(space, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== null) made.textContent = text;
  parent.append(made);
  return made;
}

// ---- words

const label = (seconds) => seconds % 3600 === 0 ? `${seconds / 3600} h` : `${seconds / 60} min`;
const number = (value, digits = 3) => value === null || value === undefined ? "–" : value.toFixed(digits);
const percent = (value, digits = 1) => value === null || value === undefined ? "–" : `${(value * 100).toFixed(digits)} %`;
const range = (pair) => !pair || pair[0] === null || pair[1] === null ? "" : `${number(pair[0])} to ${number(pair[1])}`;
const date = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
const minute = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ");
const known = (values) => values.filter((value) => value !== null && Number.isFinite(value));

function plain(value) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (size >= 1e6 || (size > 0 && size < 1e-3)) return value.toExponential(2);
  return size >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

function age(seconds) {
  if (seconds === null) return "all";
  const hours = seconds / 3600;
  if (hours === 168) return "1 week";
  return hours % 24 === 0 ? `${hours / 24} d` : `${hours} h`;
}

// ---- charts

/// Round steps that cover [low, high] with about `count` of them.
function ticks(low, high, count) {
  const raw = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= raw) * power;
  const found = [];
  for (let at = Math.ceil(low / step); at * step <= high * (1 + 1e-9) + 1e-12; ++at) found.push(at * step);
  return found;
}

function dayTicks(from, to, width) {
  const days = Math.max(1, Math.ceil((to - from) / 86400 / Math.max(2, width / 90)));
  const found = [];
  for (let at = Math.ceil(from / 86400) * 86400; at <= to; at += days * 86400) found.push(at);
  return found;
}

/// A figure whose drawing follows its width. draw(svg, width) sets the height itself.
function figure(title, keys, draw) {
  const caption = el("figcaption", {}, el("h3", {}, title), ...keys.map(([name, colour, thin]) =>
    el("span", {class: "key"}, el("i", {style: `--c: ${colour}`, class: thin ? "thin" : ""}), name)));
  const box = el("div", {class: "plot"});
  const read = el("div", {class: "read"});
  const whole = el("figure", {}, caption, box, read);
  drawn.set(box, () => {
    const width = Math.max(240, box.clientWidth);
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", title);
    box.replaceChildren(svg);
    draw(svg, width, read);
  });
  return whole;
}

/// Axes of a plot; returns the scales.
function axes(svg, width, options) {
  const {height = 200, x, y, left = 46, right = 8, bottom = 22, top = 8} = options;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("height", height);
  const sx = (value) => left + (value - x[0]) / (x[1] - x[0] || 1) * (width - left - right);
  const sy = (value) => height - bottom - (value - y[0]) / (y[1] - y[0] || 1) * (height - top - bottom);
  for (const at of options.yTicks ?? ticks(y[0], y[1], 4)) {
    shape(svg, "line", {class: "grid", x1: left, x2: width - right, y1: sy(at), y2: sy(at)});
    shape(svg, "text", {x: left - 6, y: sy(at) + 4, "text-anchor": "end"}, (options.yText ?? plain)(at));
  }
  for (const at of options.xTicks ?? ticks(x[0], x[1], width / 90)) {
    if (options.xLines) shape(svg, "line", {class: "grid", x1: sx(at), x2: sx(at), y1: top, y2: height - bottom});
    shape(svg, "text", {x: sx(at), y: height - 6, "text-anchor": "middle"}, (options.xText ?? plain)(at));
  }
  return {sx, sy, left, right, top, bottom, height};
}

/// A line through points; a null interrupts it.
function path(points) {
  let text = "", pen = false;
  for (const point of points) {
    if (point === null) pen = false;
    else {
      text += `${pen ? "L" : "M"}${point[0].toFixed(1)} ${point[1].toFixed(1)}`;
      pen = true;
    }
  }
  return text;
}

function line(svg, points, colour, width = 1.6) {
  shape(svg, "path", {d: path(points), fill: "none", stroke: colour, "stroke-width": width, "stroke-linejoin": "round"});
}

function area(svg, upper, lower, colour) {
  shape(svg, "path", {d: `${path(upper)}${path([...lower].reverse()).replace("M", "L")}Z`, fill: colour, stroke: "none"});
}

function quantileOf(values, share) {
  const sorted = known(values).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

/// Calls say(i) for the place under the pointer.
function cursor(svg, plot, width, places, say) {
  const cross = shape(svg, "line", {class: "cross", y1: plot.top, y2: plot.height - plot.bottom, visibility: "hidden"});
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const x = (event.clientX - box.left) * width / box.width;
    let best = 0;
    places.forEach((place, i) => { if (Math.abs(plot.sx(place) - x) < Math.abs(plot.sx(places[best]) - x)) best = i; });
    cross.setAttribute("x1", plot.sx(places[best]));
    cross.setAttribute("x2", plot.sx(places[best]));
    cross.setAttribute("visibility", "visible");
    say(best);
  });
}

/// One colour per name, the same in every chart of the page.
const palette = new Map();
function colourOf(member) {
  if (!palette.has(member)) palette.set(member, `var(--s${palette.size % 14})`);
  return palette.get(member);
}

// ---- tables

function table(heads, rows, kind = "") {
  const head = el("tr", {}, ...heads.map(([name, kind]) => el("th", {class: kind ?? ""}, name)));
  return el("div", {class: "scroll"}, el("table", {class: kind}, el("thead", {}, head), el("tbody", {}, ...rows)));
}

function cells(values, kind = "") {
  return el("tr", {class: kind}, ...values.map((value) =>
    value instanceof Node ? el("td", {}, value) : Array.isArray(value) ? el("td", {class: value[1]}, value[0]) : el("td", {}, value)));
}

// ---- the page

function draw(within) {
  for (const box of within.querySelectorAll(".plot")) if (box.clientWidth > 0) drawn.get(box)();
}

/// Draws anew when the width of the window changes.
function keepDrawn() {
  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    draw(page);
  });
}
