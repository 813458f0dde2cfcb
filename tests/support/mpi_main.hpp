#pragma once
// The main function of test programs that run on several ranks.
#include "comm/messages/session.hpp"

namespace m2m::testing {

/// The MPI session of the program.
const comm::Session& session();

}  // namespace m2m::testing
