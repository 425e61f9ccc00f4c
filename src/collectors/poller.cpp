#include "collectors/poller.h"

#include "base/assert.h"
#include "base/hash.h"

namespace forescale {

Poller::Poller(std::string name, std::unique_ptr<Collector> collector, PollerSettings settings,
               Timestamp from, std::uint64_t seed)
    : name_(std::move(name)),
      collector_(std::move(collector)),
      settings_(settings),
      cursor_(from),
      rng_(seed ^ fnv1a(name_)) {
    ASSERT(collector_ != nullptr);
}

std::optional<PollResult> Poller::poll(Timestamp now) {
    if (now <= cursor_ || (next_at_ && now < *next_at_)) return std::nullopt;
    PollResult result;
    const auto began = stopwatch_();
    auto collected = collector_->collect(cursor_, now);
    result.took = std::chrono::duration_cast<Duration>(stopwatch_() - began);
    result.slow = result.took > settings_.timeout;
    result.rejected = collector_->take_rejected();
    if (!collected) {
        result.error = std::move(collected).error();
        back_off(*result.error, now);
        return result;
    }
    result.batches = *std::move(collected);
    for (const auto& batch : result.batches) result.points += batch.points.size();
    failures_ = 0;
    circuit_is_open_ = false;
    cursor_ = now;
    next_at_ = now + settings_.interval;
    return result;
}

/// An error that trying again cannot cure opens the circuit at once: a person must look first.
void Poller::back_off(Error& error, Timestamp now) {
    ++failures_;
    circuit_is_open_ = !settings_.retry.allows(failures_ + 1, error.code);
    const auto wait =
        circuit_is_open_ ? settings_.circuit_open : settings_.retry.delay_after(failures_, rng_);
    next_at_ = now + wait;
    error.message += fmt::format(" (collector {}, failure {} in a row, next try in {})", name_,
                                 failures_, format_duration(wait));
}

void Poller::set_cursor(Timestamp from) {
    cursor_ = from;
    next_at_.reset();
}

}  // namespace forescale
