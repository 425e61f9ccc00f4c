#pragma once
#include "base/error.h"

#include <string>
#include <string_view>

namespace forescale {

/// A file descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Descriptor();
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

/// Opens a file for reading.
/// errors  not_found: no such file; invalid_argument: a folder, or not readable
[[nodiscard]] Result<Descriptor> open_file(const std::string& path);
/// Fills `size` bytes unless the file ends before.
/// errors  unavailable
[[nodiscard]] Result<std::size_t> read_some(const Descriptor& file, char* data, std::size_t size);

/// The whole file.
/// errors  as open_file; invalid_argument: longer than `bytes_max`
[[nodiscard]] Result<std::string> read_file(const std::string& path,
                                            std::size_t bytes_max = std::size_t{16} << 20U);

/// Puts `bytes` in the place of the file as a whole: after a crash it holds the old content or the
/// new one.
/// errors  unavailable: disk full, no permission; the old file stays
[[nodiscard]] Result<void> write_file(const std::string& path, std::string_view bytes);

}  // namespace forescale
