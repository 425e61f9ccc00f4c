#pragma once
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

#include <benchmark/benchmark.h>

namespace forescale {

/// Times every single call, because a mean over a loop hides the slow ones that a p99 bar is about:
/// the counters p50_us and p99_us are of single calls. Reading the clock twice costs about 50 ns,
/// so use it for calls of a microsecond or more.
template <class Call>
void measure_calls(benchmark::State& state, Call&& call) {
    std::vector<double> took_us;
    for ([[maybe_unused]] auto _ : state) {
        const auto start = std::chrono::steady_clock::now();
        call();
        const std::chrono::duration<double, std::micro> took =
            std::chrono::steady_clock::now() - start;
        took_us.push_back(took.count());
    }
    const auto quantile = [&](double q) {
        const auto rank = std::min(
            took_us.size() - 1, static_cast<std::size_t>(q * static_cast<double>(took_us.size())));
        const auto at = took_us.begin() + static_cast<std::ptrdiff_t>(rank);
        std::nth_element(took_us.begin(), at, took_us.end());
        return *at;
    };
    if (took_us.empty()) return;
    state.counters["p50_us"] = quantile(0.50);
    state.counters["p99_us"] = quantile(0.99);
}

}  // namespace forescale
