#include "training/train.h"

#include "base/archive.h"
#include "base/hash.h"
#include "training/score.h"
#include "training/train_events.h"
#include "training/train_shapes.h"

#include <algorithm>
#include <cmath>

namespace forescale {
namespace {

/// Offsets of a zone, day by day: zones of one name may differ.
std::vector<Duration::rep> offsets_over(const Series& demand, const Zone& zone) {
    std::vector<Duration::rep> offsets;
    for (Timestamp at = demand.oldest(); at <= demand.newest(); at += day)
        offsets.push_back(zone.offset_at(at).count());
    return offsets;
}

/// SHA-256 over everything that was given and shapes the models: names, times and values, and the
/// calendars that they are seen by.
std::string hash_of(std::span<const TrainingSeries> series) {
    std::string digests;
    for (TrainingSeries one : series) {
        std::string name = one.service.id.str();
        std::string zone = one.service.zone.name();
        std::vector<Duration::rep> offsets = offsets_over(one.demand, one.service.zone);
        ArchiveWriter writer;
        writer(name, one.demand, one.fine, one.fine_step, one.events, one.service.holidays, zone,
               offsets);
        digests += sha256_hex(writer.take());
    }
    return sha256_hex(digests);
}

std::size_t test_steps_of(const TrainingSeries& series, double share) {
    return static_cast<std::size_t>(std::floor(share * static_cast<double>(series.demand.size())));
}

bool has_enough(const TrainingSeries& series) {
    if (series.demand.empty()) return false;
    const auto least = static_cast<std::size_t>(train_days_min / series.demand.step());
    const auto present =
        std::ranges::count_if(series.demand.values(), [](double v) { return !std::isnan(v); });
    return static_cast<std::size_t>(present) >= least;
}

/// Which series are scored: the smallest hashes of seed and name, so that a seed always takes the
/// same ones.
std::vector<std::size_t> chosen_for_scoring(std::span<const TrainingSeries> series,
                                            const TrainSettings& settings) {
    std::vector<std::pair<std::uint64_t, std::size_t>> ranked;
    for (std::size_t i = 0; i < series.size(); ++i)
        ranked.emplace_back(fnv1a(fmt::format("{} {}", settings.seed, series[i].service.id)), i);
    std::ranges::sort(ranked);
    ranked.resize(std::min(ranked.size(), settings.scored_max));
    std::vector<std::size_t> chosen;
    for (const auto& [rank, index] : ranked) chosen.push_back(index);
    std::ranges::sort(chosen);
    return chosen;
}

using Models = std::shared_ptr<const TrainedModels>;

std::vector<ErrorsByMember> errors_of(std::span<const TrainingSeries> scored, const Models& models,
                                      const TrainSettings& settings) {
    std::vector<ErrorsByMember> errors(scored.size());
    settings.parallel(scored.size(), [&](std::size_t i) {
        errors[i] = score_series(scored[i], models, test_steps_of(scored[i], settings.test_share));
    });
    return errors;
}

std::vector<CardScore> scores_of(std::span<const TrainingSeries> scored, const Models& models,
                                 const Models& parent, const TrainSettings& settings) {
    const auto of_new = errors_of(scored, models, settings);
    if (!parent) return card_scores(of_new, {});
    return card_scores(of_new, errors_of(scored, parent, settings));
}

void say(const TrainSettings& settings, std::string_view what) {
    if (settings.progress) settings.progress(what);
}

TrainingCard card_of(std::span<const TrainingSeries> series, const TrainSettings& settings) {
    TrainingCard card;
    card.data_hash = hash_of(series);
    card.seed = settings.seed;
    card.test_share = settings.test_share;
    for (const TrainingSeries& one : series)
        card.series.push_back(
            {.name = one.service.id.str(),
             .first = one.demand.oldest(),
             .last = one.demand.newest(),
             .steps = static_cast<std::int64_t>(one.demand.size()),
             .test_steps = static_cast<std::int64_t>(test_steps_of(one, settings.test_share))});
    return card;
}

std::string part_text(const NetworkScore& score) {
    return fmt::format(
        "{} on {} series of {}: {} rows, best epoch {}, loss {:.4f} -> {:.4f} (as now: {:.4f})",
        recurrent::name_of(score.cell), score.series, format_duration(score.step), score.rows,
        score.epoch_best, score.loss_before, score.loss_after, score.loss_of_last);
}

/// Goes on from the parent's weights where there are some.
void fit_networks(TrainedBundle& bundle, std::span<const TrainingSeries> series,
                  const Models& parent, const TrainSettings& settings) {
    NetworkSettings networks = settings.networks;
    if (parent && !parent->networks.empty())
        networks = NetworkSettings::fine_tuning(parent->networks, settings.seed);
    networks.seed = settings.seed;
    networks.parallel = settings.parallel;
    TrainedNetworks trained = train_networks(series, networks);
    bundle.models.networks = std::move(trained.networks);
    for (const NetworkScore& score : trained.scores) bundle.card.parts.push_back(part_text(score));
}

/// A fleet that is too young for trees has none: that is no error of the training.
Result<void> fit_forests(TrainedBundle& bundle, std::span<const TrainingSeries> series,
                         const TrainSettings& settings) {
    ForestSettings forests = settings.forests;
    forests.boosting.seed = settings.seed;
    forests.lessons.seed = settings.seed;
    auto trained = train_forests(series, forests);
    if (!trained && trained.error().code == Errc::invalid_argument) {
        bundle.card.parts.push_back("no trees: " + trained.error().message);
        return {};
    }
    if (!trained) return std::unexpected(std::move(trained).error());
    bundle.models.forests = *std::move(trained);
    bundle.card.parts.push_back(fmt::format("trees on {} series, {} a horizon and member",
                                            series.size(), forests.boosting.trees));
    return {};
}

/// The parts, one after the other: each is freed of the memory of the one before.
Result<void> fit(TrainedBundle& bundle, std::span<const TrainingSeries> series,
                 const Models& parent, const TrainSettings& settings) {
    say(settings, "shapes");
    bundle.models.shapes = train_shapes(series);
    bundle.card.parts.push_back(
        fmt::format("{} shapes of a week", bundle.models.shapes.shapes.size()));
    say(settings, "events");
    bundle.models.events = train_events(series);
    if (!bundle.models.events.types.empty())
        bundle.card.parts.push_back(
            fmt::format("{} types of events", bundle.models.events.types.size()));
    say(settings, "networks");
    fit_networks(bundle, series, parent, settings);
    say(settings, "trees");
    return fit_forests(bundle, series, settings);
}

}  // namespace

void keep_first(TrainingSeries& series, std::size_t steps) {
    const auto values = series.demand.values();
    steps = std::min(steps, values.size());
    const Duration step = series.demand.step();
    Series first(step, std::max<std::size_t>(steps, 1));
    Timestamp at = series.demand.oldest();
    for (const double value : values.first(steps)) {
        first.append(at, value);
        at += step;
    }
    if (series.fine_step > Duration(0)) {
        const auto per_step = static_cast<std::size_t>(step / series.fine_step);
        const std::size_t gone = (values.size() - steps) * per_step;
        series.fine.resize(series.fine.size() - std::min(gone, series.fine.size()));
        series.fine.shrink_to_fit();
    }
    series.demand = std::move(first);
}

Result<TrainedBundle> train(std::vector<TrainingSeries> series,
                            std::shared_ptr<const TrainedModels> parent,
                            const TrainSettings& settings) {
    const std::size_t given = series.size();
    std::erase_if(series, [](const TrainingSeries& one) { return !has_enough(one); });
    if (series.empty())
        return fail(Errc::not_found,
                    "none of {} series has {} of samples, so there is nothing to train on yet",
                    given, format_duration(train_days_min));
    TrainedBundle bundle{.card = card_of(series, settings), .models = {}};
    if (parent) bundle.card.parent = parent->version;
    std::vector<TrainingSeries> scored;
    for (const std::size_t index : chosen_for_scoring(series, settings))
        scored.push_back(series[index]);
    for (TrainingSeries& one : series)
        keep_first(one, one.demand.size() - test_steps_of(one, settings.test_share));
    TRY_VOID(fit(bundle, series, parent, settings));
    series.clear();
    series.shrink_to_fit();
    set_version(bundle);
    say(settings, "score");
    const auto models = std::make_shared<const TrainedModels>(bundle.models);
    bundle.card.scores = scores_of(scored, models, parent, settings);
    return bundle;
}

}  // namespace forescale
