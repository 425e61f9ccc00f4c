#pragma once
#include "simulation/trace.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace forescale {

/// The series of recorded files: a file with a single column of values as it is, one with many as
/// FILE#COLUMN for each. One with many is read once, not once per column; beyond `held_max` samples
/// it is read once per part of so many, so that memory does not grow with it. Thread-safe.
class TraceShelf {
public:
    static constexpr std::size_t held_max = std::size_t{1} << 25U;  ///< 256 MiB

    /// errors  as those of opening a file; not_found: a column
    [[nodiscard]] static Result<std::unique_ptr<TraceShelf>> open(
        const std::vector<std::string>& files, std::size_t held_most = held_max);
    ~TraceShelf();

    [[nodiscard]] std::size_t size() const { return series_.size(); }
    /// FILE, or FILE#COLUMN.
    [[nodiscard]] const std::string& path(std::size_t number) const;
    /// As read_trace(); cheapest in ascending order.
    [[nodiscard]] Result<Trace> read(std::size_t number);
    /// How often files with many columns have been read.
    [[nodiscard]] int passes() const;

private:
    struct Series {
        std::string path;
        std::string file;
        std::size_t column = 0;
        bool is_alone = true;  ///< the file has no other
    };
    class Block;
    explicit TraceShelf(std::size_t held_most) : held_most_(held_most) {}
    [[nodiscard]] Result<void> add(const std::string& path);
    [[nodiscard]] Result<std::shared_ptr<const Block>> block_of(std::size_t number);

    std::size_t held_most_;
    std::vector<Series> series_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Block> block_;  ///< read last
    int passes_ = 0;
};

}  // namespace forescale
