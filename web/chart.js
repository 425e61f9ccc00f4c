// One chart: actual load, forecast band and capacity on one axis. It knows nothing of the network.

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** "2026-03-01T12:00:00Z" for every point becomes milliseconds once. */
function timed(points) {
  return points.map((point) => ({ ...point, t: Date.parse(point.at) }));
}

/** Index of the last element at or before t; -1 when there is none. */
function lastAtOrBefore(points, t) {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle].t <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The forecast made 15 min before, up to where the newest path begins, and then that path. */
function joinBands(past, future) {
  if (!future.length) return past;
  return past.filter((point) => point.t < future[0].t).concat(future);
}

/** The lines of the chart share one table of times; null is bridged, NaN breaks a line. */
function tableOf(model) {
  const rows = new Map();
  const row = (t) => {
    if (!rows.has(t)) rows.set(t, [new Date(t), null, null, null, null]);
    return rows.get(t);
  };
  for (const point of model.actual) row(point.t)[1] = point.mean === null ? NaN : point.mean;
  for (const point of model.band) row(point.t)[2] = point.p50;
  for (const point of model.capacity) {
    row(point.t)[3] = point.ready_capacity;
    row(point.t)[4] = point.desired_capacity;
  }
  const last = model.capacity.at(-1);
  if (last && model.now > last.t) {
    row(model.now)[3] = last.ready_capacity;
    row(model.now)[4] = last.desired_capacity;
  }
  return [...rows.values()].sort((a, b) => a[0] - b[0]);
}

function largest(model, from, to) {
  let max = 0;
  const see = (points, key) => {
    for (const point of points) if (point.t >= from && point.t <= to && point[key] > max) max = point[key];
  };
  see(model.actual, "mean");
  see(model.band, "p95");
  see(model.capacity, "ready_capacity");
  see(model.capacity, "desired_capacity");
  const before = model.capacity[lastAtOrBefore(model.capacity, from)];
  if (before) max = Math.max(max, before.ready_capacity, before.desired_capacity);
  return max;
}

/** Values of every line at one time, for the legend. */
export function valuesAt(model, t) {
  const actual = model.actual[lastAtOrBefore(model.actual, t)];
  const near = actual && t - actual.t <= Math.max(2 * model.step, 60000) ? actual : null;
  const size = t <= model.now + model.step ? model.capacity[lastAtOrBefore(model.capacity, t)] : null;
  const i = lastAtOrBefore(model.band, t);
  const a = model.band[i];
  const b = model.band[i + 1];
  let band = a && t - a.t <= Math.max(2 * model.step, 20 * 60000) ? a : null;
  if (a && b && b.t - a.t <= 2 * 3600000) {
    const share = (t - a.t) / (b.t - a.t);
    const mix = (key) => a[key] + share * (b[key] - a[key]);
    band = { p05: mix("p05"), p50: mix("p50"), p95: mix("p95") };
  }
  return { actual: near, band, size };
}

export function modelOf(answer) {
  const actual = timed(answer.actual);
  return {
    service: answer.service,
    now: Date.parse(answer.now),
    from: Date.parse(answer.from),
    step: answer.step_s * 1000,
    actual,
    band: joinBands(timed(answer.forecast), timed(answer.future)),
    capacity: timed(answer.capacity),
  };
}

// The library's own legend writes inline styles, which the page forbids itself; this page has its own.
Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);

