"use strict";
// Where two neighbours are further apart than three steps, something is missing.
function runs(band) {
  const steps = band.at.slice(1).map((at, i) => at - band.at[i]).sort((a, b) => a - b);
  const far = 3 * (steps[Math.floor(steps.length / 2)] ?? 1);
  const found = [[]];
  band.at.forEach((at, i) => {
    if (i > 0 && at - band.at[i - 1] > far) found.push([]);
    found[found.length - 1].push(i);
  });
  return found.filter((run) => run.length > 0);
}

function bandChart(horizon) {
  const band = horizon.band;
  const hours = Math.round((band.at[band.at.length - 1] - band.at[0]) / 3600);
  const span = hours >= 48 ? `${Math.round(hours / 24)} days` : `${hours} h`;
  return figure(`Forecast ${label(horizon.horizon_s)} ahead, last ${span}`,
    [["actual", "var(--actual)", true], ["median", "var(--forecast)", true], ["50 %", "var(--band-inner)"], ["90 %", "var(--band)"]],
    (svg, width, read) => {
      const top = Math.max(...known(band.actual), quantileOf(band.q95, 0.995)) * 1.04 || 1;
      const low = Math.min(...known(band.actual), ...known(band.q05));
      const from = band.at[0], to = band.at[band.at.length - 1];
      const plot = axes(svg, width, {height: 230, x: [from, to], y: [low > top / 2 ? low * 0.98 : 0, top],
        xTicks: dayTicks(from, to, width), xText: (at) => date(at).slice(5), xLines: true});
      const at = (name) => (i) => [plot.sx(band.at[i]), Math.max(plot.top, plot.sy(band[name][i]))];
      for (const run of runs(band)) {
        area(svg, run.map(at("q95")), run.map(at("q05")), "var(--band)");
        area(svg, run.map(at("q75")), run.map(at("q25")), "var(--band-inner)");
        line(svg, run.map(at("q50")), "var(--forecast)");
        line(svg, run.map(at("actual")), "var(--actual)", 1.3);
      }
      cursor(svg, plot, width, band.at, (i) => {
        read.textContent = `${minute(band.at[i])} UTC: actual ${plain(band.actual[i])}, median ${plain(band.q50[i])}, ` +
          `90 % ${plain(band.q05[i])} to ${plain(band.q95[i])}`;
      });
      read.textContent = "Point at the chart to read its values.";
    });
}

/// Models with their interval, the best first.
function forest(horizon) {
  const rows = data.over_series.filter((row) => row.horizon_s === horizon && row.awake > 0 && row.ratio_to_seasonal_naive !== null);
  if (rows.length === 0) return null;
  return figure(`${label(horizon)} ahead`, [], (svg, width, read) => {
    const high = Math.min(2, Math.max(1.05, ...rows.map((row) => Math.min(row.ratio_95[1] ?? 0, row.ratio_to_seasonal_naive * 1.4)),
      ...rows.map((row) => row.ratio_to_seasonal_naive)));
    const left = Math.min(124, width * 0.36), step = 21;
    const plot = axes(svg, width,
      {height: rows.length * step + 34, left, right: 56, top: 4, x: [0, high], y: [0, 1], yTicks: [], xLines: true});
    shape(svg, "line", {class: "one", x1: plot.sx(1), x2: plot.sx(1), y1: plot.top, y2: plot.height - plot.bottom});
    rows.forEach((row, i) => {
      const y = plot.top + (i + 0.5) * step, own = row.model === "ensemble";
      const colour = own ? "var(--forecast)" : row.model === "seasonal_naive" ? "var(--naive)" : "var(--quiet)";
      const x = (value) => plot.sx(Math.min(value, high));
      const weight = {class: "name", y: y + 4, "font-weight": own ? 650 : 400};
      const name = shape(svg, "text", {...weight, x: left - 8, "text-anchor": "end"}, row.model);
      shape(name, "title", {}, `${row.model}: ${range(row.ratio_95)}`);
      if (row.ratio_95[0] !== null)
        shape(svg, "line", {x1: x(row.ratio_95[0]), x2: x(row.ratio_95[1]), y1: y, y2: y, stroke: colour,
          "stroke-width": own ? 4 : 2, "stroke-opacity": 0.55});
      shape(svg, "circle", {cx: x(row.ratio_to_seasonal_naive), cy: y, r: own ? 5 : 3.5, fill: colour});
      shape(svg, "text", {...weight, x: width - 44}, number(row.ratio_to_seasonal_naive));
    });
    read.textContent = "";
  });
}

