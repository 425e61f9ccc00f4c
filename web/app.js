// The dashboard: reads the API, listens to the event stream, and draws. Text from the server is only ever set as text.
import { Chart, modelOf, shortNumber, valuesAt } from "./chart.js";

const HOUR = 3600000;
const RANGES = {
  "6 h": { past: 6 * HOUR, future: 2 * HOUR },
  "24 h": { past: 24 * HOUR, future: 8 * HOUR },
  "7 d": { past: 168 * HOUR, future: 24 * HOUR },
};
const ROWS_MAX = 100;            // more rows than anybody reads; the search box finds the others
const RENDER_EVERY_MS = 400;     // a replay sends many turns a second
const CHART_EVERY_MS = 1500;
const DETAILS_EVERY_MS = 5000;   // sentences, alerts and components
const SORT_EVERY_MS = 4000;      // a list that reorders all the time cannot be clicked
const POLL_EVERY_MS = 5000;      // when there is no stream

const REASONS = {
  forecast: "forecast", reactive_floor: "measured load", reactive: "reactive", confidence_gate: "low confidence",
  accuracy_gate: "forecasts did harm",
  forecast_fallback: "forecast stands in", hold_missing_data: "held: no data", plan: "planned ahead", tolerance: "small change",
  stabilization: "stabilizing", rate_limit: "rate limit", cooldown: "cooldown", bounds: "at a bound", steady: "steady",
  signal: "another signal needs more",
  callers: "callers' demand", flap_budget: "flap budget used up", budget: "budget spent", external_change: "set by others",
  schedule: "schedule",
  scheduled_minimum: "scheduled minimum", change_freeze: "frozen", pause: "paused", blast_radius: "fleet limit",
  at_max: "above the maximum",
};
const CAREFUL = new Set([
  "hold_missing_data", "forecast_fallback", "confidence_gate", "accuracy_gate", "external_change", "budget",
]);

const state = {
  services: new Map(), order: [], sortedAt: 0, selected: null, range: "24 h", search: "",
  at: null, turn: 0, alerts: [], model: null, hover: null, decisions: [], next: null, open: null, records: new Map(),
};
const $ = (id) => document.getElementById(id);

/** el("b", {class: "x"}, "text", child): attributes are set as attributes, strings become text nodes. */
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const percent = (share) => (share === null || share === undefined ? "–" : `${Math.round(share * 100)} %`);
const signed = (value, digits = 2) => (value === null || value === undefined ? "–" : value.toFixed(digits));
const dateText = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const dayText = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const timeOf = (t, seconds = false) => new Date(t).toISOString().slice(11, seconds ? 19 : 16);
const momentOf = (t) => `${dayText.format(t)} ${timeOf(t)}`;

