#include "support/mpi_main.hpp"

#include <gtest/gtest.h>

#include <cstdio>

#include "comm/messages/collectives.hpp"
#include "support/test_end.hpp"

namespace m2m::testing {
namespace {

const comm::Session* current_session = nullptr;

/// Prints only failures, for ranks other than 0.
class FailuresOnly : public ::testing::EmptyTestEventListener {
  void OnTestPartResult(const ::testing::TestPartResult& part) override {
    if (part.failed()) {
      std::fprintf(stderr, "rank %d: %s:%d: %s\n", session().rank(), part.file_name(), part.line_number(),
                   part.summary());
    }
  }
};

}  // namespace

const comm::Session& session() { return *current_session; }

}  // namespace m2m::testing

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  const m2m::comm::Session session(argc, argv);
  m2m::testing::current_session = &session;
  if (session.rank() != 0) {
    auto& listeners = ::testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new m2m::testing::FailuresOnly);
  }
  const int failed = RUN_ALL_TESTS();
  if (m2m::testing::nothing_chosen()) return 2;
  const bool any_ran = m2m::comm::any(session, !m2m::testing::all_skipped());
  return failed == 0 && !any_ran ? m2m::testing::skipped_code : failed;
}
