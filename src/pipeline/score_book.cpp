#include "pipeline/score_book.h"

namespace forescale {

void ScoreBook::add(const MaturedScore& score) {
    const auto target_day = floor_to(score.origin + score.horizon, day);
    auto& row = rows_[{score.member, score.horizon, target_day}];
    row.member = score.member;
    row.horizon = score.horizon;
    row.day = target_day;
    row.count += 1;
    row.absolute_error_sum += std::abs(score.forecast - score.actual);
    row.actual_sum += std::abs(score.actual);
    row.inside_90 += score.inside_90 ? 1 : 0;
}

std::vector<PerformanceRow> ScoreBook::take(const ServiceId& service) {
    std::vector<PerformanceRow> out;
    out.reserve(rows_.size());
    for (auto& [key, row] : rows_) {
        row.service = service;
        out.push_back(std::move(row));
    }
    rows_.clear();
    return out;
}

}  // namespace forescale
