#pragma once
#include "base/json.h"
#include "base/time.h"

#include <cstdint>
#include <string>
#include <vector>

namespace forescale {

/// How well one member did on the test parts, which no training has seen.
struct CardScore {
    std::string member;  ///< "ensemble": the whole product with this bundle
    Duration horizon{0};
    std::int64_t series = 0;    ///< with targets in their test part
    std::int64_t targets = 0;   ///< of all of them
    double ratio = 0.0;         ///< WAPE over that of seasonal_naive, geometric mean over series
    double parent_ratio = 0.0;  ///< the same of the parent version; NaN: it had no such member

    template <class Archive>
    void fields(Archive& archive) {
        archive(member, horizon, series, targets, ratio, parent_ratio);
    }
};

/// What one series gave.
struct CardSeries {
    std::string name;
    Timestamp first;
    Timestamp last;
    std::int64_t steps = 0;       ///< of its grid, missing ones included
    std::int64_t test_steps = 0;  ///< the last of them, kept for the test

    template <class Archive>
    void fields(Archive& archive) {
        archive(name, first, last, steps, test_steps);
    }
};

/// Where a trained bundle comes from and what it is worth: stored inside its file.
struct TrainingCard {
    std::string version;  ///< first 12 digits of the SHA-256 of what was learned
    std::string parent;   ///< version that it was compared with; empty: none
    std::string data_hash;
    std::string code_version;
    std::string command;
    std::uint64_t seed = 0;
    Timestamp made_at;
    double test_share = 0.0;
    std::vector<std::string> parts;  ///< what was trained, in words
    std::vector<CardSeries> series;
    std::vector<CardScore> scores;
    double took_s = 0.0;                ///< wall clock, all of it
    std::int64_t memory_max_bytes = 0;  ///< largest resident size of the process

    template <class Archive>
    void fields(Archive& archive) {
        archive(version, parent, data_hash, code_version, command, seed, made_at, test_share, parts,
                series, scores, took_s, memory_max_bytes);
    }
};

/// The card as a person reads it, some 30 lines.
[[nodiscard]] std::string card_text(const TrainingCard& card);
[[nodiscard]] json::object card_json(const TrainingCard& card);

}  // namespace forescale
