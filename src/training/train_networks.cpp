#include "training/train_networks.h"

#include "models/recurrent/inputs.h"
#include "training/augment.h"
#include "training/network_trainer.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

namespace forescale {

using recurrent::Cell;
using recurrent::Network;

namespace {
constexpr double train_share = 0.85;
constexpr std::size_t rows_min = 500;     ///< below this there is nothing to learn from
constexpr std::size_t stretch_min = 576;  ///< rows; two days of 5 min steps
constexpr int passes_per_draw = 3;        ///< looking costs more than learning: rows serve thrice

/// Series of one grid step.
using Group = std::vector<const TrainingSeries*>;

std::size_t played(const TrainingSeries& series) {
    const auto most = static_cast<std::size_t>(day * 60 / series.demand.step());
    return std::min(series.demand.size(), most);
}
std::size_t train_steps(const TrainingSeries& series) {
    return static_cast<std::size_t>(train_share * static_cast<double>(played(series)));
}
/// The steps that may be learned from, as a series of their own: no target lies behind them.
TrainingSeries train_part(const TrainingSeries& series) {
    TrainingSeries part = series;
    const std::size_t cut = played(series) - train_steps(series);
    const auto values = series.demand.values();
    const auto kept = values.first(values.size() - cut);
    part.demand = Series(series.demand.step(), std::max<std::size_t>(1, kept.size()));
    Timestamp at = series.demand.oldest();
    for (const double value : kept) {
        part.demand.append(at, value);
        at += series.demand.step();
    }
    if (!part.fine.empty() && part.fine_step > Duration(0)) {
        const auto fine_cut = cut * static_cast<std::size_t>(part.demand.step() / part.fine_step);
        part.fine.resize(part.fine.size() - std::min(part.fine.size(), fine_cut));
    }
    return part;
}

/// Rows of all series for the next passes: a stretch of each, of itself and of altered copies, at
/// most rows_max together. With more series than that has room for, some of them.
class Draw {
public:
    Draw(const Group& group, const NetworkView& view, const NetworkSettings& settings)
        : group_(group), view_(view), settings_(settings) {}

    NetworkRows operator()(Rng& rng) const {
        const std::size_t versions = 1 + static_cast<std::size_t>(std::max(0, settings_.copies));
        const std::size_t budget = settings_.rows_max / (group_.size() * versions);
        const double chance = static_cast<double>(budget) / static_cast<double>(stretch_min);
        std::vector<Job> jobs;
        for (const TrainingSeries* series : group_)
            for (std::size_t version = 0; version < versions; ++version) {
                const Rng own(rng.next());
                if (rng.uniform() < chance)
                    jobs.push_back({.series = series, .is_altered = version > 0, .rng = own});
            }
        std::vector<NetworkRows> of_jobs(jobs.size());
        settings_.parallel(jobs.size(), [&](std::size_t j) {
            of_jobs[j] = rows_of(jobs[j], std::max(budget, stretch_min));
        });
        NetworkRows rows;
        rows.reserve_like(of_jobs);
        for (NetworkRows& of_job : of_jobs) {
            rows.append(of_job);
            of_job = {};
        }
        return rows;
    }

private:
    struct Job {
        const TrainingSeries* series;
        bool is_altered;
        Rng rng;
    };
    NetworkRows rows_of(Job job, std::size_t budget) const {
        const TrainingSeries part = train_part(*job.series);
        const std::size_t steps = train_steps(*job.series);
        const std::size_t length = std::min(steps, budget);
        const std::size_t from = job.rng.below(steps - length + 1);
        return network_rows(job.is_altered ? altered(part, job.rng) : part, view_, from,
                            from + length);
    }

    const Group& group_;
    const NetworkView& view_;
    const NetworkSettings& settings_;
};

/// The last part of every series, at most a sixth of rows_max together; one item per series.
std::vector<NetworkRows> kept_rows(const Group& group, const NetworkView& view,
                                   const NetworkSettings& settings) {
    const std::size_t most = std::max(stretch_min, settings.rows_max / 6 / group.size());
    const std::size_t every = std::max<std::size_t>(
        1, group.size() * stretch_min / std::max<std::size_t>(1, settings.rows_max / 6));
    std::vector<NetworkRows> rows((group.size() + every - 1) / every);
    settings.parallel(rows.size(), [&](std::size_t i) {
        const TrainingSeries& series = *group[i * every];
        const std::size_t until = played(series);
        const std::size_t from = std::max(train_steps(series), until - std::min(until, most));
        rows[i] = network_rows(series, view, from, until);
    });
    std::erase_if(rows, [](const NetworkRows& of) { return of.size() == 0; });
    return rows;
}

/// Mean over series: a long one counts no more than a short one.
double loss_of(const NetworkTrainer& trainer, const std::vector<NetworkRows>& kept,
               const NetworkSettings& settings) {
    std::vector<double> losses(kept.size());
    settings.parallel(kept.size(), [&](std::size_t i) { losses[i] = trainer.loss(kept[i]); });
    double sum = 0.0;
    for (const double loss : losses) sum += loss;
    return sum / static_cast<double>(losses.size());
}

/// Training of one cell: weights as they move, and the best so far.
struct Run {
    Network network;
    NetworkTrainer trainer;
    NetworkScore score;
    Rng rng;

