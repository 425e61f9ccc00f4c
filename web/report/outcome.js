"use strict";

const unit = data.currency || "instance-hours";
const inMoney = data.currency !== "";
const yardstick = "hpa", product = "forescale";
const everything = "";  // the choice of all series
for (const name of [product, yardstick]) colourOf(name);
const names = [...new Set(data.outcomes.map((row) => row.policy))].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
const seriesNames = [...new Set(data.outcomes.map((row) => row.series))];
const chosen = {series: seriesNames.length > 1 ? everything : seriesNames[0], policy: names[0], shown: names[0], setting: {}};

function rank(name) {
  return name === product ? 0 : name === yardstick ? 1 : name === "clairvoyant" ? 9 : 2;
}

// ---- words

const amount = (value) => value.toLocaleString("en", {maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0});
const money = (value) => `${amount(value)} ${unit}`;
const share = (value) => value < 5e-7 ? "none" : `${Number((value * 100).toPrecision(value < 0.1 ? 2 : 3))} %`;
const minutes = (value) => value >= 120 ? `${(value / 60).toFixed(1)} h` : `${value.toFixed(value < 10 ? 1 : 0)} min`;
const named = (policy, setting) => setting === null ? policy : `${policy} at ${setting}`;

/// Is it what a user gets who sets nothing?
const isUsual = (row) => row.setting === null || Math.abs(row.setting - data.kinds[row.policy].usual) < 1e-9;

/// One line for every policy and setting: of a series per 30 days, of all series their sum, and the mean of their shares.
function lines(series) {
  const found = new Map();
  for (const row of data.outcomes) {
    if (series !== everything && row.series !== series) continue;
    const key = `${row.policy} ${row.setting}`;
    if (!found.has(key)) found.set(key, {policy: row.policy, setting: row.setting, usual: isUsual(row), count: 0, cost: 0, lost: 0,
      unserved: 0, share: 0, short: 0, actions: 0, reversals: 0});
    const sum = found.get(key), month = 30 / row.days;
    sum.count += 1;
    sum.cost += (row.capacity + row.lost) * month;
    sum.lost += row.lost * month;
    sum.unserved += row.unserved * month;
    sum.share += row.share;
    sum.short += row.short / row.days;
    sum.actions += row.actions;
    sum.reversals += row.reversals / row.days;
  }
  for (const sum of found.values())
    for (const key of ["share", "short", "actions", "reversals"]) sum[key] /= sum.count;
  return [...found.values()];
}

const usualOf = (all, policy) => all.find((row) => row.policy === policy && row.usual);

// ---- charts

const lowest = 1e-6;  // a smaller share of demand counts as none

/// Settings that no other setting of the policy beats in both money and what is not served.
function best(rows) {
  const sorted = [...rows].sort((a, b) => a.cost - b.cost || a.share - b.share);
  let least = Infinity;
  return sorted.filter((row) => {
    const value = Math.max(row.share, lowest);
    if (value >= least) return false;
    least = value;
    return true;
  });
}