function hoursChart(horizon, best) {
  const shown = [["ensemble", "var(--forecast)", 2], ["seasonal_naive", "var(--naive)", 1.5]];
  if (best && best !== "seasonal_naive") shown.splice(1, 0, [best, "var(--best)", 1.5]);
  const of = shown.filter(([name]) => horizon.hours[name]);
  return figure("Error by hour of the local day (WAPE)", of.map(([name, colour]) => [name, colour, true]), (svg, width) => {
    const high = Math.max(...of.flatMap(([name]) => known(horizon.hours[name]))) * 1.05 || 1;
    const plot = axes(svg, width, {x: [0, 23], y: [0, high], yText: (v) => percent(v, high < 0.04 ? 1 : 0),
      xTicks: [0, 4, 8, 12, 16, 20, 23], xText: (h) => `${h} h`});
    for (const [name, colour, wide] of of)
      line(svg, horizon.hours[name].map((value, hour) => value === null ? null : [plot.sx(hour), plot.sy(value)]), colour, wide);
  });
}

function daysChart(horizon) {
  const days = horizon.days;
  return figure("Coverage by day (share inside the 90 % interval)", [], (svg, width, read) => {
    const from = days[0][0], to = days[days.length - 1][0] + 86400;
    const plot = axes(svg, width, {x: [from, to], y: [0, 1], yTicks: [0, 0.25, 0.5, 0.75, 1], yText: (v) => percent(v, 0),
      xTicks: dayTicks(from, to, width - 60), xText: (at) => date(at).slice(5)});
    for (const [at, share] of days) {
      const wide = Math.max(1, (plot.sx(at + 86400) - plot.sx(at)) * 0.72);
      shape(svg, "rect", {x: plot.sx(at) + wide * 0.2, width: wide, y: plot.sy(share), height: Math.max(0, plot.sy(0) - plot.sy(share)),
        fill: share >= 0.75 ? "var(--best)" : share >= 0.5 ? "var(--naive)" : "var(--bad)", "fill-opacity": 0.8});
    }
    shape(svg, "line", {class: "one", x1: plot.left, x2: width - plot.right, y1: plot.sy(0.9), y2: plot.sy(0.9)});
    cursor(svg, plot, width, days.map(([at]) => at + 43200), (i) => {
      read.textContent = `${date(days[i][0])}: ${percent(days[i][1])} of ${days[i][2]}`;
    });
  });
}

function weightsChart(horizon) {
  const weights = horizon.weights;
  const mean = (values) => known(values).reduce((sum, value) => sum + value, 0) / Math.max(1, known(values).length);
  const names = Object.keys(weights.members).sort((a, b) => mean(weights.members[b]) - mean(weights.members[a]));
  if (names.length === 0) return null;
  const bins = weights.members[names[0]].length;
  return figure("Weights over time", names.map((name) => [name, colourOf(name)]), (svg, width, read) => {
    const at = (bin) => weights.from + bin * weights.step, from = at(0), to = at(bins);
    const plot = axes(svg, width, {x: [from, to], y: [0, 1], yTicks: [0, 0.5, 1], yText: (v) => percent(v, 0),
      xTicks: dayTicks(from, to, width - 60), xText: (t) => date(t).slice(5)});
    const floor = new Array(bins).fill(0);
    for (const name of names) {
      const upper = [], lower = [];
      weights.members[name].forEach((value, bin) => {
        const next = Math.min(1, floor[bin] + (value ?? 0));
        for (const edge of [at(bin), at(bin + 1)]) {
          upper.push([plot.sx(edge), plot.sy(next)]);
          lower.push([plot.sx(edge), plot.sy(floor[bin])]);
        }
        floor[bin] = next;
      });
      area(svg, upper, lower, colourOf(name));
    }
    cursor(svg, plot, width, [...Array(bins).keys()].map((bin) => at(bin + 0.5)), (bin) => {
      read.textContent = `${minute(at(bin))} UTC: ` + names.map((name) => [name, weights.members[name][bin]])
        .filter(([, value]) => value >= 0.02).sort((a, b) => b[1] - a[1]).map(([name, value]) => `${name} ${percent(value, 0)}`).join(", ");
    });
  });
}

