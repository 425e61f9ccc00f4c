#include "collectors/replay/timed_rows.h"

namespace forescale {
namespace {

/// A row must be this far ahead of most of the rows below it to be astray.
Duration astray_min(Duration step) {
    constexpr Duration hour = std::chrono::hours(1);
    return std::max(hour, step * 10);
}

/// Distances of rows by how often they occur. A file with more kinds of distances than this has no
/// step.
class Distances {
public:
    void add(Duration distance) {
        constexpr std::size_t kinds_max = 4'096;
        if (distance > Duration(0) && (counts_.size() < kinds_max || counts_.contains(distance)))
            ++counts_[distance];
    }
    /// The shortest of the most frequent ones; 0 without any.
    [[nodiscard]] Duration most_frequent() const {
        const auto most =
            std::ranges::max_element(counts_, {}, [](const auto& item) { return item.second; });
        return most == counts_.end() ? Duration(0) : most->first;
    }

private:
    std::map<Duration, std::int64_t> counts_;
};

/// First and last of ascending times, without a few stray ones at the ends.
class Ends {
public:
    void add(Timestamp time) {
        if (head_.size() <= stray_max) head_.push_back(time);
        tail_.push_back(time);
        if (tail_.size() > stray_max + 1) tail_.pop_front();
        ++count_;
    }
    [[nodiscard]] std::pair<Timestamp, Timestamp> first_and_last() const {
        auto first = head_.front();
        auto last = tail_.back();
        if (count_ < rows_min) return {first, last};
        const auto limit = std::max<Duration>(tail_.front() - head_.back(), day * 7);
        for (std::size_t i = 0; i + 1 < head_.size(); ++i)
            if (head_[i + 1] - head_[i] > limit) first = head_[i + 1];
        for (std::size_t i = tail_.size(); i-- > 1;)
            if (tail_[i] - tail_[i - 1] > limit) last = tail_[i - 1];
        return {first, last};
    }

private:
    static constexpr std::size_t stray_max = 3;
    static constexpr std::int64_t rows_min = 10;

    std::vector<Timestamp> head_;
    std::deque<Timestamp> tail_;
    std::int64_t count_ = 0;
};

}  // namespace

Result<const TimedRow*> TimedRows::front() {
    TRY_VOID(fill());
    if (rows_.empty()) return nullptr;
    settle_front();
    return &rows_.front();
}

void TimedRows::pop() {
    rows_.pop_front();
    front_is_settled_ = false;
}

Result<void> TimedRows::fill() {
    while (rows_.size() <= lookahead) {
        auto row = reader_.next();
        if (!row && reader_.exhausted()) return std::unexpected(std::move(row).error());
        if (!row) {
            reject(row.error());
            continue;
        }
        if (!*row) return {};
        rows_.push_back({.row = **std::move(row), .known = {}});
    }
    return {};
}

void TimedRows::reject(const Error& error) {
    if (reader_.line_number() <= rejected_line_) return;
    rejected_line_ = reader_.line_number();
    if (rejected_.count++ == 0) rejected_.first = error.message;
}

void TimedRows::settle_front() {
    if (std::exchange(front_is_settled_, true)) return;
    auto& front = rows_.front();
    auto time = front.row.at;
    if (!known_ || time + step_ > *known_ + astray_min(step_)) {
        const auto limit = time - astray_min(step_);
        const auto behind = std::ranges::count_if(
            rows_, [&](const TimedRow& other) { return other.row.at < limit; });
        front.astray = behind * 2 >= std::ssize(rows_) && behind > 0;
        if (front.astray)
            time = std::ranges::min(rows_, {}, [](const TimedRow& r) { return r.row.at; }).row.at;
    }
    front.known = std::max(known_.value_or(time + step_), time + step_);
    known_ = front.known;
}

Result<SeriesSpan> scan_series(const std::string& path) {
    TRY(auto reader, CsvReader::open(path));
    TimedRows rows(std::move(reader), Duration(0));
    SeriesSpan span{.columns = rows.columns()};
    Distances distances;
    Ends ends;
    std::optional<Timestamp> before;
    std::int64_t backwards = 0;
    while (true) {
        TRY(const TimedRow* const next, rows.front());
        if (next == nullptr) break;
        ++span.rows;
        const auto at = next->row.at;
        if (before && at < *before) ++backwards;
        if (before && !next->astray) distances.add(at - *before);
        if (!next->astray && (!before || at >= *before)) ends.add(at);
        if (!next->astray) before = std::max(before.value_or(at), at);
        rows.pop();
    }
    span.rejected = rows.take_rejected();
    if (!before)
        return fail(Errc::invalid_argument, "{}: no usable row among {}; the first problem: {}",
                    path, span.rejected.count, span.rejected.first);
    if (backwards * 2 > span.rows)
        return fail(Errc::invalid_argument,
                    "{}: {} of {} rows are older than a row above them; sort the file by time, "
                    "oldest first",
                    path, backwards, span.rows);
    span.step = distances.most_frequent();
    std::tie(span.first, span.last) = ends.first_and_last();
    return span;
}

}  // namespace forescale
