#pragma once
#include "base/error.h"
#include "base/text_file.h"
#include "domain/sample.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forescale {

/// One row: a point per value column, all named by the row's time.
struct CsvRow {
    Timestamp at;
    std::vector<Point> values;  ///< as many as columns()
};

/// Reads a recorded series, plain or gzip, row by row in bounded memory. The header is
/// `timestamp,value`, or the wide form `timestamp,a,b,c` with one column per service. A time is
/// ISO-8601 with its offset or Unix seconds; an empty cell is a missing point; nan and inf are
/// not_a_number. Blank lines are skipped. Rows come as they stand in the file: nothing is sorted,
/// completed or dropped. Cost: about 0.2 us per row of one column.
class CsvReader {
public:
    static constexpr std::size_t columns_max = 10'000;

    /// Reads the header.
    /// errors  not_found, corrupt; invalid_argument: an empty file or a wrong header, named with
    /// file:line
    [[nodiscard]] static Result<CsvReader> open(const std::string& path);

    /// Names of the value columns, in the file's order, without `timestamp`; {"value"} for a single
    /// series.
    [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }

    /// The next row, or nothing at the end of the file. After an error in a row, the next call goes
    /// on behind that row.
    /// errors  invalid_argument: names file:line, the cell, and what was expected; a file with a
    /// header only is one, too. After a fault of the whole file (broken gzip data, a line too long)
    /// exhausted() is true and nothing follows.
    [[nodiscard]] Result<std::optional<CsvRow>> next();

    /// Nothing follows any more: the end of the file, or a fault of the file behind which there is
    /// no way on.
    [[nodiscard]] bool exhausted() const { return exhausted_; }
    [[nodiscard]] std::size_t line_number() const { return file_.line_number(); }
    [[nodiscard]] const std::string& path() const { return file_.path(); }

private:
    explicit CsvReader(TextFile file) : file_(std::move(file)) {}
    Result<void> read_header();
    Result<std::optional<CsvRow>> end_of_file();
    [[nodiscard]] Result<CsvRow> parse_row(std::string_view line) const;
    [[nodiscard]] Result<Timestamp> parse_time(std::string_view cell) const;
    [[nodiscard]] Result<Point> parse_value(std::size_t column, std::string_view cell,
                                            Timestamp at) const;
    [[nodiscard]] std::unexpected<Error> wrong(const std::string& what) const;

    TextFile file_;
    std::vector<std::string> columns_;
    bool any_line_ = false;  ///< a line followed the header
    bool exhausted_ = false;
};

}  // namespace forescale