function calibrationChart(horizon) {
  return figure("Calibration: share of actual values below each quantile",
    [["observed", "var(--forecast)", true], ["ideal", "var(--quiet)", true]], (svg, width) => {
      const shares = [0, 0.25, 0.5, 0.75, 1];
      const plot = axes(svg, width, {x: [0, 1], y: [0, 1], yTicks: shares, xTicks: shares,
        yText: (v) => percent(v, 0), xText: (v) => percent(v, 0), right: 16});
      shape(svg, "line", {class: "one", x1: plot.sx(0), y1: plot.sy(0), x2: plot.sx(1), y2: plot.sy(1)});
      const points = horizon.below.map((share, i) => [plot.sx(data.levels[i]), plot.sy(share)]);
      line(svg, points, "var(--forecast)", 2);
      for (const [cx, cy] of points) shape(svg, "circle", {cx, cy, r: 3, fill: "var(--forecast)"});
    });
}

/// Error of a young service, against the naive forecast that knows the whole past.
function coldChart(rows, title) {
  const horizons = [...new Set(rows.map((row) => row.horizon_s))];
  const ages = [...new Set(rows.map((row) => row.age_s))].sort((a, b) => (a ?? Infinity) - (b ?? Infinity));
  return figure(title, horizons.map((horizon, i) => [`${label(horizon)} ahead`, `var(--s${i})`, true]), (svg, width, read) => {
    const high = Math.min(3, Math.max(1.1, ...known(rows.map((row) => row.ratio_to_seasonal_naive))));
    const plot = axes(svg, width, {height: 220, x: [0, ages.length - 1], y: [0, high], left: 40, right: 24,
      xTicks: ages.map((_, i) => i), xText: (i) => age(ages[i])});
    shape(svg, "line", {class: "one", x1: plot.left, x2: width - plot.right, y1: plot.sy(1), y2: plot.sy(1)});
    horizons.forEach((horizon, h) => {
      const points = ages.map((seconds, i) => {
        const row = rows.find((one) => one.horizon_s === horizon && one.age_s === seconds);
        return row && row.ratio_to_seasonal_naive !== null ? [plot.sx(i), plot.sy(Math.min(high, row.ratio_to_seasonal_naive))] : null;
      });
      line(svg, points, `var(--s${h})`, 2);
      for (const point of points.filter(Boolean)) shape(svg, "circle", {cx: point[0], cy: point[1], r: 3.5, fill: `var(--s${h})`});
    });
    read.textContent = "Known history of the service. 1 is the error of the same time yesterday.";
  });
}

// ---- tables

function overallTable(horizons) {
  const rows = [];
  for (const horizon of horizons) {
    const own = data.over_series.find((row) => row.horizon_s === horizon && row.model === "ensemble");
    if (!own) continue;
    const line = (row, name, kind) => cells([name, number(row.ratio_to_seasonal_naive), range(row.ratio_95), percent(row.mape),
      percent(row.win_rate, 0), percent(row.coverage_90), percent(row.worst_day_90), number(row.confidence_rank, 2)], kind);
    rows.push(line(own, `${label(horizon)} ahead`, "is-ensemble"));
    const halves = data.parts.filter((row) => row.horizon_s === horizon);
    if (halves.length === 2) for (const half of halves) rows.push(line(half, `${half.part} half (${half.series})`, "is-half"));
  }
  return table([["ensemble"], ["error"], ["95 % interval"], ["MAPE"], ["duels won"], ["inside 90 %"], ["worst day"],
    ["confidence ρ"]], rows);
}

