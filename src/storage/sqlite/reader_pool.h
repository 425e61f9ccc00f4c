#pragma once
#include "storage/sqlite/connection.h"

#include <condition_variable>
#include <mutex>
#include <vector>

namespace forescale::sqlite {

/// Connections that only read, opened when they are first needed. Thread-safe; who comes when all
/// are in use waits.
class ReaderPool {
public:
    static constexpr std::size_t readers_max = 4;

    ReaderPool(std::string path, const Limits& limits) : path_(std::move(path)), limits_(limits) {}

    /// `read(Connection&)` on a connection that nobody else uses; returns what it returns, a
    /// Result.
    template <class Read>
    auto with(Read read) -> decltype(read(std::declval<Connection&>())) {
        TRY(Connection connection, take());
        auto result = read(connection);
        give_back(std::move(connection));
        return result;
    }

private:
    [[nodiscard]] Result<Connection> take();
    void give_back(Connection connection);

    const std::string path_;
    const Limits limits_;
    std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<Connection> idle_;
    std::size_t in_use_ = 0;
};

}  // namespace forescale::sqlite
