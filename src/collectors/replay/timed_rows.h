#pragma once
#include "collectors/collector.h"
#include "collectors/replay/csv.h"

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace forescale {

/// A row with the moment at which it becomes known.
struct TimedRow {
    CsvRow row;
    Timestamp known;
    bool astray = false;
};

/// Gives the rows of one file in its order, with the moment at which each becomes known: the end of
/// the span that it describes (its time + step), and never before the rows above it. So a row that
/// stands too late in the file comes with the row above it, as a late sample. A row that is far
/// ahead of most rows close below it is astray: it comes with them, as a sample from the future,
/// and does not hold up the rest of the file. Bad rows are counted and passed over. Holds at most
/// `lookahead` + 1 rows.
class TimedRows {
public:
    static constexpr std::size_t lookahead = 64;

    TimedRows(CsvReader reader, Duration step) : reader_(std::move(reader)), step_(step) {}

    /// The next row, there until pop(); null at the end. The pointer lives until the next call.
    /// errors  a fault of the whole file: corrupt, unavailable, invalid_argument
    [[nodiscard]] Result<const TimedRow*> front();
    void pop();

    [[nodiscard]] const std::vector<std::string>& columns() const { return reader_.columns(); }
    [[nodiscard]] Rejected take_rejected() { return std::exchange(rejected_, {}); }
    /// Bad lines up to this one are not counted (again).
    void count_rejected_after(std::size_t line) { rejected_line_ = line; }
    [[nodiscard]] std::size_t rejected_line() const { return rejected_line_; }  ///< the newest one

private:
    Result<void> fill();
    void reject(const Error& error);
    void settle_front();

    CsvReader reader_;
    Duration step_;
    std::deque<TimedRow> rows_;
    bool front_is_settled_ = false;
    std::optional<Timestamp> known_;  ///< of the row that was settled last
    Rejected rejected_;
    std::size_t rejected_line_ = 0;
};

/// What one pass over a file tells of it. A few rows at either end that are further from the rest
/// than the rest is long count for neither end: no clock should start in 1970 for their sake.
struct SeriesSpan {
    std::vector<std::string> columns{};
    Duration step{0};   ///< most frequent distance of two rows; 0 when there is only one row
    Timestamp first{};  ///< earliest row
    Timestamp last{};   ///< latest row
    std::int64_t rows = 0;
    Rejected rejected{};
};

/// Reads the whole file once, in bounded memory.
/// errors  those of CsvReader; invalid_argument: no usable row, or a file that runs backwards in
/// time
[[nodiscard]] Result<SeriesSpan> scan_series(const std::string& path);

}  // namespace forescale