function spanText(seconds) {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

async function ask(path) {
  const response = await fetch(path, { headers: { Accept: "application/json" } });
  const body = await response.json();
  if (!response.ok && !path.startsWith("/health")) throw new Error(body.detail || response.statusText);
  return body;
}

/** Runs `work` at most once at a time and at most every `everyMs`; a call in between is kept for later. */
function throttled(everyMs, work) {
  let last = -Infinity;
  let running = false;
  let wanted = false;
  const run = async () => {
    if (running) return void (wanted = true);
    running = true;
    wanted = false;
    last = performance.now();
    try {
      await work();
    } catch (error) {
      complain(error);
    } finally {
      running = false;
      if (wanted) later();
    }
  };
  let timer = 0;
  const later = () => {
    if (timer) return;
    timer = setTimeout(() => ((timer = 0), run()), Math.max(0, last + everyMs - performance.now()));
  };
  const call = () => (performance.now() - last >= everyMs && !running ? run() : running ? (wanted = true) : later());
  call.now = run;
  return call;
}

function complain(error) {
  $("banner").textContent = `Forescale does not answer as expected: ${error.message}. Trying again.`;
  $("banner").hidden = false;
}

// ---- header

function setPill(id, text, kind) {
  const pill = $(id);
  pill.textContent = text;
  pill.classList.remove("is-good", "is-warn", "is-bad", "is-live");
  if (kind) pill.classList.add(...kind.split(" "));
}
const KIND = { ok: "is-good", degraded: "is-warn", failed: "is-bad" };

function renderHeader() {
  if (!state.at) return;
  const t = Date.parse(state.at);
  $("clock").textContent = `${dateText.format(t)}, ${timeOf(t, true)} UTC`;
  $("clock").dateTime = state.at;
  $("turn").textContent = `turn ${new Intl.NumberFormat("en").format(state.turn)}`;
}
function renderHealth(overall) {
  setPill("health-pill", { ok: "healthy", degraded: "degraded", failed: "failing" }[overall] || overall, KIND[overall]);
}
function renderAlertPill(count) {
  $("alert-pill").hidden = count === 0;
  setPill("alert-pill", count === 1 ? "1 alert" : `${count} alerts`, "is-warn");
}

// ---- fleet

const riskKind = (risk) => (risk >= 0.5 ? "bad" : risk >= 0.1 ? "warn" : "");
function riskBar(risk) {
  const fill = el("i");
  fill.style.width = `${Math.max(2, Math.round(risk * 100))}%`;
  return el("span", { class: `bar ${riskKind(risk)}` }, fill);
}
function sizeText(service) {
  const ready = service.pending > 0 ? `${service.ready} + ${service.pending}` : `${service.ready}`;
  const node = el("span", { class: "row-size" }, ready);
  if (service.desired !== service.ready + service.pending) node.append(el("span", { class: "to" }, ` → ${service.desired}`));
  return node;
}
/** What to say of the newest sample when it is not simply there. */
function dataState(service) {
  if (service.state && service.state !== "present") return service.state.replaceAll("_", " ");
  return service.stale ? "stale" : null;
}

function fillRow(button, service) {
  const trouble = dataState(service);
  const reason = REASONS[service.reason] || service.reason || "starting";
  const word = trouble && !CAREFUL.has(service.reason) ? `${reason} · ${trouble}` : reason;
  button.title = service.service;
  button.replaceChildren(
    el("span", { class: "row-name" }, service.service), sizeText(service),
    el("span", { class: "row-line" },
      el("span", { class: `tag ${trouble || CAREFUL.has(service.reason) ? "is-warn" : ""}` }, word)),
    el("span", { class: "row-line end" }, `load ${shortNumber(service.demand)} · ${percent(service.utilization)} used`),
    el("span", { class: "row-risk" }, riskBar(service.risk), el("span", { class: "risk-text" }, `risk ${percent(service.risk)}`),
      el("span", {}, `conf. ${signed(service.confidence)}`)));
}

function makeRow(name) {
  const button = el("button", { class: "row", type: "button", onclick: () => select(name) });
  button.dataset.service = name;
  return button;
}

function sortFleet(force) {
  const list = $("fleet-list");
  const busy = list.matches(":hover") || list.querySelector(":focus-visible");
  const due = performance.now() - state.sortedAt > SORT_EVERY_MS && !busy;
  if (!force && !due && state.order.length === state.services.size) return;
  state.sortedAt = performance.now();
  state.order = [...state.services.values()]
    .sort((a, b) => b.risk - a.risk || (b.utilization || 0) - (a.utilization || 0) || (a.service < b.service ? -1 : 1))
    .map((service) => service.service);
}

function renderFleet(force = false) {
  sortFleet(force);
  const wanted = state.search.toLowerCase();
  const matching = wanted ? state.order.filter((name) => name.toLowerCase().includes(wanted)) : state.order;
  const shown = matching.slice(0, ROWS_MAX);
  const list = $("fleet-list");
  const rows = new Map([...list.querySelectorAll("button")].map((button) => [button.dataset.service, button]));
  const items = shown.map((name) => {
    const button = rows.get(name) || makeRow(name);
    fillRow(button, state.services.get(name));
    button.setAttribute("aria-current", String(name === state.selected));
    return button.parentElement || el("li", {}, button);
  });
  const same = items.length === list.children.length && items.every((item, i) => item === list.children[i]);
  if (!same) {
    const focused = list.contains(document.activeElement) ? document.activeElement : null;
    list.replaceChildren(...items);
    if (focused && focused.isConnected) focused.focus();
  }
  $("fleet-count").textContent = state.services.size ? String(state.services.size) : "";
  const note = $("fleet-note");
  note.hidden = shown.length === matching.length && shown.length > 0;
  note.textContent = shown.length === 0
    ? (wanted ? "No service has this in its name." : "No service yet.")
    : `The ${shown.length} riskiest of ${matching.length}; search to see others.`;
}

// ---- the selected service

function fact(name, value, more = "") {
  return el("div", {}, el("dt", {}, name), el("dd", {}, value, more ? el("small", {}, ` ${more}`) : ""));
}

/** Sends somebody's word about the proposal of a service; what comes of it shows with the next turn. */
async function sendWord(service, proposal, word, by, say) {
  const path = `/api/v1/scaling/${encodeURIComponent(service)}/proposals/${encodeURIComponent(proposal)}/${word}`;
  const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ by }) });
  const body = await response.json();
  if (!response.ok) throw new Error(body.detail || response.statusText);
  say(word === "approve" ? "Approved; applied with the next turn." : "Rejected.");
}

