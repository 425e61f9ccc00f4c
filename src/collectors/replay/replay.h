#pragma once
#include "collectors/collector.h"
#include "collectors/replay/timed_rows.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace forescale {

/// One series that a replay feeds.
struct ReplaySeries {
    std::string service;
    std::string path;
    Duration step{0};  ///< stated, or detected
    Timestamp first;   ///< start of the earliest step
    Timestamp last;    ///< start of the latest step
    std::int64_t rows = 0;
};

/// Plays recorded files as if they were measured now. It has no speed of its own: the clock that
/// asks decides how fast time goes. A point named t becomes known at t + step. Files are read
/// forward, row by row; only asking for the past opens one again.
///
/// Bad rows are passed over, counted and told of with file:line (take_rejected), each once. A fault
/// of a whole file (gone, broken gzip data, a line without end) is an error of collect(); files
/// that should not hold each other up belong to collectors of their own.
class ReplayCollector final : public Collector {
public:
    /// Reads every file once, so that faults show at the start, and to find its step and its ends.
    /// errors  those of the files; invalid_argument: no file, a step that cannot be detected, or a
    /// service that two files of different steps feed
    [[nodiscard]] static Result<std::unique_ptr<ReplayCollector>> open(
        const CollectorSettings& settings);

    Result<std::vector<SampleBatch>> collect(Timestamp from, Timestamp to) override;
    [[nodiscard]] Rejected take_rejected() override { return std::exchange(rejected_, {}); }

    /// In the order of files and columns.
    [[nodiscard]] const std::vector<ReplaySeries>& series() const { return series_; }
    /// Where a virtual clock begins: the start of the earliest step. Nothing is known then.
    [[nodiscard]] Timestamp first() const;
    /// Where it ends: the moment at which the latest point has become known.
    [[nodiscard]] Timestamp end() const;

private:
    struct File {
        std::string path;
        Duration step;
        std::vector<ServiceId> services{};  ///< per column
        std::optional<TimedRows> rows{};    ///< open, forward from `position`
        Timestamp position{};               ///< rows that were known by then have been passed
        std::size_t rejected_line = 0;
    };
    Result<void> add_file(const std::string& path, const CollectorSettings& settings);
    Result<void> go_to(File& file, Timestamp from);
    Result<void> play(File& file, Timestamp to, std::vector<SampleBatch>* out);
    void note_rejected(File& file);

    std::vector<File> files_;
    std::vector<ReplaySeries> series_;
    Rejected rejected_;
};

[[nodiscard]] Result<std::unique_ptr<Collector>> make_replay(const CollectorSettings& settings);

}  // namespace forescale
