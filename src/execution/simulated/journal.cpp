#include "execution/simulated/journal.h"

#include "base/archive.h"
#include "base/log.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace forescale::simulated {
namespace {

constexpr std::size_t length_bytes = sizeof(std::uint64_t);

std::string framed(std::string_view record) {
    const auto sealed = seal(record, Journal::version);
    const std::uint64_t length = sealed.size();
    std::string frame(length_bytes, '\0');
    std::memcpy(frame.data(), &length, length_bytes);
    return frame + sealed;
}

Result<void> write_all(int file, std::string_view bytes, const std::string& path) {
    while (!bytes.empty()) {
        const auto written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0)
            return fail(Errc::unavailable,
                        "cannot write {}: {}; free some space, it is tried again", path,
                        std::strerror(errno));
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Result<std::string> read_all(int file, const std::string& path) {
    std::string bytes;
    std::array<char, 65536> block{};
    while (bytes.size() <= Journal::file_bytes_max) {
        const auto got = ::read(file, block.data(), block.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0)
            return fail(Errc::unavailable, "cannot read {}: {}", path, std::strerror(errno));
        if (got == 0) return bytes;
        bytes.append(block.data(), static_cast<std::size_t>(got));
    }
    return fail(Errc::corrupt, "{} is longer than {} bytes; it is no journal of this program", path,
                Journal::file_bytes_max);
}

Result<int> open_locked(const std::string& path, int flags) {
    const int file = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
    if (file < 0)
        return fail(Errc::unavailable, "cannot open {}: {}; its folder must exist and be writable",
                    path, std::strerror(errno));
    if (::flock(file, LOCK_EX | LOCK_NB) == 0) return file;
    ::close(file);
    return fail(Errc::unavailable,
                "{} is used by another process; stop it, or choose another journal", path);
}

/// Hands out whole records; returns how many bytes they take. A bad one is a torn tail only where
/// the file ends with it.
Result<std::uint64_t> walk(std::string_view bytes, const std::string& path,
                           const std::function<Result<void>(std::string_view)>& each) {
    std::uint64_t good = 0;
    while (bytes.size() - good >= length_bytes) {
        std::uint64_t length = 0;
        std::memcpy(&length, bytes.data() + good, length_bytes);
        const auto rest = bytes.substr(good + length_bytes);
        if (length > rest.size()) break;
        const auto record = unseal(rest.substr(0, length), Journal::version);
        if (!record && length == rest.size()) break;
        if (!record)
            return fail(Errc::corrupt,
                        "{} at byte {}: {}; nothing was changed, move the file away to start anew",
                        path, good, record.error().message);
        TRY_VOID(each(*record));
        good += length_bytes + length;
    }
    return good;
}

}  // namespace

Result<Journal> Journal::open(const std::string& path,
                              const std::function<Result<void>(std::string_view)>& each) {
    TRY(const int file, open_locked(path, O_RDWR | O_CREAT | O_APPEND));
    Journal journal(path, file);
    TRY(const auto bytes, read_all(file, path));
    TRY(journal.bytes_, walk(bytes, path, each));
    if (journal.bytes_ == bytes.size()) return journal;
    log::warn("journal_tail_dropped", "file", path, "bytes", bytes.size() - journal.bytes_);
    if (::ftruncate(file, static_cast<off_t>(journal.bytes_)) != 0)
        return fail(Errc::unavailable, "cannot cut the unfinished end off {}: {}", path,
                    std::strerror(errno));
    return journal;
}

Result<void> Journal::append(std::string_view record) {
    const auto frame = framed(record);
    auto written = write_all(file_, frame, path_);
    if (written)
        bytes_ += frame.size();
    else
        std::ignore = ::ftruncate(file_, static_cast<off_t>(bytes_));
    return written;
}

Result<void> Journal::replace(std::span<const std::string> records) {
    const auto beside = path_ + ".new";
    TRY(const int file, open_locked(beside, O_RDWR | O_CREAT | O_TRUNC | O_APPEND));
    Journal fresh(path_, file);
    for (const auto& record : records) TRY_VOID(fresh.append(record));
    if (std::rename(beside.c_str(), path_.c_str()) != 0)
        return fail(Errc::unavailable, "cannot rename {} to {}: {}", beside, path_,
                    std::strerror(errno));
    *this = std::move(fresh);
    return {};
}

Journal::Journal(Journal&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)), bytes_(other.bytes_) {}

Journal& Journal::operator=(Journal&& other) noexcept {
    if (this == &other) return *this;
    close();
    path_ = std::move(other.path_);
    file_ = std::exchange(other.file_, -1);
    bytes_ = other.bytes_;
    return *this;
}

Journal::~Journal() {
    close();
}

void Journal::close() {
    if (file_ >= 0) ::close(file_);
    file_ = -1;
}

}  // namespace forescale::simulated