function proposalForm(service) {
  const { proposal } = service;
  const by = el("input", { type: "text", placeholder: "Your name", "aria-label": "Your name", required: "", maxlength: "200" });
  by.value = localStorage.getItem("by") || "";
  // The form is drawn anew with the next proposal: what was typed by then is there again.
  by.addEventListener("input", () => localStorage.setItem("by", by.value));
  const note = el("span", { class: "quiet", role: "status" }, `until ${proposal.expires_at.slice(11, 16)} UTC`);
  const button = (word, text) => {
    const made = el("button", { type: "button", class: `word is-${word}` }, text);
    made.addEventListener("click", async () => {
      if (!by.reportValidity()) return;
      made.disabled = true;
      try {
        await sendWord(service.service, proposal.id, word, by.value, (text_) => { note.textContent = text_; });
      } catch (error) {
        note.textContent = error.message;
        made.disabled = false;
      }
    });
    return made;
  };
  return el("div", { class: "proposal" }, el("b", {}, `Proposed: ${proposal.from} → ${proposal.to}`), by,
    button("approve", "Approve"), button("reject", "Reject"), note);
}

/** Mode, pauses, gate and proposal; nothing while everything runs by itself. Drawn again only when it changed,
    so that a name being typed stays. */
function renderControl(service) {
  const box = $("service-control");
  const { mode, pauses = [], proposal, gate } = service;
  const key = JSON.stringify([service.service, mode, pauses, proposal, gate && gate.forecasts_harm]);
  if (box.dataset.key === key) return;
  box.dataset.key = key;
  const parts = [];
  if (mode && mode.now !== "automatic")
    parts.push(el("span", { class: "tag is-warn", title: mode.why || "" },
      `mode ${mode.now}${mode.by ? `, by ${mode.by}` : ""}${mode.until ? `, until ${mode.until.slice(0, 16).replace("T", " ")}` : ""}`));
  for (const pause of pauses)
    parts.push(el("span", { class: "tag is-warn", title: pause.why },
      `${pause.direction === "both" ? "paused" : `${pause.direction} paused`} until ` +
        `${pause.until.slice(0, 16).replace("T", " ")}, by ${pause.by}`));
  if (gate && gate.forecasts_harm) parts.push(el("span", { class: "tag is-warn" }, "forecasts left out: they cost more than they saved"));
  if (proposal) parts.push(proposalForm(service));
  box.replaceChildren(...parts);
  box.hidden = parts.length === 0;
}

const amountText = (amount) => (amount >= 1000 ? Math.round(amount).toLocaleString("en") : shortNumber(amount));

/** Spent and expected of one day or month, beside its limit; a limit that is near or gone is marked. */
function spendingFact(name, unit, span) {
  const of = span.limit === null ? "" : ` of ${amountText(span.limit)}`;
  const spent = span.limit !== null && span.spent >= span.limit;
  const trouble = spent ? "budget spent" : span.exhausted_at ? `spent at ${momentOf(Date.parse(span.exhausted_at))}` : "";
  return el("div", {}, el("dt", {}, name), el("dd", {}, `${amountText(span.spent)}${of} ${unit}`,
    el("small", {}, ` ${amountText(span.expected)} expected`),
    trouble ? el("span", { class: `tag ${spent ? "is-bad" : "is-warn"}` }, trouble) : null));
}
function spendingFacts(spending) {
  if (!spending) return [];
  const unit = spending.currency || "replica-hours";
  return [spendingFact("Cost today", unit, spending.day), spendingFact("Cost this month", unit, spending.month)];
}

