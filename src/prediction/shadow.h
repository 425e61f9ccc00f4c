#pragma once
#include "prediction/members.h"

#include <memory>
#include <vector>

namespace forescale {

/// What two versions of trained models missed one target by, in units of the usual error there:
/// means over the members that both versions have.
struct PairedLoss {
    Duration horizon{0};
    Timestamp target;
    double live = 0.0;
    double other = 0.0;
};

/// The members that use trained models, once more, with another version of those models: they see
/// what the live ones see, and nobody hears them. What both said is kept until the target is
/// observed. They begin with what the live ones have learned about the service: a version is judged
/// by its models, not by how long it has been there. Cost: that of those members, again; 20 KB
/// while it runs. Targets of the first day are not paired: what does not carry over settles in it.
class Shadow {
public:
    Shadow() = default;
    Shadow(const ModelSettings& settings, const Anchors& anchors);

    /// Runs with these models from the next step on; null: ends. Begins anew whenever the version
    /// is another one.
    void run(std::shared_ptr<const TrainedModels> other);
    [[nodiscard]] bool runs() const { return !rings_.empty(); }

    /// The next step: `live` has answered for it.
    void step(const Moment& moment, const Members& live, double demand_max);
    /// Of the targets that this step is.
    [[nodiscard]] const std::vector<PairedLoss>& matured() const { return matured_; }

    /// A member that rests among the live ones rests here too.
    void rest(std::string_view member, const std::string& why);

    /// For a forecaster that was read: the models are not part of its state.
    void take_models_of(Shadow& before) { other_ = std::move(before.other_); }

    template <class Archive>
    void fields(Archive& archive) {
        std::uint64_t steps = steps_;
        std::uint64_t rings = rings_.size();
        archive(steps, rings);
        if constexpr (Archive::is_reading) {
            if (rings > 0) begin();
            if (rings != rings_.size()) return;
            steps_ = steps;
        }
        if (rings == 0) return;
        archive(*members_);
        for (Ring& ring : rings_) archive(ring.said, ring.usual, ring.known);
    }

private:
    /// What was said at one headline horizon, until its targets are observed.
    struct Ring {
        int steps = 0;
        std::size_t anchor = 0;
        std::vector<float> said;  ///< [steps][members][live, other]
        double usual = 0.0;       ///< fading mean error of both
        double known = 0.0;       ///< targets in it
    };
    void begin();
    void learn(Ring& ring, const Moment& moment);
    void keep(Ring& ring, const Members& live);
    [[nodiscard]] float* slot(Ring& ring) const;

    ModelSettings settings_;
    Anchors anchors_;
    std::shared_ptr<const TrainedModels> other_;
    std::unique_ptr<Members> members_;
    std::vector<Ring> rings_;
    std::uint64_t steps_ = 0;
    std::vector<PairedLoss> matured_;
};

}  // namespace forescale