function frontierChart(all, pointed) {
  const cheapest = Math.min(...all.filter((row) => row.share < 0.2).map((row) => row.cost));
  const right = 2.4 * cheapest;
  const shown = names.filter((name) => name !== "clairvoyant");
  const legend = shown.map((name) => [name, colourOf(name), true]);
  return figure(`Cost of 30 days against demand that is not served`, legend, (svg, width, read) => {
    const exponents = [-6, -5, -4, -3, -2, -1];
    const plot = axes(svg, width, {height: 340, left: 86, right: 14, bottom: 26, x: [0.9 * cheapest, right], y: [-6.15, -0.6],
      yTicks: exponents, yText: (e) => e === -6 ? "none" : share(10 ** e), xText: (value) => value.toLocaleString("en")});
    const at = (row) => [plot.sx(row.cost), plot.sy(Math.log10(Math.max(row.share, lowest)))];
    const inside = (row) => row.cost <= right && row.share <= 0.25;
    for (const name of [...shown].reverse()) {
      const rows = best(all.filter((row) => row.policy === name)).filter(inside);
      line(svg, rows.map(at), colourOf(name), name === product ? 2.6 : 1.5);
      for (const row of rows) shape(svg, "circle", {cx: at(row)[0], cy: at(row)[1], r: row.usual ? 5 : 2.4, fill: colourOf(name)});
    }
    const known = usualOf(all, "clairvoyant");
    if (known) {
      const x = plot.sx(known.cost);
      shape(svg, "line", {class: "one", x1: x, x2: x, y1: plot.top, y2: plot.height - plot.bottom});
      shape(svg, "text", {x: x + 4, y: plot.top + 10}, "who knows the future");
    }
    const mark = inside(pointed) ? at(pointed) : null;
    if (mark) shape(svg, "circle", {cx: mark[0], cy: mark[1], r: 9, fill: "none", stroke: "var(--ink)", "stroke-width": 2});
    read.textContent = "Left is cheaper, down serves more. Larger dots: the usual settings. " +
      `The ring is where the slider stands${mark ? "" : " (beyond this chart)"}.`;
  });
}

function sizeChart(title, from, bin, need, ready, colour, shortages) {
  return figure(title, [["needed", "var(--actual)", true], ["ready", colour, true], ...(shortages ? [["short", "var(--bad)"]] : [])],
    (svg, width, read) => {
      const to = from + need.length * bin, high = Math.max(...known(need), ...known(ready)) * 1.06 || 1;
      const isDay = to - from <= 2 * 86400;
      const hours = [];
      for (let at = Math.ceil(from / 14400) * 14400; at < to; at += width < 520 ? 28800 : 14400) hours.push(at);
      const plot = axes(svg, width, {height: 230, x: [from, to], y: [0, high], xLines: true,
        xTicks: isDay ? hours : dayTicks(from, to, width), xText: (at) => isDay ? minute(at).slice(11) : date(at).slice(5)});
      const middle = (i) => from + (i + 0.5) * bin;
      const points = (values) => values.map((value, i) => value === null ? null : [plot.sx(middle(i)), plot.sy(value)]);
      if (shortages) shortages.forEach((value, i) => {
        if (value > 0) shape(svg, "rect", {x: plot.sx(from + i * bin), width: Math.max(1.5, plot.sx(from + bin) - plot.sx(from)),
          y: plot.top, height: 3 + 9 * Math.min(1, value * 60 / bin * 4), fill: "var(--bad)"});
      });
      line(svg, points(ready), colour, 1.8);
      line(svg, points(need), "var(--actual)", 1.2);
      cursor(svg, plot, width, need.map((_, i) => middle(i)), (i) => {
        read.textContent = `${minute(from + i * bin)} UTC: needed ${plain(need[i])}, ready ${plain(ready[i])}` +
          (shortages && shortages[i] > 0 ? `, short for ${minutes(shortages[i])}` : "");
      });
      read.textContent = "Point at the chart to read its values.";
    });
}

