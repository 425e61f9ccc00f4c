#include "models/recurrent/recurrent.h"

#include "base/time.h"
#include "models/recurrent/inputs.h"
#include "models/recurrent/layer.h"
#include "models/trained.h"

#include <algorithm>

namespace forescale::recurrent {

namespace {
constexpr double change_max = 7.0;  ///< log levels: a factor of 1000 within the hour

/// What is carried from step to step.
struct State {
    std::uint64_t network = 0;  ///< id of the network that made it
    std::vector<float> hidden;
    std::vector<float> cell;  ///< LSTM alone

    void reset(const Network& of) {
        network = of.id;
        hidden.assign(of.hidden, 0.0F);
        cell.assign(of.cell == Cell::lstm ? of.hidden : 0, 0.0F);
    }
    [[nodiscard]] bool belongs_to(const Network& of) const {
        return network == of.id && hidden.size() == of.hidden &&
               cell.size() == (of.cell == Cell::lstm ? of.hidden : 0);
    }
    template <class Archive>
    void fields(Archive& archive) {
        archive(network, hidden, cell);
    }
};

class Recurrent final : public Model {
public:
    Recurrent(Cell cell, Duration step) : cell_(cell), step_(step) {}

    Answer step(const Moment& moment) override {
        const Network* const network = moment.trained.networks.find(cell_, step_);
        if (network == nullptr)
            return asleep(
                fmt::format("no trained network for steps of {}", format_duration(step_)));
        const bool is_gap = std::isnan(moment.level_now);
        if (is_gap || moment.rescaled || !state_.belongs_to(*network)) state_.reset(*network);
        if (is_gap) return asleep("no sample within 30 min");
        const double unit = variability(moment.memory, step_);
        if (std::isnan(unit)) return asleep("needs 1 h of history");
        inputs_.resize(network->layout().inputs);
        if (!see({.context = moment.context, .anchors = moment.anchors, .memory = moment.memory},
                 network->looks, unit, inputs_))
            return asleep("the network looks at other horizons than this grid has");
        advance_state(*network);
        return answer(*network, moment, unit);
    }
    void save(ArchiveWriter& archive) override { archive(state_); }
    void load(ArchiveReader& archive) override { archive(state_); }

private:
    void advance_state(const Network& network) {
        const Layout layout = network.layout();
        const Path path = best_path();
        const Weights<float> weights{.layout = layout, .all = network.weights.data()};
        gates_.resize(layout.gates());
        own_.resize(layout.gates());
        outputs_.resize(layout.outputs);
        project_inputs(weights, 1, inputs_.data(), gates_.data(), path);
        before_ = state_.hidden;
        cell_before_ = state_.cell;
        advance(weights,
                StepOf<float>{.rows = 1,
                              .before = before_.data(),
                              .cell_before = cell_before_.data(),
                              .gates = gates_.data(),
                              .own = own_.data(),
                              .after = state_.hidden.data(),
                              .cell_after = state_.cell.data()},
                path);
        say(weights, 1, state_.hidden.data(), inputs_.data(), outputs_.data(), path);
    }
    [[nodiscard]] Answer answer(const Network& network, const Moment& moment, double unit) {
        Answer answer{.medians = std::vector<double>(moment.anchors.size(), Series::missing),
                      .spreads = std::vector<double>(moment.anchors.size(), Series::missing),
                      .asleep_because = {}};
        constexpr std::size_t heads = head_quantiles.size();
        bool knows_any = false;
        for (std::size_t h = 0; h < network.horizons.size(); ++h) {
            const auto found = std::ranges::find(moment.anchors, network.horizons[h]);
            if (found == moment.anchors.end()) continue;
            const std::span<float> quantiles = std::span(outputs_).subspan(h * heads, heads);
            std::ranges::sort(quantiles);  // heads may cross
            const auto at = static_cast<std::size_t>(found - moment.anchors.begin());
            const double change = std::clamp(unit * static_cast<double>(quantiles[head_median]),
                                             -change_max, change_max);
            answer.medians[at] = from_log_level(moment.level_now + change, moment.context.scale);
            answer.spreads[at] =
                0.5 * unit * static_cast<double>(quantiles.back() - quantiles.front());
            knows_any = true;
        }
        if (!knows_any) return asleep("the network has no head for the horizons of this grid");
        return answer;
    }

    Cell cell_;
    Duration step_;
    State state_;
    std::vector<float> inputs_, gates_, own_, outputs_, before_, cell_before_;  ///< scratch
};
}  // namespace

std::unique_ptr<Model> make_gru(const ModelSettings& settings) {
    return std::make_unique<Recurrent>(Cell::gru, settings.step);
}
std::unique_ptr<Model> make_lstm(const ModelSettings& settings) {
    return std::make_unique<Recurrent>(Cell::lstm, settings.step);
}

}  // namespace forescale::recurrent
