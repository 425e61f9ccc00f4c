#include "base/file.h"

#include "base/text.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace forescale {
namespace {

std::unexpected<Error> cannot_write(const std::string& path, int reason) {
    return fail(Errc::unavailable, "cannot write {}: {}; check free space and permissions",
                printable(path, 1000), std::strerror(reason));
}

/// Bytes to the disk, not only to the page cache. 0, or what errno says.
int write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return ::fsync(fd) == 0 ? 0 : errno;
}

}  // namespace

Descriptor::~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
}

Result<Descriptor> open_file(const std::string& path) {
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) {
        const auto code =
            errno == ENOENT || errno == ENOTDIR ? Errc::not_found : Errc::invalid_argument;
        return fail(code, "cannot open {}: {}; check the path and who may read it",
                    printable(path, 1000), std::strerror(errno));
    }
    struct stat info{};
    if (::fstat(file.get(), &info) == 0 && S_ISDIR(info.st_mode))
        return fail(Errc::invalid_argument, "cannot read {}: it is a folder; name a file in it",
                    printable(path, 1000));
    return file;
}

Result<std::size_t> read_some(const Descriptor& file, char* data, std::size_t size) {
    std::size_t got = 0;
    while (got < size) {
        const auto n = ::read(file.get(), data + got, size - got);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail(Errc::unavailable, "cannot read: {}", std::strerror(errno));
        if (n == 0) break;
        got += static_cast<std::size_t>(n);
    }
    return got;
}

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
    TRY(const Descriptor file, open_file(path));
    std::string bytes;
    constexpr std::size_t chunk_bytes = 1 << 16;
    while (bytes.size() <= bytes_max) {
        const auto before = bytes.size();
        bytes.resize(before + chunk_bytes);
        const auto got = read_some(file, bytes.data() + before, chunk_bytes);
        if (!got)
            return fail(got.error().code, "{} in {}", got.error().message, printable(path, 1000));
        bytes.resize(before + *got);
        if (*got == 0) return bytes;
    }
    return fail(Errc::invalid_argument,
                "cannot read {}: it is longer than {} bytes; is it the right file?",
                printable(path, 1000), bytes_max);
}

Result<void> write_file(const std::string& path, std::string_view bytes) {
    const auto beside = fmt::format("{}.{}.tmp", path, ::getpid());
    {
        const Descriptor file(
            ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
        if (file.get() < 0) return cannot_write(path, errno);
        if (const int reason = write_all(file.get(), bytes); reason != 0) {
            ::unlink(beside.c_str());
            return cannot_write(path, reason);
        }
    }
    if (std::rename(beside.c_str(), path.c_str()) == 0) return {};
    const int reason = errno;
    ::unlink(beside.c_str());
    return cannot_write(path, reason);
}

}  // namespace forescale