/// Changes of size a day, by the reason that the policy gave.
function reasonsChart(views) {
  const sums = names.map((name) => {
    const changes = {};
    for (const view of views) {
      const own = view.policies.find((policy) => policy.policy === name);
      const days = data.outcomes.find((row) => row.series === view.name).days;
      for (const [reason, count] of Object.entries(own?.changes ?? {}))
        changes[reason] = (changes[reason] ?? 0) + count / days / views.length;
    }
    return {name, of: Object.entries(changes).sort((a, b) => b[1] - a[1])};
  });
  const reasons = [...new Set(sums.flatMap((sum) => sum.of.map(([reason]) => reason)))];
  const colour = (reason) => `var(--s${reasons.indexOf(reason) % 14})`;
  const total = (sum) => sum.of.reduce((all, [, value]) => all + value, 0);
  return figure("Changes of size a day, by reason", reasons.map((reason) => [reason, colour(reason)]), (svg, width, read) => {
    const step = 26, left = Math.min(110, width * 0.3), high = Math.max(...sums.map(total), 0.1);
    const plot = axes(svg, width, {height: sums.length * step + 30, left, right: 48, top: 4, x: [0, high], y: [0, 1],
      yTicks: [], xLines: true});
    sums.forEach((sum, i) => {
      let at = 0;
      const y = plot.top + i * step + 5;
      const weight = sum.name === product ? 650 : 400;
      shape(svg, "text", {class: "name", x: left - 8, y: y + 12, "text-anchor": "end", "font-weight": weight}, sum.name);
      for (const [reason, value] of sum.of) {
        const length = Math.max(0.5, plot.sx(at + value) - plot.sx(at));
        const bar = shape(svg, "rect", {x: plot.sx(at), y, height: step - 10, width: length, fill: colour(reason)});
        shape(bar, "title", {}, `${sum.name}: ${reason}, ${value.toFixed(1)} a day`);
        at += value;
      }
      shape(svg, "text", {class: "name", x: plot.sx(at) + 6, y: y + 12}, at.toFixed(1));
    });
    read.textContent = "";
  });
}

// ---- tables and words

function policyTable(all) {
  const basis = usualOf(all, yardstick);
  const rows = all.filter((row) => row.usual).sort((a, b) => rank(a.policy) - rank(b.policy) || a.cost - b.cost).map((row) =>
    cells([named(row.policy, data.kinds[row.policy].setting ? data.kinds[row.policy].usual : null), amount(row.cost),
      basis && row !== basis ? `${row.cost < basis.cost ? "−" : "+"}${Math.abs((row.cost / basis.cost - 1) * 100).toFixed(1)} %` : "",
      ...(data.unserved_unit > 0 ? [amount(row.lost)] : []), share(row.share), minutes(row.short), number(row.actions, 1),
      number(row.reversals, 1)],
    row.policy === product ? "is-ensemble" : ""));
  return table([["policy"], [`30 days, ${unit}`], ["against hpa"], ...(data.unserved_unit > 0 ? [["of it for unserved"]] : []),
    ["not served"], ["short a day"], ["changes a day"], ["reversals a day"]], rows);
}

/// The figures that a manager asks for first.
function verdict(all) {
  const own = usualOf(all, product), other = usualOf(all, yardstick);
  if (!own || !other) return null;
  const saved = other.cost - own.cost;
  const first = saved >= 0 ? `saves ${money(saved)} in 30 days (${(saved / other.cost * 100).toFixed(0)} %)` :
    `costs ${money(-saved)} more in 30 days (${(-saved / other.cost * 100).toFixed(0)} %)`;
  return el("p", {class: "verdict"}, `Forescale ${first} against an HPA at ${data.kinds[yardstick].usual}: ${money(own.cost)} against ` +
    `${money(other.cost)}. It leaves ${share(own.share)} of the demand unserved, the HPA ${share(other.share)}.`);
}

// ---- the page

function choice(options, current, choose) {
  return el("div", {class: "tabs"}, ...options.map((name) =>
    el("button", {type: "button", "aria-pressed": String(name === current), onclick: () => choose(name)}, name)));
}

