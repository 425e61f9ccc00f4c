#include "simulation/trace_shelf.h"

#include "collectors/replay/csv.h"

#include <cmath>
#include <limits>

namespace forescale {

/// Some series of one file with many columns: those from `first` on, as far as there is room.
class TraceShelf::Block {
public:
    [[nodiscard]] static Result<std::shared_ptr<const Block>> read(
        const std::vector<Series>& series, std::size_t first, std::size_t held_most) {
        auto block = std::make_shared<Block>();
        block->first_ = first;
        const std::string& file = series[first].file;
        for (std::size_t i = first; i < series.size() && series[i].file == file; ++i)
            block->columns_.push_back({.number = series[i].column, .values = {}});
        TRY(CsvReader reader, CsvReader::open(file));
        while (true) {
            TRY(const std::optional<CsvRow> row, reader.next());
            if (!row) break;
            block->take(*row, reader.line_number(), held_most);
        }
        block->lines_ = reader.line_number();
        for (Column& column : block->columns_) column.values.shrink_to_fit();
        return block;
    }

    [[nodiscard]] bool has(std::size_t number) const {
        return number >= first_ && number - first_ < columns_.size();
    }

    [[nodiscard]] Result<Trace> trace(const Series& series, std::size_t number) const {
        const std::vector<double>& values = columns_[number - first_].values;
        TraceBuilder builder(series.path);
        for (std::size_t i = 0; i < rows_.size(); ++i)
            if (std::isfinite(values[i]))
                TRY_VOID(builder.add({.at = rows_[i].at, .value = values[i]}, rows_[i].line));
        return std::move(builder).finish(lines_);
    }

private:
    struct Row {
        Timestamp at;
        std::size_t line = 0;
    };
    struct Column {
        std::size_t number = 0;
        std::vector<double> values;  ///< per row; NaN: not present
    };

    void take(const CsvRow& row, std::size_t line, std::size_t held_most) {
        rows_.push_back({row.at, line});
        for (Column& column : columns_) {
            const Point& point = row.values[column.number];
            column.values.push_back(point.state == SampleState::present
                                        ? point.value
                                        : std::numeric_limits<double>::quiet_NaN());
        }
        if (rows_.size() * columns_.size() > held_most && columns_.size() > 1)
            columns_.resize((columns_.size() + 1) / 2);
    }

    std::size_t first_ = 0;
    std::vector<Row> rows_;
    std::vector<Column> columns_;
    std::size_t lines_ = 0;
};

TraceShelf::~TraceShelf() = default;

Result<std::unique_ptr<TraceShelf>> TraceShelf::open(const std::vector<std::string>& files,
                                                     std::size_t held_most) {
    std::unique_ptr<TraceShelf> shelf(new TraceShelf(held_most));  // NOLINT: private constructor
    for (const std::string& file : files) TRY_VOID(shelf->add(file));
    return shelf;
}

Result<void> TraceShelf::add(const std::string& path) {
    const TracePlace place = place_of(path);
    TRY(const CsvReader reader, CsvReader::open(place.file));
    const auto& columns = reader.columns();
    if (!place.column.empty() || columns.size() == 1) {
        TRY(const std::size_t column, column_of(reader, place));
        series_.push_back({path, place.file, column, columns.size() == 1});
        return {};
    }
    for (std::size_t column = 0; column < columns.size(); ++column)
        series_.push_back({path + "#" + columns[column], place.file, column, false});
    return {};
}

const std::string& TraceShelf::path(std::size_t number) const {
    return series_[number].path;
}

int TraceShelf::passes() const {
    const std::scoped_lock lock(mutex_);
    return passes_;
}

Result<Trace> TraceShelf::read(std::size_t number) {
    if (series_[number].is_alone) return read_trace(series_[number].path);
    TRY(const auto block, block_of(number));
    return block->trace(series_[number], number);
}

/// Others wait while it is read: what they want next is most likely in it.
Result<std::shared_ptr<const TraceShelf::Block>> TraceShelf::block_of(std::size_t number) {
    const std::scoped_lock lock(mutex_);
    if (block_ && block_->has(number)) return block_;
    block_.reset();
    ++passes_;
    TRY(block_, Block::read(series_, number, held_most_));
    return block_;
}

}  // namespace forescale