function judged(text, bad) {
  return bad ? el("span", {class: "is-bad"}, text) : text;
}

function seriesTable() {
  const rows = [];
  let before = null;
  for (const score of data.scores) {
    if (score.model !== "ensemble") continue;
    const first = score.series !== before;
    before = score.series;
    rows.push(cells([first ? score.series : "", label(score.horizon_s), number(score.wape, 4), number(score.ratio_to_seasonal_naive),
      range(score.ratio_95), percent(score.mape), judged(percent(score.coverage_90), score.coverage_90 < 0.8), percent(score.worst_day_90),
      [score.best_member ?? "–", "text"], judged(number(score.ratio_to_best_member), score.ratio_to_best_member > 1.03)],
      first ? "begins" : ""));
  }
  return table([["series"], ["ahead"], ["WAPE"], ["error"], ["95 % interval"], ["MAPE"], ["inside 90 %"], ["worst day"],
    ["best member", "text"], ["ensemble to best"]], rows);
}

/// Mean weight of every member by part of the local day, over series, and the ensemble's error there.
function partsTable(seconds) {
  const rows = data.day_parts.filter((row) => row.horizon_s === seconds);
  if (rows.length === 0) return null;
  const parts = [0, 1, 2, 3, 4, 5];
  const mean = (values) => known(values).reduce((sum, value) => sum + value, 0) / Math.max(1, known(values).length);
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.weights)))];
  const weights = names.map((name) => [name, parts.map((part) => mean(rows.map((row) => row.weights[name]?.[part])))])
    .filter(([, values]) => Math.max(...values) >= 0.03).sort((a, b) => mean(b[1]) - mean(a[1]));
  const ratio = parts.map((part) => Math.exp(mean(rows.map((row) => {
    const naive = row.wape.seasonal_naive?.[part];
    return naive > 0 && row.wape.ensemble[part] > 0 ? Math.log(row.wape.ensemble[part] / naive) : null;
  }))));
  const shaded = weights.map(([name, values]) => el("tr", {}, el("td", {}, name), ...values.map((value) =>
    el("td", {class: "heat", style: `--w: ${(value * 75).toFixed(0)}%`}, (value * 100).toFixed(0)))));
  shaded.push(cells(["error", ...ratio.map((value) => number(value, 2))], "is-ensemble"));
  return table([[`${label(seconds)} ahead`], ...parts.map((part) => [`${4 * part}–${4 * part + 4}`])], shaded, "tight");
}

/// What knowing the events was worth inside their windows.
function eventsTable() {
  const rows = [];
  let before = null;
  const spread = (pair) => !pair || pair[0] === null || pair[1] === null ? "–" : `${percent(pair[0], 0)} to ${percent(pair[1], 0)}`;
  for (const score of data.event_windows) {
    const first = score.series !== before;
    before = score.series;
    rows.push(cells([first ? score.series : "", label(score.horizon_s), score.windows, score.count, number(score.wape_without, 4),
      number(score.wape, 4), judged(percent(score.cut), score.cut < 0), spread(score.cut_95), percent(score.coverage_90_without),
      percent(score.coverage_90)], first ? "begins" : ""));
  }
  if (data.series_count > 1)
    for (const row of data.event_windows_over_series)
      rows.push(cells([`${row.series} series`, label(row.horizon_s), row.windows, row.count, "", "", percent(row.cut), "",
        percent(row.coverage_90_without), percent(row.coverage_90)], "is-ensemble"));
  return table([["series"], ["ahead"], ["windows"], ["forecasts"], ["WAPE without"], ["WAPE with"], ["cut"], ["95 % interval"],
    ["inside 90 % without"], ["inside 90 %"]], rows);
}

// ---- the page

function tabs(horizons, chosen, choose) {
  return el("div", {class: "tabs"}, ...horizons.map((horizon) =>
    el("button", {type: "button", "aria-pressed": String(horizon === chosen), onclick: () => choose(horizon)}, `${label(horizon)} ahead`)));
}

