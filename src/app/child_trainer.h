#pragma once
#include "app/config.h"
#include "base/file.h"
#include "pipeline/training_trainer.h"

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

namespace forescale {

struct ChildTrainerSettings {
    std::string program;  ///< that is run; the arguments of an order follow `arguments`
    std::vector<std::string> arguments;
    Duration time_max = std::chrono::hours(1);
    std::int64_t memory_max_mb = 1024;
    Duration grace = std::chrono::seconds(5);  ///< between asking to stop and killing
};

/// This same program as `forescale train --from-store`, with the configuration given.
[[nodiscard]] ChildTrainerSettings trainer_settings(const AppConfig& config,
                                                    const std::string& config_file,
                                                    const std::vector<std::string>& set);

/// Trains in a child process: its data is limited to memory_max_mb, it gives way to everything else
/// (nice 10), it is asked to stop after time_max and killed `grace` later, and it ends with this
/// process whatever ends that. Its standard error is read for last words, at most 2 KB of them.
class ChildTrainer final : public Trainer {
public:
    explicit ChildTrainer(ChildTrainerSettings settings);
    ~ChildTrainer() override;  ///< kills and reaps what is left
    ChildTrainer(const ChildTrainer&) = delete;
    ChildTrainer& operator=(const ChildTrainer&) = delete;

    [[nodiscard]] Result<void> start(const TrainingOrder& order) override;
    [[nodiscard]] std::optional<TrainingEnd> poll() override;

private:
    using Steady = std::chrono::steady_clock;
    void listen();
    void press();
    [[nodiscard]] TrainingEnd ended(int status) const;

    ChildTrainerSettings settings_;
    pid_t child_ = 0;  ///< 0: none
    Descriptor words_from_{-1};
    std::string words_;
    Steady::time_point began_;
    bool asked_to_stop_ = false;
};

}  // namespace forescale
