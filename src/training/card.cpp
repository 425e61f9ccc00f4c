#include "training/card.h"

#include <algorithm>
#include <cmath>

namespace forescale {
namespace {

std::string ratio_text(double ratio) {
    return std::isfinite(ratio) ? fmt::format("{:.4f}", ratio) : "-";
}

json::value ratio_json(double ratio) {
    if (!std::isfinite(ratio)) return nullptr;
    return ratio;
}

struct Extent {
    Timestamp first;
    Timestamp last;
    std::int64_t steps = 0;
    std::int64_t test_steps = 0;
};

Extent extent_of(const std::vector<CardSeries>& series) {
    if (series.empty()) return {};
    Extent all{.first = series.front().first, .last = series.front().last};
    for (const CardSeries& one : series) {
        all.first = std::min(all.first, one.first);
        all.last = std::max(all.last, one.last);
        all.steps += one.steps;
        all.test_steps += one.test_steps;
    }
    return all;
}

std::string scores_text(const std::vector<CardScore>& scores) {
    if (scores.empty()) return "  no series has a test part that can be scored\n";
    constexpr auto row = "  {:<16} {:>8} {:>8} {:>9} {:>8} {:>8}\n";
    std::string text =
        fmt::format(row, "member", "horizon", "series", "targets", "ratio", "parent");
    for (const CardScore& score : scores)
        text += fmt::format(row, score.member, format_duration(score.horizon), score.series,
                            score.targets, ratio_text(score.ratio), ratio_text(score.parent_ratio));
    return text;
}

}  // namespace

std::string card_text(const TrainingCard& card) {
    const Extent all = extent_of(card.series);
    std::string text =
        fmt::format("version   {}\nparent    {}\nmade      {}\n", card.version,
                    card.parent.empty() ? "none" : card.parent, format_timestamp(card.made_at));
    for (const std::string& part : card.parts) text += fmt::format("trained   {}\n", part);
    text += fmt::format("series    {}, {} to {}, {} grid steps, the last {} of them for the test\n",
                        card.series.size(), format_timestamp(all.first), format_timestamp(all.last),
                        all.steps, all.test_steps);
    text += fmt::format("data      sha256 {}\ncode      {}, seed {}\ncommand   {}\n",
                        card.data_hash, card.code_version, card.seed, card.command);
    text += fmt::format("cost      {:.1f} s, {:.0f} MB\n", card.took_s,
                        static_cast<double>(card.memory_max_bytes) / 1e6);
    text +=
        "scores    WAPE over that of seasonal_naive on the test parts, geometric mean over "
        "series\n";
    return text + scores_text(card.scores);
}

json::object card_json(const TrainingCard& card) {
    json::array scores;
    for (const CardScore& score : card.scores)
        scores.push_back(json::object{{"member", score.member},
                                      {"horizon_s", in_seconds(score.horizon)},
                                      {"series", score.series},
                                      {"targets", score.targets},
                                      {"ratio", ratio_json(score.ratio)},
                                      {"parent_ratio", ratio_json(score.parent_ratio)}});
    json::array series;
    for (const CardSeries& one : card.series)
        series.push_back(json::object{{"name", one.name},
                                      {"first", format_timestamp(one.first)},
                                      {"last", format_timestamp(one.last)},
                                      {"steps", one.steps},
                                      {"test_steps", one.test_steps}});
    return {{"version", card.version},
            {"parent", card.parent},
            {"made_at", format_timestamp(card.made_at)},
            {"data_hash", card.data_hash},
            {"code_version", card.code_version},
            {"command", card.command},
            {"seed", card.seed},
            {"test_share", card.test_share},
            {"parts", json::value_from(card.parts)},
            {"took_s", card.took_s},
            {"memory_max_bytes", card.memory_max_bytes},
            {"scores", std::move(scores)},
            {"series", std::move(series)}};
}

}  // namespace forescale
