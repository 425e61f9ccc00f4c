#include "storage/decision_json.h"

#include "storage/json_text.h"

#include <cmath>
#include <limits>
#include <span>

namespace forescale {
namespace {

constexpr std::array<std::string_view, quantile_levels.size()> level_names{
    "0.05", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "0.95", "0.99"};

constexpr std::int64_t percent_max =
    std::numeric_limits<decltype(PathScenarios::percent)::value_type>::max();

constexpr std::array all_sample_states{SampleState::present, SampleState::missing,
                                       SampleState::stale, SampleState::not_a_number,
                                       SampleState::counter_reset};

/// One object being written: `{` on construction, the members in the order of the calls, `}` on
/// close().
class ObjectWriter {
public:
    explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
    void text(std::string_view key, std::string_view value) {
        begin(key);
        append_json_string(out_, value);
    }
    void number(std::string_view key, double value) {
        begin(key);
        append_json_number(out_, value);
    }
    void known(std::string_view key, std::optional<double> value) {
        begin(key);
        if (value)
            append_json_number(out_, *value);
        else
            out_ += "null";
    }
    void count(std::string_view key, std::int64_t value) {
        begin(key);
        append_json_number(out_, value);
    }
    void flag(std::string_view key, bool value) {
        begin(key);
        out_ += value ? "true" : "false";
    }
    void time(std::string_view key, Timestamp value) { text(key, format_timestamp(value)); }
    void seconds(std::string_view key, Duration value) { number(key, in_seconds(value)); }
    /// For a nested value, which the caller appends.
    void begin(std::string_view key) {
        if (!first_) out_ += ',';
        first_ = false;
        out_ += '"';
        out_ += key;
        out_ += "\":";
    }
    void close() { out_ += '}'; }

private:
    std::string& out_;
    bool first_ = true;
};

template <class Items, class Append>
void append_array(std::string& out, const Items& items, Append append) {
    out += '[';
    bool first = true;
    for (const auto& item : items) {
        if (!first) out += ',';
        first = false;
        append(out, item);
    }
    out += ']';
}

void append_capacity(std::string& out, const Capacity& capacity) {
    ObjectWriter object(out);
    object.count("ready", capacity.ready.value());
    object.count("pending", capacity.pending.value());
    object.time("seen_at", capacity.seen_at);
    object.close();
}

void append_point(std::string& out, const Point& point) {
    ObjectWriter object(out);
    object.time("at", point.at);
    object.number("value", point.value);
    object.text("state", to_string(point.state));
    object.close();
}

void append_quantiles(std::string& out, const Quantiles& quantiles) {
    ObjectWriter object(out);
    for (std::size_t i = 0; i < quantiles.size(); ++i) object.number(level_names[i], quantiles[i]);
    object.close();
}

void append_lead_demand(std::string& out, const std::optional<LeadDemand>& demand) {
    if (!demand) {
        out += "null";
        return;
    }
    ObjectWriter object(out);
    object.time("from", demand->from);
    object.seconds("lead_s", demand->lead);
    object.number("level_max", demand->level_max);
    object.begin("quantiles");
    append_quantiles(out, demand->quantiles);
    object.close();
}

void append_median(std::string& out, const PathMedian& median) {
    ObjectWriter object(out);
    object.time("target", median.target);
    object.number("demand", median.demand);
    object.close();
}

/// One array per scenario.
void append_scenarios(std::string& out, const PathScenarios& scenarios) {
    const std::size_t width = scenarios.count > 0 ? scenarios.percent.size() / scenarios.count : 0;
    out += '[';
    for (std::size_t s = 0; s < scenarios.count; ++s)
        fmt::format_to(std::back_inserter(out), "{}[{}]", s == 0 ? "" : ",",
                       fmt::join(std::span(scenarios.percent).subspan(s * width, width), ","));
    out += ']';
}

void append_member(std::string& out, const MemberView& member) {
    ObjectWriter object(out);
    object.text("name", member.name);
    object.number("weight", member.weight);
    object.flag("asleep", member.asleep);
    object.text("asleep_because", member.asleep_because);
    object.close();
}

void append_step(std::string& out, const RuleStep& step) {
    ObjectWriter object(out);
    object.text("rule", step.rule);
    object.count("before", step.before.value());
    object.count("after", step.after.value());
    object.text("detail", step.detail);
    object.close();
}

void append_approval(std::string& out, const std::optional<Approval>& approval) {
    if (!approval) {
        out += "null";
        return;
    }
    ObjectWriter object(out);
    object.text("proposal", approval->proposal);
    object.flag("up", approval->up);
    object.count("to", approval->to.value());
    object.text("by", approval->by);
    object.time("at", approval->at);
    object.close();
}

void append_mix_part(std::string& out, const MixPart& part) {
    ObjectWriter object(out);
    object.text("type", part.type);
    object.count("count", part.count);
    object.number("weight", part.weight);
    object.number("price_hour", part.price_hour);
    object.flag("spot", part.spot);
    object.close();
}

void append_mix(std::string& out, const InstanceMix& mix) {
    ObjectWriter object(out);
    object.begin("parts");
    append_array(out, mix.parts, append_mix_part);
    object.number("replicas", mix.replicas);
    object.number("price_hour", mix.price_hour);
    object.number("spot_share", mix.spot_share);
    object.number("risk_hour", mix.risk_hour);
    object.close();
}

void append_pause(std::string& out, const Pause& pause) {
    ObjectWriter object(out);
    object.text("direction", to_string(pause.direction));
    object.time("until", pause.until);
    object.text("by", pause.by);
    object.text("why", pause.why);
    object.close();
}

void append_callers(std::string& out, const CallersDemand& callers) {
    ObjectWriter object(out);
    object.number("demand", callers.demand);
    object.flag("is_whole", callers.is_whole);
    object.text("detail", callers.detail);
    object.close();
}

void append_fleet(std::string& out, const FleetAllowance& fleet) {
    ObjectWriter object(out);
    object.count("removable", fleet.removable.value());
    object.count("removed", fleet.removed.value());
    object.count("fleet", fleet.fleet.value());
    object.number("share", fleet.share);
    object.seconds("window_s", fleet.window);
    object.close();
}

void append_spending_span(std::string& out, const SpendingSpan& span) {
    ObjectWriter object(out);
    object.time("begins", span.begins);
    object.time("ends", span.ends);
    object.number("spent", span.spent);
    object.number("expected", span.expected);
    object.number("limit", span.limit);
    if (span.exhausted_at) object.time("exhausted_at", *span.exhausted_at);
    object.close();
}

void append_spending(std::string& out, const Spending& spending) {
    ObjectWriter object(out);
    object.text("currency", spending.currency);
    object.begin("day");
    append_spending_span(out, spending.day);
    object.begin("month");
    append_spending_span(out, spending.month);
    object.close();
}

void append_asked(std::string& out, const AskedSize& asked) {
    ObjectWriter object(out);
    object.time("at", asked.at);
    object.count("replicas", asked.replicas.value());
    object.close();
}

void append_signal(std::string& out, const SignalDemand& signal) {
    ObjectWriter object(out);
    object.text("name", signal.name);
    object.begin("newest");
    append_point(out, signal.newest);
    object.seconds("newest_age_s", signal.newest_age);
    object.seconds("stale_after_s", signal.stale_after);
    object.number("confidence", signal.confidence);
    object.flag("forecasts_harm", signal.forecasts_harm);
    object.number("capacity_per_replica", signal.capacity_per_replica.value());
    object.begin("lead_demand");
    append_lead_demand(out, signal.lead_demand);
    object.begin("path");
    append_array(out, signal.path, append_median);
    object.begin("scenarios");
    append_scenarios(out, signal.scenarios);
    object.close();
}

void append_evidence(std::string& out, const CapacityEvidence& evidence) {
    ObjectWriter object(out);
    object.text("from", to_string(evidence.from));
    object.flag("learned", evidence.learned);
    object.number("stated", evidence.stated);
    object.number("estimate", evidence.estimate);
    object.number("error", evidence.error);
    object.text("detail", evidence.detail);
    object.close();
}

/// What most decisions do not have is left out of their records.
void append_constraints(std::string& out, ObjectWriter& inputs, const DecisionInputs& from) {
    if (!from.pauses.empty()) {
        inputs.begin("pauses");
        append_array(out, from.pauses, append_pause);
    }
    if (from.callers) {
        inputs.begin("callers");
        append_callers(out, *from.callers);
    }
    if (from.fleet) {
        inputs.begin("fleet");
        append_fleet(out, *from.fleet);
    }
    if (from.spending) {
        inputs.begin("spending");
        append_spending(out, *from.spending);
    }
    if (from.asked) {
        inputs.begin("asked");
        append_asked(out, *from.asked);
    }
    if (!from.signals.empty()) {
        inputs.begin("signals");
        append_array(out, from.signals, append_signal);
    }
    if (from.capacity_evidence) {
        inputs.begin("capacity_evidence");
        append_evidence(out, *from.capacity_evidence);
    }
}

void append_inputs(std::string& out, const DecisionInputs& inputs) {
    ObjectWriter object(out);
    object.begin("capacity");
    append_capacity(out, inputs.capacity);
    object.begin("newest");
    append_point(out, inputs.newest);
    object.seconds("newest_age_s", inputs.newest_age);
    object.seconds("lead_time_s", inputs.lead_time);
    object.number("confidence", inputs.confidence);
    object.number("capacity_per_replica", inputs.capacity_per_replica.value());
    object.begin("lead_demand");
    append_lead_demand(out, inputs.lead_demand);
    if (inputs.lead_demand_age > Duration(0))
        object.seconds("lead_demand_age_s", inputs.lead_demand_age);
    object.begin("path");
    append_array(out, inputs.path, append_median);
    object.begin("scenarios");
    append_scenarios(out, inputs.scenarios);
    object.begin("members");
    append_array(out, inputs.members, append_member);
    object.begin("approval");
    append_approval(out, inputs.approval);
    object.flag("forecasts_harm", inputs.forecasts_harm);
    append_constraints(out, object, inputs);
    object.close();
}

void append_size_cost(std::string& out, const SizeCost& cost) {
    ObjectWriter object(out);
    object.count("replicas", cost.replicas.value());
    object.number("capacity", cost.capacity);
    object.number("change", cost.change);
    object.known("unserved", cost.unserved);
    object.known("shortfall", cost.shortfall);
    object.known("total", cost.total());
    object.close();
}

void append_costs(std::string& out, const DecisionCosts& costs) {
    ObjectWriter object(out);
    object.text("currency", costs.prices.currency);
    object.number("replica_hour", costs.prices.replica_hour);
    object.number("change_replica_hours", costs.prices.change_replica_hours);
    object.number("unserved_unit", costs.unserved_unit);
    object.flag("is_unserved_implied", costs.is_unserved_implied);
    object.seconds("span_s", costs.span);
    object.begin("chosen");
    append_size_cost(out, costs.chosen);
    object.begin("one_more");
    append_size_cost(out, costs.one_more);
    if (costs.one_fewer) {
        object.begin("one_fewer");
        append_size_cost(out, *costs.one_fewer);
    }
    if (costs.reactive_alone) {
        object.begin("reactive_alone");
        append_size_cost(out, *costs.reactive_alone);
    }
    object.close();
}

/// One object being read. The first field that is missing or of a wrong kind is kept in `problem`,
/// shared by all objects of one document; reading goes on with zeros, and the caller looks at it
/// once in the end.
class ObjectReader {
public:
    ObjectReader(const json::value* value, std::string& problem)
        : object_(value != nullptr ? value->if_object() : nullptr), problem_(problem) {}

