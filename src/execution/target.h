#pragma once
#include "base/error.h"
#include "domain/capacity.h"
#include "domain/operation.h"

namespace forescale {

/// Something that runs replicas. Used by one thread at a time; every call has a deadline of its
/// own.
class Target {
public:
    virtual ~Target() = default;

    /// What there is now; seen_at is when the target was asked.
    /// errors  unavailable: no answer, and the size is not known; not_found: no such service there
    virtual Result<Capacity> observe(const ServiceId& service) = 0;
    /// Asks for operation.to replicas, absolutely; asking twice for the same operation (its id)
    /// equals asking once. operation.attempts is the number of this call, from 1. errors
    /// unavailable: may or may not have been taken, ask again; conflict: somebody else changed it;
    /// invalid_argument: refused for good (quota, permission)
    virtual Result<void> apply(const Operation& operation) = 0;
};

}  // namespace forescale
