#include "pipeline/score_book.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace forescale {

/// Members and horizons come in the same order at every step: the row is mostly the next one.
PerformanceRow& ScoreBook::row_of(const MaturedScore& score) {
    const Timestamp target_day = floor_to(score.origin + score.horizon, day);
    for (std::size_t k = 0; k < rows_.size(); ++k) {
        const std::size_t at = (next_ + k) % rows_.size();
        PerformanceRow& row = rows_[at];
        if (row.horizon != score.horizon || row.day != target_day || row.member != score.member)
            continue;
        next_ = at + 1;
        return row;
    }
    rows_.push_back(
        {.service = {}, .member = score.member, .horizon = score.horizon, .day = target_day});
    next_ = rows_.size();
    return rows_.back();
}

void ScoreBook::add(const MaturedScore& score) {
    PerformanceRow& row = row_of(score);
    row.count += 1;
    row.absolute_error_sum += std::abs(score.forecast - score.actual);
    row.actual_sum += std::abs(score.actual);
    row.inside_90 += score.inside_90 ? 1 : 0;
}

std::vector<PerformanceRow> ScoreBook::take(const ServiceId& service) {
    for (PerformanceRow& row : rows_) row.service = service;
    std::ranges::sort(rows_, {}, [](const PerformanceRow& row) {
        return std::tie(row.member, row.horizon, row.day);
    });
    next_ = 0;
    return std::exchange(rows_, {});
}

}  // namespace forescale
