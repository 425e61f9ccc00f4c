#pragma once
#include "base/error.h"
#include "domain/sample.h"

#include <string>
#include <vector>

namespace forescale {

class CsvReader;

/// A recorded series, as `backtest` and `simulate` read it: strictly ascending, on its own step.
struct Trace {
    std::string name;  ///< the file's name without its endings
    Duration step{
        0};  ///< most frequent distance of two samples; the shortest of equally frequent ones
    std::vector<Point> points;  ///< present points only
};

/// path: a file, or FILE#COLUMN for one column of a file of many series, whose name is then
/// FILE_COLUMN.
/// errors  not_found, invalid_argument (names file, line, what was read and what was expected: a
/// time that is not after the one before it, a negative value, fewer than two samples, more than
/// one column), corrupt
[[nodiscard]] Result<Trace> read_trace(const std::string& path);

/// A file and the name of its column; empty: the only one.
struct TracePlace {
    std::string file;
    std::string column;
};
/// Of FILE or FILE#COLUMN.
[[nodiscard]] TracePlace place_of(const std::string& path);
/// Which column it is.
/// errors  as read_trace()
[[nodiscard]] Result<std::size_t> column_of(const CsvReader& reader, const TracePlace& place);

/// A trace that is being read, sample by sample in the order of the file.
class TraceBuilder {
public:
    /// path: as of read_trace()
    explicit TraceBuilder(std::string path);
    /// A point that is not present is left out.
    /// errors  as read_trace(), named with file:line
    [[nodiscard]] Result<void> add(const Point& point, std::size_t line);
    /// line: the file's last.
    /// errors  invalid_argument: fewer than two samples
    [[nodiscard]] Result<Trace> finish(std::size_t line) &&;

private:
    std::string path_;
    std::string file_;
    Trace trace_;
};

/// Percentile 0..100 of the values, linear between ranks over all samples (numpy's default). NaN of
/// nothing.
[[nodiscard]] double percentile(std::vector<double> values, double percent);

/// Fixed grid of a trace: which bucket a sample lies in. Buckets are counted from
/// 1970-01-01T00:00Z, unless every sample of the trace lies at the same other phase of the width.
struct TraceGrid {
    Duration width{0};
    Timestamp first;  ///< start of the bucket of the first sample
    std::size_t count =
        0;  ///< buckets from the first sample to the last, those without a sample included

    [[nodiscard]] Timestamp start(std::size_t index) const {
        return first + width * static_cast<Duration::rep>(index);
    }
};
/// Width: 5 min, or the trace's own step where that is coarser. The trace is not empty.
[[nodiscard]] TraceGrid trace_grid(const Trace& trace);

/// One window per bucket: the samples of [start, start + width), summed in time order, as the
/// stream's windows are. A bucket without a sample is a gap.
[[nodiscard]] std::vector<Window> trace_windows(const Trace& trace, const TraceGrid& grid);

}  // namespace forescale