function seriesBody(series) {
  const body = el("div", {class: "body"});
  const bands = series.horizons.filter((horizon) => horizon.band && horizon.band.at.length > 1).map(bandChart);
  const detail = el("div", {class: "body"});
  const choose = (seconds) => {
    const horizon = series.horizons.find((one) => one.horizon_s === seconds);
    const score = data.scores.find((one) => one.series === series.name && one.model === "ensemble" && one.horizon_s === seconds);
    const charts = [hoursChart(horizon, score?.best_member), daysChart(horizon), weightsChart(horizon), calibrationChart(horizon)];
    detail.replaceChildren(tabs(series.horizons.map((one) => one.horizon_s), seconds, choose),
      el("div", {class: "halves"}, ...charts.filter(Boolean)));
    draw(detail);
  };
  const cold = (data.cold_start ?? []).filter((row) => row.series === series.name);
  body.append(...bands, detail, ...(cold.length ? [coldChart(cold, "Cold start on this series")] : []));
  choose((series.horizons.find((one) => one.horizon_s === 3600) ?? series.horizons[0]).horizon_s);
  return body;
}

function seriesCard(series, open) {
  const days = Math.round((series.last - series.first) / 86400);
  const summary = el("summary", {}, series.name, el("span", {class: "quiet"},
    ` – ${days} days in steps of ${label(series.step_s)}, scored from ${date(series.test_from)} to ${date(series.last)}`));
  const card = el("details", {class: "card"}, summary);
  let filled = false;
  card.addEventListener("toggle", () => {
    if (!card.open || filled) return;
    filled = true;
    card.append(seriesBody(series));
    draw(card);
  });
  if (open) card.open = true;
  return card;
}

function build() {
  const horizons = [...new Set(data.over_series.map((row) => row.horizon_s))];
  const count = data.scores.filter((score) => score.model === "ensemble").reduce((sum, score) => sum + score.count, 0);
  const name = data.series_count === 1 ? data.series[0].name : `${data.series_count} series`;
  page.append(el("header", {}, el("h1", {}, `Forescale backtest: ${name}`), el("p", {class: "quiet"},
    `${count.toLocaleString("en")} forecasts of the last quarter, each made from what was known at its origin. ` +
    "“Error” is the WAPE relative to the same time yesterday (seasonal_naive = 1); intervals by bootstrap over " +
      (data.series_count === 1 ? "days." : "series."))));
  if (data.warnings.length)
    page.append(el("section", {class: "card warnings"}, el("h2", {}, "Falls short"),
      el("ul", {}, ...data.warnings.map((text) => el("li", {}, text)))));
  page.append(el("section", {class: "card"}, el("h2", {}, "The ensemble beside its members"), overallTable(horizons),
    el("div", {class: "columns"}, ...horizons.map(forest).filter(Boolean))));
  page.append(el("section", {class: "card"}, el("h2", {}, "Who carried which part of the day"),
    el("p", {class: "quiet"}, "Mean weight in %, by the hours of the target's local day; members below 3 % everywhere are left out. " +
      "Error: of the ensemble."),
    el("div", {class: "columns"}, ...horizons.map(partsTable).filter(Boolean))));
  if (data.event_windows?.length)
    page.append(el("section", {class: "card"}, el("h2", {}, "Event windows"),
      el("p", {class: "quiet"}, "Targets that an event or a holiday reaches, from 3 h before it to 4 h after it: the error of the " +
        "ensemble when it was told of them, and when it was not."), eventsTable()));
  if (data.cold_start_over_series?.length)
    page.append(el("section", {class: "card"}, el("h2", {}, "Cold start"),
      coldChart(data.cold_start_over_series, "Error by known history, geometric mean over series")));
  page.append(el("section", {class: "card"}, el("h2", {}, "Per series"), seriesTable()));
  const scored = data.series.filter((series) => series.horizons.length > 0);
  scored.forEach((series, i) => page.append(seriesCard(series, i === 0)));
  if (data.series_count > data.series.length)
    page.append(el("p", {class: "quiet"}, `Charts are drawn for the first ${data.series.length} series; the others stand in the tables.`));
  draw(page);
}

build();
keepDrawn();
