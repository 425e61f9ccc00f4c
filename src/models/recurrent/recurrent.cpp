#include "models/recurrent/recurrent.h"

#include "base/time.h"
#include "models/recurrent/inputs.h"
#include "models/recurrent/layer.h"
#include "models/recurrent/own_head.h"
#include "models/trained.h"

#include <algorithm>

namespace forescale::recurrent {

namespace {
constexpr double change_max = 7.0;  ///< log levels: a factor of 1000 within the hour

/// What is carried from step to step.
struct State {
    std::uint64_t lineage = 0;  ///< of the network that made it
    std::vector<float> hidden;
    std::vector<float> cell;  ///< LSTM alone

    void reset(const Network& of) {
        lineage = of.lineage;
        hidden.assign(of.hidden, 0.0F);
        cell.assign(of.cell == Cell::lstm ? of.hidden : 0, 0.0F);
    }
    [[nodiscard]] bool belongs_to(const Network& of) const {
        return lineage == of.lineage && hidden.size() == of.hidden &&
               cell.size() == (of.cell == Cell::lstm ? of.hidden : 0);
    }
    template <class Archive>
    void fields(Archive& archive) {
        archive(lineage, hidden, cell);
    }
};

class Recurrent final : public Model {
public:
    Recurrent(Cell cell, const ModelSettings& settings)
        : cell_(cell),
          step_(settings.step),
          phase_(settings.seed + static_cast<std::uint64_t>(cell) * 3) {}

    Answer step(const Moment& moment) override {
        const Network* const network = moment.trained.networks.find(cell_, step_);
        if (network == nullptr)
            return asleep(
                fmt::format("no trained network for steps of {}", format_duration(step_)));
        follow(*network, moment);
        const std::string why = see_and_advance(*network, moment);
        if (why.empty()) return answer(*network, moment);
        own_.see_nothing();
        return asleep(why);
    }
    void save(ArchiveWriter& archive) override { archive(state_, own_); }
    void load(ArchiveReader& archive) override { archive(state_, own_); }

private:
    /// State and own heads go on, unless they speak of another network, scale or time.
    void follow(const Network& network, const Moment& moment) {
        if (moment.rescaled || !own_.belong_to(network)) own_.restart(network, phase_);
        own_.observe(network,
                     log_level(moment.context.demand.values().back(), moment.context.scale));
        const bool is_gap = std::isnan(moment.level_now);
        if (is_gap || moment.rescaled || !state_.belongs_to(network)) state_.reset(network);
    }
    /// Why not; empty when outputs_ are those of now.
    std::string see_and_advance(const Network& network, const Moment& moment) {
        if (std::isnan(moment.level_now)) return "no sample within 30 min";
        unit_ = variability(moment.memory, step_);
        if (std::isnan(unit_)) return "needs 1 h of history";
        inputs_.resize(network.layout().inputs);
        if (!see({.context = moment.context, .anchors = moment.anchors, .memory = moment.memory},
                 network.looks, unit_, inputs_))
            return "the network looks at other horizons than this grid has";
        advance_state(network);
        return {};
    }
    void advance_state(const Network& network) {
        const Layout layout = network.layout();
        const Path path = best_path();
        const Weights<float> weights{.layout = layout, .all = network.weights.data()};
        gates_.resize(layout.gates());
        from_state_.resize(layout.gates());
        outputs_.resize(layout.outputs);
        project_inputs(weights, 1, inputs_.data(), gates_.data(), path);
        before_ = state_.hidden;
        cell_before_ = state_.cell;
        advance(weights,
                StepOf<float>{.rows = 1,
                              .before = before_.data(),
                              .cell_before = cell_before_.data(),
                              .gates = gates_.data(),
                              .own = from_state_.data(),
                              .after = state_.hidden.data(),
                              .cell_after = state_.cell.data()},
                path);
        say(weights, 1, state_.hidden.data(), inputs_.data(), outputs_.data(), path);
    }
    [[nodiscard]] Answer answer(const Network& network, const Moment& moment) {
        constexpr std::size_t heads = head_quantiles.size();
        std::vector<float> medians;
        for (std::size_t h = 0; h < network.horizons.size(); ++h) {
            const std::span<float> quantiles = std::span(outputs_).subspan(h * heads, heads);
            std::ranges::sort(quantiles);  // heads may cross
            medians.push_back(quantiles[head_median]);
        }
        own_.see({.level = moment.level_now,
                  .unit = unit_,
                  .state = state_.hidden,
                  .inputs = inputs_,
                  .medians = medians});
        Answer answer{.medians = std::vector<double>(moment.anchors.size(), Series::missing),
                      .spreads = std::vector<double>(moment.anchors.size(), Series::missing)};
        bool knows_any = false;
        for (std::size_t h = 0; h < network.horizons.size(); ++h) {
            const auto found = std::ranges::find(moment.anchors, network.horizons[h]);
            if (found == moment.anchors.end()) continue;
            const auto at = static_cast<std::size_t>(found - moment.anchors.begin());
            const double said = static_cast<double>(medians[h]) + own_.correction(network, h);
            const double change = std::clamp(unit_ * said, -change_max, change_max);
            answer.medians[at] = from_log_level(moment.level_now + change, moment.context.scale);
            answer.spreads[at] =
                0.5 * unit_ *
                static_cast<double>(outputs_[h * heads + heads - 1] - outputs_[h * heads]);
            knows_any = true;
        }
        if (!knows_any) return asleep("the network has no head for the horizons of this grid");
        return answer;
    }

    Cell cell_;
    Duration step_;
    std::uint64_t phase_;
    State state_;
    OwnHeads own_;
    double unit_ = 0.0;
    std::vector<float> inputs_, gates_, from_state_, outputs_, before_, cell_before_;  ///< scratch
};
}  // namespace

std::unique_ptr<Model> make_gru(const ModelSettings& settings) {
    return std::make_unique<Recurrent>(Cell::gru, settings);
}
std::unique_ptr<Model> make_lstm(const ModelSettings& settings) {
    return std::make_unique<Recurrent>(Cell::lstm, settings);
}

}  // namespace forescale::recurrent