function renderService() {
  const service = state.services.get(state.selected);
  if (!service) return;
  $("service-name").textContent = service.service;
  $("service-sentence").textContent = service.sentence || "";
  renderControl(service);
  const unit = service.capacity_per_replica;
  const trouble = dataState(service);
  const load = el("div", {}, el("dt", {}, "Load"), el("dd", {}, shortNumber(service.demand),
    trouble ? el("span", { class: "tag is-warn" }, trouble) : el("small", {}, ` of ${shortNumber(service.ready * unit)}`)));
  $("facts").replaceChildren(
    load,
    fact("Replicas", `${service.ready}`, `ready${service.pending ? `, ${service.pending} pending` : ""}, ${service.desired} desired`),
    fact("Used", percent(service.utilization)),
    fact("Risk", percent(service.risk), "in the lead time"),
    fact("Confidence", signed(service.confidence)),
    ...spendingFacts(service.spending),
    fact("Lead time", spanText(service.lead_time_s || 0), service.lead_time_learned ? "learned" : "as stated"),
    fact("Driven by", (service.ground || "–").replaceAll("_", " ")));
}

function legendItem(key, name, value) {
  return el("span", {}, el("span", { class: `key ${key}` }), name, el("b", {}, value));
}
function renderLegend() {
  const { model, hover } = state;
  if (!model) return $("legend").replaceChildren();
  const t = hover ?? model.now;
  const { actual, band, size } = valuesAt(model, t);
  const replicas = (n, capacity) => `${shortNumber(capacity)} (${n})`;
  $("legend").replaceChildren(
    el("span", { class: "quiet" }, hover === null ? "now" : `${momentOf(t)}`),
    legendItem("actual", "load", actual && actual.mean !== null
      ? `${shortNumber(actual.mean)}${actual.max > actual.mean * 1.005 ? `, max ${shortNumber(actual.max)}` : ""}`
      : actual ? (actual.state || "–").replaceAll("_", " ") : "–"),
    legendItem("band", "forecast, 5–95 %", band ? `${shortNumber(band.p50)} [${shortNumber(band.p05)}–${shortNumber(band.p95)}]` : "–"),
    legendItem("ready", "ready", size ? replicas(size.ready, size.ready_capacity) : "–"),
    legendItem("desired", "desired", size ? replicas(size.desired, size.desired_capacity) : "–"));
}

const chart = new Chart($("chart"), (t) => ((state.hover = t), renderLegend()));

function note(text) {
  $("chart-note").textContent = text;
  $("chart-note").hidden = !text;
}

const refreshChart = throttled(CHART_EVERY_MS, async () => {
  const name = state.selected;
  const { past, future } = RANGES[state.range];
  if (!name || !state.at) return;
  const now = Date.parse(state.at);
  const from = new Date(now - past).toISOString();
  const answer = await ask(`/api/v1/metrics?service=${encodeURIComponent(name)}&from=${encodeURIComponent(from)}`);
  if (name !== state.selected || past !== RANGES[state.range].past) return;
  state.model = modelOf(answer);
  note(answer.actual.length || answer.future.length ? "" : "No samples in this range yet");
  chart.show(state.model, future);
  renderLegend();
  await refreshDecisions();
});

// ---- decisions

async function refreshDecisions() {
  const name = state.selected;
  const changes = $("changes-only").checked;
  const answer = await ask(decisionsPath(name, changes));
  if (name !== state.selected || changes !== $("changes-only").checked) return;
  // What was loaded behind the first page stays.
  const known = new Set(answer.decisions.map((decision) => decision.id));
  const older = state.decisions.filter((decision) => !known.has(decision.id) && answer.decisions.length &&
    decision.at < answer.decisions.at(-1).at);
  if (!older.length) state.next = answer.next;
  state.decisions = answer.decisions.concat(older);
  renderDecisions();
}
const decisionsPath = (name, changes) =>
  `/api/v1/scaling/decisions?service=${encodeURIComponent(name)}&fields=summary&limit=30${changes ? "&changes=true" : ""}`;