    [[nodiscard]] const json::value* find(std::string_view key) {
        const json::value* value = object_ != nullptr ? object_->if_contains(key) : nullptr;
        if (value == nullptr) complain(key, "is missing");
        return value;
    }
    [[nodiscard]] ObjectReader object(std::string_view key) {
        const json::value* value = find(key);
        if (value != nullptr && !value->is_object()) complain(key, "is no object");
        return {value, problem_};
    }
    /// For fields that records of earlier versions lack.
    [[nodiscard]] bool has(std::string_view key) const {
        return object_ != nullptr && object_->contains(key);
    }
    [[nodiscard]] std::string text(std::string_view key) {
        const json::value* value = find(key);
        if (value == nullptr) return {};
        if (const auto* text = value->if_string()) return {text->data(), text->size()};
        complain(key, "is no text");
        return {};
    }
    [[nodiscard]] double number(std::string_view key) {
        const json::value* value = find(key);
        if (value == nullptr) return 0.0;
        if (const auto* real = value->if_double()) return *real;
        if (const auto* whole = value->if_int64()) return static_cast<double>(*whole);
        if (const auto* large = value->if_uint64()) return static_cast<double>(*large);
        return special_number(key, *value);
    }
    /// null: not known.
    [[nodiscard]] std::optional<double> known(std::string_view key) {
        const json::value* value = find(key);
        if (value == nullptr || value->is_null()) return std::nullopt;
        return number(key);
    }
    [[nodiscard]] int count(std::string_view key) {
        const json::value* value = find(key);
        if (value == nullptr) return 0;
        const auto* whole = value->if_int64();
        constexpr std::int64_t limit = std::numeric_limits<int>::max();
        if (whole != nullptr && *whole >= -limit - 1 && *whole <= limit)
            return static_cast<int>(*whole);
        complain(key, "is no whole number in range");
        return 0;
    }
    [[nodiscard]] bool flag(std::string_view key) {
        const json::value* value = find(key);
        if (value == nullptr) return false;
        if (const auto* flag = value->if_bool()) return *flag;
        complain(key, "is neither true nor false");
        return false;
    }
    [[nodiscard]] Timestamp time(std::string_view key) {
        const auto parsed = parse_timestamp(text(key));
        if (parsed) return *parsed;
        complain(key, "is no time");
        return {};
    }
    [[nodiscard]] Duration seconds(std::string_view key) {
        const double value = number(key);
        if (std::abs(value) < 4.5e12) return Duration(std::llround(value * 1000.0));
        complain(key, "is no number of seconds in range");
        return Duration(0);
    }
    template <class Item>
    [[nodiscard]] std::vector<Item> array(std::string_view key, Item (*read)(ObjectReader item)) {
        std::vector<Item> items;
        const json::value* value = find(key);
        if (value == nullptr) return items;
        const auto* array = value->if_array();
        if (array == nullptr) {
            complain(key, "is no list");
            return items;
        }
        items.reserve(array->size());
        for (const json::value& item : *array) items.push_back(read({&item, problem_}));
        return items;
    }
    void complain(std::string_view key, std::string_view what) {
        if (problem_.empty()) problem_ = fmt::format("'{}' {}", key, what);
    }

private:
    double special_number(std::string_view key, const json::value& value) {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
        const auto* text = value.if_string();
        if (text != nullptr && *text == "Infinity") return infinity;
        if (text != nullptr && *text == "-Infinity") return -infinity;
        complain(key, "is no number");
        return 0.0;
    }

