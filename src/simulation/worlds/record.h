#pragma once
#include "domain/audit.h"
#include "domain/capacity.h"
#include "domain/decision.h"
#include "domain/operation.h"
#include "storage/store.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace forescale::worlds {

/// One call of the target, and what the store held of its operation at that moment.
struct Call {
    Operation operation;
    Timestamp at;
    bool took_effect = false;
    std::optional<Operation> stored;  ///< a rollback: the operation that it takes back

    /// Going back to the size before, after replicas did not come.
    [[nodiscard]] bool is_rollback() const {
        return operation.id.find("-rollback-") != std::string::npos;
    }
};

/// What one turn decided for one service.
struct Made {
    Timestamp at;
    int current = 0;
    int wanted = 0;  ///< before stabilization
    int desired = 0;
    bool acts = true;  ///< false: a mode in which it is only said
};

/// What a person asked for, and was told that it is so.
struct Asked {
    Control control;
    int approved = -1;         ///< approve: the size that was proposed
    bool approves_up = false;  ///< approve: whether that adds replicas
    bool is_certain = true;    ///< false: the answer was an error, and it may be forgotten
};

/// The target's own size after a turn.
struct SizeAfter {
    Timestamp at;
    int total = 0;
    bool foreign = false;  ///< in this turn something else than its decision changed the size
};

/// What sources gave of one series.
struct Given {
    std::map<Timestamp, std::vector<double>> values;  ///< for a time, that are demand
    std::optional<Timestamp> newest;       ///< of them; nothing newer can have been taken in
    std::optional<Timestamp> newest_sure;  ///< of those that came before their window closed
};

/// What crossed the borders of the process on behalf of one service.
struct ServiceRecord {
    Given demand;
    std::map<std::string, Given> signals;        ///< by name
    std::vector<std::optional<Capacity>> looks;  ///< of this turn
    std::vector<Call> calls;                     ///< of this turn
    std::vector<Made> made;                      ///< oldest first
    std::vector<SizeAfter> sizes;                ///< oldest first
    std::vector<Made> acted;   ///< of those made, which took effect at once; oldest first
    std::vector<Asked> asked;  ///< oldest first
    std::map<std::string, Operation> operations;  ///< as the store has them, by id
    int open_max = 0;  ///< most operations that were open at once in the store, in this turn
};

/// What crossed the borders of the process: nothing of what it thinks, except its decisions.
struct WorldRecord {
    std::map<std::string, ServiceRecord> services;
    std::map<std::string, bool> source_fails;  ///< by name: the newest answer was an error
    bool store_fails = false;                  ///< the newest answer was an error
    std::vector<Batch> written;                ///< in this turn
    std::optional<AuditEntry> audit_head;      ///< before this turn
    std::set<std::string> audited_decisions;   ///< ids, before this turn
    std::int64_t turns = 0;
    std::int64_t lives = 0;
};

}  // namespace forescale::worlds
