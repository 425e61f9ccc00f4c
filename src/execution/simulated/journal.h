#pragma once
#include "base/error.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace forescale::simulated {

/// Records in a file, each appended with one write() before append() returns: they survive kill -9
/// of the process (not a power cut: nothing is synced). Frame: 8 bytes length, little-endian, then
/// base/archive.h's seal() of the record. One process at a time: the file is locked while it is
/// open.
class Journal {
public:
    static constexpr std::uint32_t version = 1;
    static constexpr std::size_t file_bytes_max = std::size_t{1} << 30U;

    /// Opens or creates the file and hands every whole record to `each`, oldest first. A last
    /// record that was not written to its end is cut off: whoever was told of it was not told that
    /// it succeeded.
    /// errors  unavailable: cannot be opened or locked; corrupt: a record before the last one fails
    /// its check; nothing is changed
    [[nodiscard]] static Result<Journal> open(
        const std::string& path, const std::function<Result<void>(std::string_view record)>& each);
    Journal(Journal&& other) noexcept;
    Journal& operator=(Journal&& other) noexcept;
    ~Journal();

    /// errors  unavailable: not written (full disk); the file is as it was before
    [[nodiscard]] Result<void> append(std::string_view record);
    /// Puts these records in the place of all others: written beside, then renamed over, so that
    /// there always is one whole file.
    /// errors  unavailable: nothing was replaced
    [[nodiscard]] Result<void> replace(std::span<const std::string> records);
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

private:
    Journal(std::string path, int file) : path_(std::move(path)), file_(file) {}
    void close();

    std::string path_;
    int file_ = -1;
    std::uint64_t bytes_ = 0;
};

}  // namespace forescale::simulated