export class Chart {
  /** onHover(time or null) is called when the pointer moves over the chart. */
  constructor(frame, onHover) {
    this.frame = frame;
    this.onHover = onHover;
    this.graph = null;
    this.model = null;
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.restart());
  }

  /** futureMs: how much of the path is shown behind now. */
  show(model, futureMs) {
    const other = !this.model || this.model.service !== model.service || this.futureMs !== futureMs;
    this.model = model;
    this.futureMs = futureMs;
    const table = tableOf(model);
    if (!table.length) return this.clear();
    const whole = this.whole();
    if (!this.graph) this.start(table, whole);
    else {
      const zoomed = !other && this.zoomed;
      const window = zoomed ? this.graph.xAxisRange() : whole;
      if (other) this.zoomed = false;
      this.graph.updateOptions({ file: table, dateWindow: window, valueRange: this.range(window) });
    }
  }

  clear() {
    if (this.graph) this.graph.destroy();
    this.graph = null;
    this.model = null;
  }

  restart() {
    if (!this.graph) return;
    const { model, futureMs } = this;
    this.clear();
    this.show(model, futureMs);
  }

  /** All there is: a young history is not shown as a mostly empty chart. */
  whole() {
    const { model, futureMs } = this;
    const first = Math.min(model.actual[0]?.t ?? model.now, model.band[0]?.t ?? model.now);
    const shortest = Math.max(model.from, model.now - Math.max(futureMs / 2, 3600000));
    return [Math.min(Math.max(model.from, first), shortest), model.now + futureMs];
  }

  range(window) {
    return [0, (largest(this.model, window[0], window[1]) || 1) * 1.06];
  }

  start(table, window) {
    const narrow = this.frame.clientWidth < 520;
    this.zoomed = false;
    this.graph = new Dygraph(this.frame, table, {
      labels: ["time", "actual", "forecast", "ready", "desired"],
      labelsUTC: true,
      legend: "never",
      connectSeparatedPoints: true,
      dateWindow: window,
      valueRange: this.range(window),
      gridLineColor: colour("--chart-grid"),
      axisLineColor: colour("--chart-grid"),
      highlightCircleSize: 3,
      rightGap: 8,
      axes: {
        x: { axisLabelWidth: 62, pixelsPerLabel: narrow ? 74 : 100 },
        y: { axisLabelWidth: narrow ? 44 : 54, axisLabelFormatter: (value) => shortNumber(value), includeZero: true },
      },
      series: {
        actual: { color: colour("--chart-actual"), strokeWidth: 1.3 },
        forecast: { color: colour("--chart-forecast"), strokeWidth: 1.4 },
        ready: { color: colour("--chart-ready"), strokeWidth: 2, stepPlot: true },
        desired: { color: colour("--chart-desired"), strokeWidth: 1.7, strokePattern: [5, 4], stepPlot: true },
      },
      underlayCallback: (canvas, area, graph) => this.underlay(canvas, area, graph),
      highlightCallback: (event, x) => this.onHover(x),
      unhighlightCallback: () => this.onHover(null),
      zoomCallback: (from, to) => {
        const whole = this.whole();
        this.zoomed = Math.abs(from - whole[0]) > 1000 || Math.abs(to - whole[1]) > 1000;
      },
    });
  }

  /** The band, and a line between what was and what will be. */
  underlay(canvas, area, graph) {
    const { model } = this;
    canvas.save();
    canvas.beginPath();
    canvas.rect(area.x, area.y, area.w, area.h);
    canvas.clip();
    canvas.fillStyle = colour("--chart-band");
    for (const part of unbroken(model.band, Math.max(3 * model.step, 2 * 3600000))) {
      canvas.beginPath();
      part.forEach((point, i) => {
        const [x, y] = graph.toDomCoords(point.t, point.p95);
        if (i) canvas.lineTo(x, y);
        else canvas.moveTo(x, y);
      });
      for (let i = part.length - 1; i >= 0; --i) canvas.lineTo(...graph.toDomCoords(part[i].t, part[i].p05));
      canvas.closePath();
      canvas.fill();
    }
    const x = Math.round(graph.toDomXCoord(model.now)) + 0.5;
    canvas.strokeStyle = colour("--chart-now");
    canvas.setLineDash([2, 3]);
    canvas.beginPath();
    canvas.moveTo(x, area.y);
    canvas.lineTo(x, area.y + area.h);
    canvas.stroke();
    canvas.fillStyle = colour("--chart-now");
    canvas.font = "12px system-ui, sans-serif";
    canvas.textAlign = x > area.x + area.w - 40 ? "right" : "left";
    canvas.fillText("now", x + (canvas.textAlign === "left" ? 5 : -5), area.y + 13);
    canvas.restore();
  }
}

/** Runs of points without a hole wider than `hole`. */
function unbroken(points, hole) {
  const parts = [];
  let part = [];
  for (const point of points) {
    if (part.length && point.t - part.at(-1).t > hole) {
      parts.push(part);
      part = [];
    }
    part.push(point);
  }
  if (part.length) parts.push(part);
  return parts;
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
const plain = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** 0.0412, 4.12, 412, 4,123, 41.2K: three digits that mean something. */
export function shortNumber(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (size >= 10000) return compact.format(value);
  return size >= 100 ? whole.format(value) : plain.format(value);
}