    void keep_if_better(int epoch, double loss) {
        if (!(loss < score.loss_after)) return;
        score.loss_after = loss;
        score.epoch_best = epoch;
        network.weights = trainer.weights();
    }
};

/// Rises over the first tenth, then falls to 0 along a cosine.
double rate_at(double share, double highest) {
    constexpr double rise = 0.1;
    if (share < rise) return highest * share / rise;
    return 0.5 * highest * (1.0 + std::cos(std::numbers::pi * (share - rise) / (1.0 - rise)));
}

Network first_network(Cell cell, const NetworkView& view, const NetworkSettings& settings,
                      Rng& rng) {
    if (settings.start != nullptr)
        if (const Network* const start = settings.start->find(cell, view.step);
            start != nullptr && start->is_sound() && start->horizons == view.horizons &&
            start->looks == view.looks)
            return *start;
    Network network{.cell = cell,
                    .step = view.step,
                    .horizons = view.horizons,
                    .looks = view.looks,
                    .inputs_id = recurrent::id_of_inputs(),
                    .hidden = settings.hidden,
                    .weights = {},
                    .lineage = 0,
                    .id = 0};
    network.weights = first_weights(network.layout(), rng);
    return network;
}

std::vector<Run> first_runs(const NetworkView& view, const std::vector<NetworkRows>& kept,
                            const NetworkSettings& settings) {
    std::vector<Run> runs;
    for (const Cell cell : settings.cells) {
        Rng rng(settings.seed + 1000 * (static_cast<std::uint64_t>(cell) + 1));
        const Network network = first_network(cell, view, settings, rng);
        Run run{.network = network,
                .trainer = NetworkTrainer(network.layout(), network.weights),
                .score = {.cell = cell, .step = view.step, .series = kept.size()},
                .rng = rng};
        run.score.loss_before = run.score.loss_after = loss_of(run.trainer, kept, settings);
        NetworkTrainer as_now(network.layout(), std::vector<float>(network.weights.size(), 0.0F));
        run.score.loss_of_last = loss_of(as_now, kept, settings);
        runs.push_back(std::move(run));
    }
    return runs;
}

void learn(const Group& group, const NetworkView& view, const NetworkSettings& settings,
           TrainedNetworks& trained) {
    const std::vector<NetworkRows> kept = kept_rows(group, view, settings);
    if (kept.empty()) return;
    std::vector<Run> runs = first_runs(view, kept, settings);
    const Draw draw(group, view, settings);
    Rng rng(settings.seed);
    NetworkRows rows;
    for (int epoch = 0; epoch < settings.epochs; ++epoch) {
        if (epoch % passes_per_draw == 0) {
            rows = {};
            rows = draw(rng);
        }
        if (rows.size() < rows_min) return;
        for (Run& run : runs) {
            const auto rate = [&](double share) {
                return rate_at((epoch + share) / settings.epochs, settings.rate);
            };
            run.trainer.pass(rows, run.rng, rate, settings.parallel);
            run.score.rows += rows.size();
            run.keep_if_better(epoch + 1, loss_of(run.trainer, kept, settings));
        }
    }
    for (Run& run : runs) {
        run.network.id = run.network.fingerprint();
        if (run.network.lineage == 0) run.network.lineage = run.network.id;
        trained.networks.networks.push_back(std::move(run.network));
        trained.scores.push_back(run.score);
    }
}
/// A grid step that the start knows nothing about is learned from scratch.
NetworkSettings settings_for(Duration step, const NetworkSettings& settings) {
    NetworkSettings of_step = settings;
    const bool is_known =
        settings.start != nullptr &&
        std::ranges::any_of(settings.start->networks, [&](const Network& network) {
            return network.step == step && network.inputs_id == recurrent::id_of_inputs();
        });
    if (settings.start == nullptr || is_known) return of_step;
    const NetworkSettings scratch;
    of_step.epochs = std::max(settings.epochs, scratch.epochs);
    of_step.rate = std::max(settings.rate, scratch.rate);
    of_step.copies = std::max(settings.copies, scratch.copies);
    of_step.start = nullptr;
    return of_step;
}

/// What the start knows and nothing was learned about stays.
void keep_others(const NetworkSettings& settings, recurrent::NetworkSet& trained) {
    if (settings.start == nullptr) return;
    for (const Network& network : settings.start->networks)
        if (trained.find(network.cell, network.step) == nullptr && network.is_sound())
            trained.networks.push_back(network);
}
}  // namespace

void in_turn(std::size_t count, const std::function<void(std::size_t)>& work) {
    for (std::size_t i = 0; i < count; ++i) work(i);
}

NetworkSettings NetworkSettings::fine_tuning(const recurrent::NetworkSet& start,
                                             std::uint64_t seed) {
    NetworkSettings settings;
    settings.seed = seed;
    settings.epochs = 3;
    settings.rate = 5e-4;
    settings.copies = 0;
    settings.rows_max = 300'000;
    settings.start = &start;
    return settings;
}

TrainedNetworks train_networks(std::span<const TrainingSeries> series,
                               const NetworkSettings& settings) {
    std::map<Duration, Group> groups;
    for (const TrainingSeries& one : series) {
        if (one.demand.empty()) continue;
        const auto week = static_cast<std::size_t>(7 * day / one.demand.step());
        if (one.demand.size() >= week) groups[one.demand.step()].push_back(&one);
    }
    TrainedNetworks trained;
    for (const auto& [step, group] : groups)
        learn(group, network_view(step), settings_for(step, settings), trained);
    keep_others(settings, trained.networks);
    return trained;
}

}  // namespace forescale
