#pragma once
// The main function of test programs that run on several ranks.
#include "comm/messages/session.hpp"

namespace m2m::testing {

/// The program's MPI session.
const comm::Session& session();

}  // namespace m2m::testing