async function showOlder() {
  if (!state.next) return;
  try {
    const answer = await ask(state.next);
    state.decisions = state.decisions.concat(answer.decisions);
    state.next = answer.next;
    renderDecisions();
  } catch (error) {
    complain(error);
  }
}

function changeText(decision) {
  const size = el("span", { class: "size" });
  if (decision.desired === decision.current) size.append(String(decision.desired));
  else {
    const direction = decision.desired > decision.current ? "up" : "down";
    size.append(`${decision.current} `, el("span", { class: direction }, `→ ${decision.desired}`));
  }
  return size;
}

function decisionRow(decision) {
  const open = state.open === decision.id;
  const row = el("li", { class: "decision" }, el("button", {
    type: "button", "aria-expanded": String(open), onclick: () => toggle(decision.id),
  }, el("span", { class: "at" }, momentOf(Date.parse(decision.at))), changeText(decision),
    el("span", { class: "text" }, decision.sentence),
    el("span", { class: `tag ${CAREFUL.has(decision.reason) ? "is-warn" : ""}` }, REASONS[decision.reason] || decision.reason)));
  row.dataset.id = decision.id;
  row.dataset.open = String(open && state.records.has(decision.id));
  if (open && state.records.has(decision.id)) row.append(explanation(state.records.get(decision.id)));
  return row;
}

function renderDecisions() {
  const list = $("decision-list");
  const old = new Map([...list.children].map((row) => [row.dataset.id, row]));
  const rows = state.decisions.map((decision) => {
    const kept = old.get(decision.id);
    const open = String(state.open === decision.id && state.records.has(decision.id));
    return kept && kept.dataset.open === open ? kept : decisionRow(decision);
  });
  const same = rows.length === list.children.length && rows.every((row, i) => row === list.children[i]);
  if (!same) {
    const focused = list.contains(document.activeElement) ? document.activeElement.closest("li").dataset.id : null;
    list.replaceChildren(...(rows.length ? rows : [el("li", { class: "note" }, $("changes-only").checked
      ? "No decision has changed the size yet." : "No decision is recorded yet.")]));
    if (focused) [...list.children].find((row) => row.dataset.id === focused)?.querySelector("button").focus();
  }
  $("more").hidden = !state.next;
}

async function toggle(id) {
  state.open = state.open === id ? null : id;
  try {
    if (state.open && !state.records.has(id)) {
      if (state.records.size > 50) state.records.clear();
      state.records.set(id, await ask(`/api/v1/scaling/decisions/${encodeURIComponent(id)}`));
    }
  } catch (error) {
    complain(error);
  }
  renderDecisions();
}

function table(heads, rows) {
  return el("div", { class: "scroll" }, el("table", {},
    el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, ...rows)));
}

function ruleRow(step) {
  const moved = step.before !== step.after;
  return el("tr", { class: moved ? "acted" : "" }, el("td", { class: "rule" }, step.rule),
    el("td", { class: "num" }, moved ? `${step.before} → ${step.after}` : String(step.after)), el("td", {}, step.detail));
}
function memberRow(member) {
  const fill = el("i");
  fill.style.width = `${Math.round(member.weight * 100)}%`;
  return el("tr", { class: member.asleep ? "asleep" : "" }, el("td", { class: "rule" }, member.name),
    el("td", { class: "num" }, el("span", { class: "bar" }, fill), percent(member.weight)),
    el("td", {}, member.asleep ? `asleep: ${member.asleep_because}` : ""));
}

