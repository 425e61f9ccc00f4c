#include "storage/sqlite/owner_lock.h"

#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace forescale::sqlite {
namespace {

std::string holder_of(int file) {
    std::array<char, 32> text{};
    const auto size = ::pread(file, text.data(), text.size() - 1, 0);
    std::string holder(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0U);
    while (!holder.empty() && holder.back() == '\n') holder.pop_back();
    return holder.empty() ? "unknown" : holder;
}

Errc code_of(int system_error) {
    const bool may_pass = system_error == ENOSPC || system_error == EMFILE ||
                          system_error == ENFILE || system_error == EINTR;
    return may_pass ? Errc::unavailable : Errc::invalid_argument;
}

}  // namespace

Result<OwnerLock> OwnerLock::take(const std::string& database) {
    const std::string path = database + ".lock";
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0)
        return fail(code_of(errno),
                    "cannot open '{}' for writing: its lock file '{}': {}; check the path and its "
                    "permissions",
                    database, path, std::generic_category().message(errno));
    OwnerLock lock{Descriptor(file)};
    if (::flock(file, LOCK_EX | LOCK_NB) != 0)
        return fail(Errc::conflict,
                    "cannot open '{}' for writing: process {} has it; stop that process, or give "
                    "this one another path",
                    database, holder_of(file));
    // A full disk may refuse the name; the lock holds all the same.
    const std::string holder = fmt::format("{}\n", ::getpid());
    if (::ftruncate(file, 0) == 0)
        static_cast<void>(::pwrite(file, holder.data(), holder.size(), 0) > 0);
    return lock;
}

}  // namespace forescale::sqlite