    const json::object* object_;
    std::string& problem_;
};

Capacity read_capacity(ObjectReader object) {
    return {.ready = Replicas(object.count("ready")),
            .pending = Replicas(object.count("pending")),
            .seen_at = object.time("seen_at")};
}

SampleState read_sample_state(ObjectReader& object, std::string_view key) {
    const std::string text = object.text(key);
    for (const SampleState state : all_sample_states)
        if (to_string(state) == text) return state;
    object.complain(key, "is no state of a sample");
    return SampleState::missing;
}

Point read_point(ObjectReader object) {
    return {.at = object.time("at"),
            .value = object.number("value"),
            .state = read_sample_state(object, "state")};
}

Quantiles read_quantiles(ObjectReader object) {
    Quantiles quantiles{};
    for (std::size_t i = 0; i < quantiles.size(); ++i) quantiles[i] = object.number(level_names[i]);
    return quantiles;
}

std::optional<LeadDemand> read_lead_demand(ObjectReader& inputs) {
    const json::value* value = inputs.find("lead_demand");
    if (value == nullptr || value->is_null()) return std::nullopt;
    ObjectReader object = inputs.object("lead_demand");
    return LeadDemand{.from = object.time("from"),
                      .lead = object.seconds("lead_s"),
                      .quantiles = read_quantiles(object.object("quantiles")),
                      .level_max = object.number("level_max")};
}

PathMedian read_median(ObjectReader object) {
    return {.target = object.time("target"), .demand = object.number("demand")};
}

PathScenarios read_scenarios(ObjectReader& inputs) {
    PathScenarios scenarios;
    const json::value* value = inputs.find("scenarios");
    if (value == nullptr || !value->is_array()) return scenarios;
    for (const json::value& scenario : value->get_array()) {
        ++scenarios.count;
        if (!scenario.is_array()) continue;
        for (const json::value& percent : scenario.get_array()) {
            const std::int64_t* whole = percent.if_int64();
            if (whole == nullptr || *whole < 0 || *whole > percent_max)
                inputs.complain("scenarios", "has what is no percent");
            else
                scenarios.percent.push_back(static_cast<std::uint16_t>(*whole));
        }
    }
    return scenarios;
}

MemberView read_member(ObjectReader object) {
    return {.name = object.text("name"),
            .weight = object.number("weight"),
            .asleep = object.flag("asleep"),
            .asleep_because = object.text("asleep_because")};
}

RuleStep read_step(ObjectReader object) {
    return {.rule = object.text("rule"),
            .before = Replicas(object.count("before")),
            .after = Replicas(object.count("after")),
            .detail = object.text("detail")};
}

std::optional<Approval> read_approval(ObjectReader& inputs) {
    const json::value* value = inputs.has("approval") ? inputs.find("approval") : nullptr;
    if (value == nullptr || value->is_null()) return std::nullopt;
    ObjectReader object = inputs.object("approval");
    return Approval{.proposal = object.text("proposal"),
                    .up = object.flag("up"),
                    .to = Replicas(object.count("to")),
                    .by = object.text("by"),
                    .at = object.time("at")};
}

Mode read_mode(ObjectReader& object) {
    if (!object.has("mode")) return Mode::automatic;
    const auto mode = parse_mode(object.text("mode"));
    if (mode) return *mode;
    object.complain("mode", "is no mode");
    return Mode::observe;
}

MixPart read_mix_part(ObjectReader object) {
    return {.type = object.text("type"),
            .count = object.count("count"),
            .weight = object.number("weight"),
            .price_hour = object.number("price_hour"),
            .spot = object.flag("spot")};
}

InstanceMix read_mix(ObjectReader object) {
    return {.parts = object.array("parts", read_mix_part),
            .replicas = object.number("replicas"),
            .price_hour = object.number("price_hour"),
            .spot_share = object.number("spot_share"),
            .risk_hour = object.number("risk_hour")};
}

Pause read_pause(ObjectReader object) {
    Pause pause{.direction = Direction::both,
                .until = object.time("until"),
                .by = object.text("by"),
                .why = object.text("why")};
    const auto direction = parse_direction(object.text("direction"));
    if (!direction) object.complain("direction", "is no direction");
    pause.direction = direction.value_or(Direction::both);
    return pause;
}

CallersDemand read_callers(ObjectReader object) {
    return {.demand = object.number("demand"),
            .is_whole = object.flag("is_whole"),
            .detail = object.text("detail")};
}

FleetAllowance read_fleet(ObjectReader object) {
    return {.removable = Replicas(object.count("removable")),
            .removed = Replicas(object.count("removed")),
            .fleet = Replicas(object.count("fleet")),
            .share = object.number("share"),
            .window = object.seconds("window_s")};
}

SpendingSpan read_spending_span(ObjectReader object) {
    SpendingSpan span{.begins = object.time("begins"),
                      .ends = object.time("ends"),
                      .spent = object.number("spent"),
                      .expected = object.number("expected"),
                      .limit = object.number("limit")};
    if (object.has("exhausted_at")) span.exhausted_at = object.time("exhausted_at");
    return span;
}

Spending read_spending(ObjectReader object) {
    return {.currency = object.text("currency"),
            .day = read_spending_span(object.object("day")),
            .month = read_spending_span(object.object("month"))};
}

AskedSize read_asked(ObjectReader object) {
    return {.at = object.time("at"), .replicas = Replicas(object.count("replicas"))};
}

SignalDemand read_signal(ObjectReader object) {
    return {.name = object.text("name"),
            .newest = read_point(object.object("newest")),
            .newest_age = object.seconds("newest_age_s"),
            .stale_after = object.seconds("stale_after_s"),
            .lead_demand = read_lead_demand(object),
            .path = object.array("path", read_median),
            .scenarios = read_scenarios(object),
            .confidence = object.number("confidence"),
            .forecasts_harm = object.flag("forecasts_harm"),
            .capacity_per_replica = Demand(object.number("capacity_per_replica"))};
}

CapacitySource read_source(ObjectReader& object) {
    const std::string text = object.text("from");
    for (const CapacitySource source :
         {CapacitySource::stated, CapacitySource::utilization, CapacitySource::latency})
        if (to_string(source) == text) return source;
    object.complain("from", "is no source of a capacity");
    return CapacitySource::stated;
}

CapacityEvidence read_evidence(ObjectReader object) {
    return {.from = read_source(object),
            .learned = object.flag("learned"),
            .stated = object.number("stated"),
            .estimate = object.number("estimate"),
            .error = object.number("error"),
            .detail = object.text("detail")};
}

void read_constraints(ObjectReader& object, DecisionInputs& inputs) {
    if (object.has("pauses")) inputs.pauses = object.array("pauses", read_pause);
    if (object.has("callers")) inputs.callers = read_callers(object.object("callers"));
    if (object.has("fleet")) inputs.fleet = read_fleet(object.object("fleet"));
    if (object.has("spending")) inputs.spending = read_spending(object.object("spending"));
    if (object.has("asked")) inputs.asked = read_asked(object.object("asked"));
    if (object.has("signals")) inputs.signals = object.array("signals", read_signal);
    if (object.has("capacity_evidence"))
        inputs.capacity_evidence = read_evidence(object.object("capacity_evidence"));
}

DecisionInputs read_inputs(ObjectReader object) {
    DecisionInputs inputs;
    inputs.capacity = read_capacity(object.object("capacity"));
    inputs.newest = read_point(object.object("newest"));
    inputs.newest_age = object.seconds("newest_age_s");
    inputs.lead_demand = read_lead_demand(object);
    if (object.has("lead_demand_age_s"))
        inputs.lead_demand_age = object.seconds("lead_demand_age_s");
    if (object.has("path")) inputs.path = object.array("path", read_median);
    if (object.has("scenarios")) inputs.scenarios = read_scenarios(object);
    inputs.lead_time = object.seconds("lead_time_s");
    inputs.confidence = object.number("confidence");
    inputs.members = object.array("members", read_member);
    inputs.capacity_per_replica = Demand(object.number("capacity_per_replica"));
    inputs.approval = read_approval(object);
    inputs.forecasts_harm = object.has("forecasts_harm") && object.flag("forecasts_harm");
    read_constraints(object, inputs);
    return inputs;
}

SizeCost read_size_cost(ObjectReader object) {
    return {.replicas = Replicas(object.count("replicas")),
            .capacity = object.number("capacity"),
            .change = object.number("change"),
            .unserved = object.known("unserved"),
            .shortfall = object.known("shortfall")};
}

DecisionCosts read_costs(ObjectReader object) {
    DecisionCosts costs{.prices = {.currency = object.text("currency"),
                                   .replica_hour = object.number("replica_hour")},
                        .unserved_unit = object.number("unserved_unit"),
                        .is_unserved_implied = object.flag("is_unserved_implied"),
                        .span = object.seconds("span_s"),
                        .chosen = read_size_cost(object.object("chosen")),
                        .one_more = read_size_cost(object.object("one_more"))};
    costs.prices.unserved_unit = costs.is_unserved_implied ? 0.0 : costs.unserved_unit;
    costs.prices.change_replica_hours = object.number("change_replica_hours");
    if (object.has("one_fewer")) costs.one_fewer = read_size_cost(object.object("one_fewer"));
    if (object.has("reactive_alone"))
        costs.reactive_alone = read_size_cost(object.object("reactive_alone"));
    return costs;
}

Reason read_reason(ObjectReader& object) {
    const auto reason = parse_reason(object.text("reason"));
    if (reason) return *reason;
    object.complain("reason", "is no reason of a decision");
    return Reason::steady;
}

Decision read_decision(ObjectReader object) {
    Decision decision{.id = object.text("id"),
                      .service = ServiceId(object.text("service")),
                      .at = object.time("at"),
                      .inputs = read_inputs(object.object("inputs")),
                      .quantile = object.number("quantile"),
                      .demand_planned = object.number("demand_planned"),
                      .signal = object.has("signal") ? object.text("signal") : std::string(),
                      .steps = object.array("steps", read_step),
                      .desired = Replicas(object.count("desired")),
                      .reason = read_reason(object),
                      .sentence = object.text("sentence"),
                      .why_not_fewer = object.text("why_not_fewer"),
                      .mix = std::nullopt};
    decision.inputs.mode = read_mode(object);
    if (object.has("acts")) decision.acts = object.flag("acts");
    if (object.has("mix")) decision.mix = read_mix(object.object("mix"));
    if (object.has("costs")) decision.costs = read_costs(object.object("costs"));
    return decision;
}

}  // namespace

std::string decision_to_json(const Decision& decision) {
    std::string out;
    out.reserve(4096);
    ObjectWriter object(out);
    object.text("id", decision.id);
    object.text("service", decision.service.str());
    object.time("at", decision.at);
    object.count("desired", decision.desired.value());
    object.count("current", decision.inputs.capacity.total().value());
    object.flag("changes", decision.changes());
    object.text("mode", to_string(decision.inputs.mode));
    object.flag("acts", decision.acts);
    object.text("reason", to_string(decision.reason));
    object.text("sentence", decision.sentence);
    object.text("why_not_fewer", decision.why_not_fewer);
    object.number("quantile", decision.quantile);
    object.number("demand_planned", decision.demand_planned);
    if (decision.mix) {
        object.begin("mix");
        append_mix(out, *decision.mix);
    }
    if (!decision.signal.empty()) object.text("signal", decision.signal);
    object.begin("inputs");
    append_inputs(out, decision.inputs);
    object.begin("steps");
    append_array(out, decision.steps, append_step);
    if (decision.costs) {
        object.begin("costs");
        append_costs(out, *decision.costs);
    }
    object.close();
    return out;
}

Result<Decision> decision_from_json(std::string_view text) {
    std::array<unsigned char, 16'384> first_block;
    json::monotonic_resource memory(first_block.data(), first_block.size());
    TRY(const json::value document, parse_exact_json(text, &memory));
    std::string problem;
    if (!document.is_object()) return fail(Errc::invalid_argument, "a decision is a JSON object");
    Decision decision = read_decision({&document, problem});
    if (!problem.empty()) return fail(Errc::invalid_argument, "decision record: {}", problem);
    return decision;
}

}  // namespace forescale
