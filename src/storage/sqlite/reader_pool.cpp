#include "storage/sqlite/reader_pool.h"

namespace forescale::sqlite {

Result<Connection> ReaderPool::take() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [&] { return in_use_ < readers_max; });
    ++in_use_;
    if (!idle_.empty()) {
        Connection connection = std::move(idle_.back());
        idle_.pop_back();
        return connection;
    }
    lock.unlock();
    auto opened = Connection::open(path_, OpenMode::read_only, limits_);
    if (!opened) {
        lock.lock();
        --in_use_;
        returned_.notify_one();
    }
    return opened;
}

void ReaderPool::give_back(Connection connection) {
    const std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(connection));
    --in_use_;
    returned_.notify_one();
}

}  // namespace forescale::sqlite
