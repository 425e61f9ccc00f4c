#pragma once
#include <cstddef>
#include <functional>

namespace forescale {

/// Calls `work` for 0..count-1 on `threads` threads (0: one per core), and returns when all are
/// done. Every result has a place of its own, so the order of work does not show. `work` must not
/// throw.
void in_parallel(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

}  // namespace forescale
