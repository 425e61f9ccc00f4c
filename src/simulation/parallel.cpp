#include "simulation/parallel.h"

#include "base/assert.h"
#include "base/queue.h"

#include <thread>

namespace forescale {

void in_parallel(std::size_t count, int threads, const std::function<void(std::size_t)>& work) {
    BoundedQueue<std::size_t> jobs(count);
    for (std::size_t i = 0; i < count; ++i) ASSERT(jobs.try_push(i));
    const std::size_t cores = std::max<std::size_t>(1, std::thread::hardware_concurrency());
    const std::size_t wanted = threads > 0 ? static_cast<std::size_t>(threads) : cores;
    std::vector<std::jthread> workers;
    for (std::size_t w = 0; w < std::min(wanted, count); ++w)
        workers.emplace_back([&] {
            while (const auto job = jobs.try_pop()) work(*job);
        });
}

}  // namespace forescale