function riskCard(all) {
  const settings = (policy) => all.filter((row) => row.policy === policy && row.setting !== null);
  const able = names.filter((name) => settings(name).length > 1);
  if (able.length === 0) return null;
  const card = el("section", {class: "card"}, el("h2", {}, "Risk against money"));
  const body = el("div", {class: "body"});
  const show = () => {
    const policy = able.includes(chosen.policy) ? chosen.policy : able[0];
    const rows = settings(policy);  // from cheap to safe
    const usual = Math.max(0, rows.findIndex((row) => row.usual));
    const index = Math.min(chosen.setting[policy] ?? usual, rows.length - 1);
    const basis = usualOf(all, yardstick), row = rows[index];
    const slider = el("input", {type: "range", min: 0, max: rows.length - 1, value: index, id: "risk",
      "aria-label": `${data.kinds[policy].setting} of ${policy}`});
    const said = el("p", {class: "verdict", id: "risk-said"}, `${policy}, ${data.kinds[policy].setting} ${row.setting}` +
      `${row.usual ? " (usual)" : ""}: ${money(row.cost)} in 30 days` +
      (basis ? `, ${(row.cost / basis.cost * 100).toFixed(0)} % of the HPA` : "") +
      `; ${share(row.share)} of the demand is not served, ${minutes(row.short)} a day are short.`);
    const chart = el("div", {}, frontierChart(all, row));
    slider.oninput = () => {
      chosen.setting[policy] = Number(slider.value);
      show();
      document.getElementById("risk").focus();
    };
    body.replaceChildren(choice(able, policy, (name) => { chosen.policy = name; show(); }),
      el("label", {class: "risk"}, el("span", {}, "cheaper"), slider, el("span", {}, "safer")), said, chart);
    draw(body);
  };
  card.append(body);
  card.show = show;
  return card;
}

function sizeCard(views) {
  const view = views[0];
  const card = el("section", {class: "card"}, el("h2", {}, `Size against need: ${view.name}`));
  const body = el("div", {class: "body"});
  const show = () => {
    const own = view.policies.find((policy) => policy.policy === chosen.shown) ?? view.policies[0];
    const colour = colourOf(own.policy);
    body.replaceChildren(choice(names.filter((name) => view.policies.some((policy) => policy.policy === name)), own.policy,
      (name) => { chosen.shown = name; show(); }),
      sizeChart("Instances over the scored time", view.from, view.bin_s, view.need, own.ready, colour, own.short),
      sizeChart(`The day of the most demand, from ${minute(view.day_from)} UTC`, view.day_from, view.day_bin_s, view.day_need,
        own.day_ready, colour, null));
    draw(body);
  };
  card.append(body);
  card.show = show;
  return card;
}

function seriesChoice() {
  if (seriesNames.length < 2) return null;
  const select = el("select", {id: "series", "aria-label": "Series"}, el("option", {value: everything}, `All ${seriesNames.length} series`),
    ...seriesNames.map((name) => el("option", {value: name}, name)));
  select.value = chosen.series;
  select.onchange = () => { chosen.series = select.value; build(); };
  return select;
}

function build() {
  const all = lines(chosen.series);
  const views = chosen.series === everything ? data.series : data.series.filter((view) => view.name === chosen.series);
  const outcomes = data.outcomes.filter((row) => chosen.series === everything || row.series === chosen.series);
  const days = Math.max(...outcomes.map((row) => row.days));
  const price = inMoney ? `One instance costs ${data.replica_hour} ${unit} an hour` +
    (data.unserved_unit > 0 ? `, one unit of demand that is not served for a second ${data.unserved_unit} ${unit}. ` : ". ") : "";
  const title = `Forescale simulation: ${chosen.series || `${seriesNames.length} series`}`;
  const upTo = seriesNames.length > 1 && chosen.series === everything ? "Up to " : "";
  page.replaceChildren(el("header", {class: "top"}, el("h1", {}, title), seriesChoice() ?? "",
    el("p", {class: "quiet"}, `${upTo}${days.toFixed(0)} days replayed; ` +
      `an instance is ready ${data.lead_time} after it was asked for, and is paid from then on. ` +
      price + (chosen.series === everything ? "Money is the sum over the series, everything else their mean." : ""))));
  page.append(el("section", {class: "card"}, el("h2", {}, "What it comes to"), verdict(all) ?? "", policyTable(all)));
  const cards = [data.frontier ? riskCard(all) : null, views.length ? sizeCard(views) : null].filter(Boolean);
  page.append(...cards);
  if (views.length) page.append(el("section", {class: "card"}, reasonsChart(views)));
  for (const card of cards) card.show();
  draw(page);
}

build();
keepDrawn();