function definitions(pairs) {
  return el("dl", {}, ...pairs.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function inputsOf(record) {
  const { inputs } = record;
  const never = inputs.newest_age_s > 1e9;  // older than any sample can be: none came yet
  const sample = inputs.newest.state === "present" ? shortNumber(inputs.newest.value) : inputs.newest.state.replaceAll("_", " ");
  return definitions([
    ["Newest sample", never ? "none yet" : `${sample}, ${spanText(inputs.newest_age_s)} old`],
    ["Capacity", `${inputs.capacity.ready} ready, ${inputs.capacity.pending} pending`],
    ["One replica serves", shortNumber(inputs.capacity_per_replica)],
    ...(inputs.capacity_evidence ? [["That is", inputs.capacity_evidence.detail]] : []),
    ["Lead time", spanText(inputs.lead_time_s)],
    ["Confidence", signed(inputs.confidence)],
    ["Planned for", `${shortNumber(record.demand_planned)}, the ${shortNumber(record.quantile * 100)} % level`],
  ]);
}

function signalRow(signal, worst) {
  const { newest, lead_demand } = signal;
  const sample = newest.state === "present" ? shortNumber(newest.value) : newest.state.replaceAll("_", " ");
  return el("tr", { class: signal.name === worst ? "acted" : "" }, el("td", { class: "rule" }, signal.name),
    el("td", { class: "num" }, shortNumber(signal.capacity_per_replica)),
    el("td", {}, `${sample}; ${lead_demand ? `95 %: ${shortNumber(lead_demand.quantiles["0.95"])}` : "no forecast yet"}`));
}
/** The demand signals beside the service's own demand; the one that needs most stands out. */
function signalsOf(record) {
  const signals = record.inputs.signals ?? [];
  if (!signals.length) return [];
  return [el("div", {}, el("h3", {}, "Other demand signals"),
    table(["Signal", "One serves", "Now, and until new replicas are ready"], signals.map((signal) => signalRow(signal, record.signal))))];
}

function leadDemandOf(record) {
  const demand = record.inputs.lead_demand;
  if (!demand) return definitions([["Forecast", "none trusted"]]);
  const q = demand.quantiles;
  return definitions([
    ["Span", `${spanText(demand.lead_s)} from ${timeOf(Date.parse(demand.from))}`],
    ["5 %", shortNumber(q["0.05"])], ["50 %", shortNumber(q["0.5"])],
    ["95 %", shortNumber(q["0.95"])], ["99 %", shortNumber(q["0.99"])],
  ]);
}

function mixOf(mix) {
  const rows = mix.parts.map((part) => el("tr", {}, el("td", { class: "rule" }, part.type), el("td", { class: "num" }, String(part.count)),
    el("td", {}, `${shortNumber(part.weight)} replicas, ${shortNumber(part.price_hour)} an hour each${part.spot ? ", spot" : ""}`)));
  const spot = mix.spot_share > 0
    ? ` ${percent(mix.spot_share)} of the capacity is spot; losing a pool is expected to cost ${shortNumber(mix.risk_hour)} an hour.` : "";
  return el("div", {}, el("h3", {}, "Instances to run on"), table(["Type", "Count", "One of them"], rows),
    el("p", { class: "quiet" }, `${shortNumber(mix.price_hour)} an hour for all.${spot}`));
}

/** Amounts of one record share a unit, so that they can be compared: replica-hours where no currency is named. */
const moneyNumber = (amount) => (amount === null ? "not known"
  : Number(amount.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 12 }));

function costRow(name, size, chosen) {
  return el("tr", { class: size === chosen ? "acted" : "" }, el("td", {}, name),
    el("td", { class: "num" }, String(size.replicas)),
    ...[size.capacity, size.unserved, size.change, size.total].map((amount) => el("td", { class: "num" }, moneyNumber(amount))),
    el("td", { class: "num" }, size.shortfall === null ? "not known" : `${shortNumber(size.shortfall * 100)} %`));
}

function costsOf(record) {
  const { costs } = record;
  if (!costs) return el("p", { class: "quiet" }, "This decision was made before decisions were priced.");
  const unit = costs.currency || "replica-hours";
  const rows = [["Chosen", costs.chosen], ["One fewer", costs.one_fewer], ["One more", costs.one_more],
    ["Reactive alone", costs.reactive_alone]].filter(([, size]) => size);
  return el("div", {},
    table(["Size", "Replicas", "Capacity", "Not served", "Change", "Total", "Falls short"],
      rows.map(([name, size]) => costRow(name, size, costs.chosen))),
    el("p", { class: "quiet" }, `In ${unit}, over the next ${spanText(costs.span_s)}. `
      + `A replica costs ${moneyNumber(costs.replica_hour)} an hour; `
      + `a unit of demand that is not served for a second costs ${moneyNumber(costs.unserved_unit)}`
      + `${costs.is_unserved_implied ? ", which is what the level of risk amounts to" : ""}.`));
}

function explanation(record) {
  return el("div", { class: "why" },
    el("div", {}, el("h3", {}, "Why not one fewer"), el("p", {}, record.why_not_fewer || "–")),
    el("div", {}, el("h3", {}, "In money"), costsOf(record)),
    el("div", { class: "columns" },
      el("div", {}, el("h3", {}, "What it knew"), inputsOf(record)),
      el("div", {}, el("h3", {}, "Largest demand until new replicas are ready"), leadDemandOf(record))),
    record.mix ? mixOf(record.mix) : null,
    ...signalsOf(record),
    el("div", {}, el("h3", {}, "Rules, in order"), table(["Rule", "Replicas", "Because"], record.steps.map(ruleRow))),
    el("div", {}, el("h3", {}, "Forecast members"), record.inputs.members.length
      ? table(["Member", "Weight", ""], record.inputs.members.map(memberRow)) : el("p", { class: "quiet" }, "No forecast yet.")),
    el("p", { class: "quiet" }, record.id));
}

// ---- alerts and components

function alertItem(alert) {
  const kind = { info: "", warning: "is-warn", critical: "is-bad" }[alert.severity];
  const who = alert.service
    ? el("button", { class: "link", type: "button", onclick: () => select(alert.service) }, alert.service) : "Forescale";
  return el("li", {}, el("div", { class: "head" }, el("b", {}, who), el("span", { class: `tag ${kind}` }, alert.severity)),
    el("p", {}, alert.summary), el("p", {}, `${alert.name.replaceAll("_", " ")}, since ${momentOf(Date.parse(alert.since))}`));
}
function componentItem(component) {
  return el("li", {}, el("div", { class: "head" }, el("b", {}, component.component),
    el("span", { class: `tag ${KIND[component.state] || ""}` }, component.state)),
    component.detail ? el("p", {}, component.detail) : null);
}
function renderAlerts() {
  renderAlertPill(state.alerts.length);
  $("alert-list").replaceChildren(...(state.alerts.length ? state.alerts.map(alertItem)
    : [el("li", { class: "quiet" }, "Nothing needs attention.")]));
}

// ---- getting data

function take(service) {
  const known = state.services.get(service.service) || {};
  state.services.set(service.service, { ...known, ...service });
}

/** The status answer nests the newest sample; the list uses the flat shape of the stream. */
function takeStatus(service) {
  const { newest } = service;
  take({
    ...service, demand: newest ? newest.value : null, state: newest ? newest.state : "missing", stale: newest ? newest.stale : false,
  });
}

const refreshDetails = throttled(DETAILS_EVERY_MS, async () => {
  const names = new Set();
  for (let path = "/api/v1/scaling/status"; path;) {
    const answer = await ask(path);
    for (const service of answer.services) {
      takeStatus(service);
      names.add(service.service);
    }
    state.alerts = answer.alerts;
    if (!state.at || answer.at > state.at) Object.assign(state, { at: answer.at, turn: answer.turn });
    path = answer.next;
  }
  for (const name of state.services.keys()) if (!names.has(name)) state.services.delete(name);
  const health = await ask("/health");
  $("banner").hidden = true;
  renderHealth(health.state);
  $("component-list").replaceChildren(...(health.components.length ? health.components.map(componentItem)
    : [el("li", { class: "quiet" }, health.detail || "No component has reported yet.")]));
  renderAlerts();
  const first = state.order.length === 0;
  renderFleet(first);
  if (!state.services.has(state.selected) && state.order.length) select(wishedService() || state.order[0]);
  renderHeader();
  renderService();
});

const renderLive = throttled(RENDER_EVERY_MS, () => {
  renderHeader();
  renderFleet();
  renderService();
});

/** The stream carries no sentences; the one that is on the page is asked for. */
const refreshSentence = throttled(CHART_EVERY_MS, async () => {
  if (!state.selected) return;
  const answer = await ask(`/api/v1/scaling/status?service=${encodeURIComponent(state.selected)}`);
  for (const service of answer.services) takeStatus(service);
  renderService();
});

function onTurn(event) {
  const turn = JSON.parse(event.data);
  const alerts = state.alerts.length;
  Object.assign(state, { at: turn.at, turn: turn.turn });
  for (const service of turn.services) {
    const known = state.services.get(service.service);
    const decided = known && (known.desired !== service.desired || known.reason !== service.reason);
    take(service);
    if (decided && service.service === state.selected && !document.hidden) refreshSentence();
  }
  renderHealth(turn.health);
  if (turn.alerts !== alerts) renderAlertPill(turn.alerts);
  renderLive();
  if (document.hidden) return;
  refreshChart();
  refreshDetails();
}

// The browser reconnects by itself; until it has, the page asks every few seconds.
let poller = 0;
function poll(on) {
  if (on && !poller) poller = setInterval(() => (refreshDetails(), refreshChart()), POLL_EVERY_MS);
  if (!on) poller = void clearInterval(poller) || 0;
}
let stream = null;
function listen() {
  if (stream || document.hidden) return;
  stream = new EventSource("/api/v1/stream");
  stream.onopen = () => (setPill("live-pill", "live", "is-good is-live"), poll(false), refreshDetails());
  stream.addEventListener("turn", onTurn);
  stream.onerror = () => {
    setPill("live-pill", "reconnecting", "is-warn");
    poll(true);
    // Refused for good (the server was full): the browser gave up, so begin again.
    if (stream && stream.readyState === EventSource.CLOSED) setTimeout(() => (hangUp(), listen()), POLL_EVERY_MS);
  };
}
/** A browser keeps at most six connections to one host: a page that nobody sees must not hold one. */
function hangUp() {
  if (stream) stream.close();
  stream = null;
  poll(false);
}
const wakeUp = () => (listen(), refreshDetails(), refreshChart());

// ---- what people do

const wishes = () => new URLSearchParams(location.hash.slice(1));
function wishedService() {
  const name = wishes().get("service");
  return state.services.has(name) ? name : null;
}
function remember() {
  const wish = new URLSearchParams({ service: state.selected || "", range: state.range.replace(" ", "") });
  history.replaceState(null, "", `#${wish}`);
}

function select(name) {
  if (!state.services.has(name)) return;
  Object.assign(state, { selected: name, model: null, hover: null, decisions: [], next: null, open: null });
  remember();
  renderFleet();
  renderService();
  renderDecisions();
  refreshChart.now();
}

function makeRanges() {
  const wished = Object.keys(RANGES).find((name) => name.replace(" ", "") === wishes().get("range"));
  if (wished) state.range = wished;
  for (const name of Object.keys(RANGES)) {
    const button = el("button", { type: "button", "aria-pressed": String(name === state.range), onclick: () => {
      state.range = name;
      for (const other of $("ranges").children) other.setAttribute("aria-pressed", String(other === button));
      remember();
      refreshChart.now();
    } }, name);
    $("ranges").append(button);
  }
}

/** Up and down walk through the list, as in any list. */
function walkList(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const buttons = [...$("fleet-list").querySelectorAll("button")];
  const next = buttons[buttons.indexOf(document.activeElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

$("search").addEventListener("input", (event) => ((state.search = event.target.value.trim()), renderFleet()));
$("search").addEventListener("keydown", (event) => event.key === "ArrowDown" && walkList(event));
$("fleet-list").addEventListener("keydown", walkList);
$("changes-only").addEventListener("change", () => {
  Object.assign(state, { decisions: [], next: null });
  refreshDecisions().catch(complain);
});
$("more").addEventListener("click", showOlder);
document.addEventListener("visibilitychange", () => (document.hidden ? hangUp() : wakeUp()));
addEventListener("pagehide", hangUp);
addEventListener("pageshow", (event) => event.persisted && wakeUp());
makeRanges();
refreshDetails();
listen();
