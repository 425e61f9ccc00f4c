#pragma once
#include "decision/capacity_model.h"
#include "domain/capacity.h"
#include "domain/sample.h"

#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace forescale {

/// Pairs the demand of a service with what a series beside it says of its replicas, and learns from
/// the pairs what one replica serves. All of it is stored with every turn: 2 KB, and nothing is
/// repeated after a restart.
class CapacityWatch {
public:
    CapacityWatch() = default;
    explicit CapacityWatch(const CapacityRule& rule) : from_(rule.from), in_use_(rule.stated) {}

    /// What was learned from another series is of no use.
    [[nodiscard]] CapacitySource from() const { return from_; }
    /// So many replicas are ready, from now on.
    void see(Replicas ready, Timestamp now);
    /// A window of the demand, and one of the series; those of one step are a pair, whichever comes
    /// first. Steps with a change of size teach nothing.
    void take_demand(const CapacityRule& rule, const Window& window);
    void take_measured(const CapacityRule& rule, const Window& window);

    /// Takes what was learned into use; less than 1 % is not worth it, since all that can be served
    /// changes with it.
    void adopt(const CapacityRule& rule);
    [[nodiscard]] Demand in_use() const { return in_use_; }
    [[nodiscard]] CapacityEvidence evidence(const CapacityRule& rule) const {
        return model_.evidence(rule);
    }

    std::string stream;  ///< of its StreamProcessor
    /// Name of each source that fed the series, and up to where it had been asked.
    std::vector<std::pair<std::string, Timestamp>> cursors;

    template <class Archive>
    void fields(Archive& archive) {
        archive(from_, in_use_, model_, ready_, demand_, measured_, stream, cursors);
    }

private:
    struct Ready {
        Timestamp from;
        Replicas replicas{0};
        template <class Archive>
        void fields(Archive& archive) {
            archive(from, replicas);
        }
    };
    [[nodiscard]] std::optional<Replicas> ready_during(const Window& window) const;
    void pair(const CapacityRule& rule, const Window& demand, const Window& measured);

    CapacitySource from_ = CapacitySource::stated;
    Demand in_use_{1.0};
    CapacityModel model_;
    std::deque<Ready> ready_;    ///< changes, newest last
    std::deque<Window> demand_;  ///< that wait for the other of their pair, oldest first
    std::deque<Window> measured_;
};

}  // namespace forescale
