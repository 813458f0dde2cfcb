#include "comm/messages/session.hpp"

#include <gtest/gtest.h>

#include <map>

#include "comm/messages/collectives.hpp"
#include "comm/messages/mpi_handle.hpp"
#include "core/error.hpp"
#include "support/mpi_main.hpp"
#include "support/said.hpp"

namespace m2m::comm {
namespace {

Launch launch_in(const std::map<std::string, std::string>& variables) {
  return launch_from_environment([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

TEST(Launch, IsOneRankWhereTheEnvironmentSaysNothing) {
  EXPECT_EQ(launch_in({}).ranks, 1);
  EXPECT_NO_THROW(check_rank_count(1, launch_in({})));
}

TEST(Launch, RefusesAWorldOfOneWhereSlurmSaysEight) {
  const Launch launch = launch_in({{"SLURM_NTASKS", "8"}, {"SLURM_PROCID", "3"}});
  EXPECT_FALSE(launch.first);
  const std::string refusal = testing::complaint([&] { check_rank_count(1, launch); }, ExitCode::usage);
  EXPECT_TRUE(testing::says(refusal, {"SLURM_NTASKS=8", "'srun --mpi=pmix'", "'mpirun'"}));
}

TEST(Launch, RefusesAWorldOfOneWhereAnotherMpirunSaysTwo) {
  EXPECT_THROW(check_rank_count(1, launch_in({{"OMPI_COMM_WORLD_SIZE", "2"}})), Error);
}

TEST(Launch, KnowsTheMpirunOfMpich) {
  const Launch launch = launch_in({{"PMI_SIZE", "4"}, {"PMI_RANK", "2"}});
  EXPECT_TRUE(launch.is_known());
  EXPECT_EQ(launch.ranks, 4);
  EXPECT_FALSE(launch.first);
  EXPECT_FALSE(launch_in({}).is_known());
}

TEST(Launch, TakesAnMpirunOfOneRankInsideALargerAllocation) {
  const Launch launch = launch_in({{"OMPI_COMM_WORLD_SIZE", "1"}, {"SLURM_NTASKS", "8"}});
  EXPECT_NO_THROW(check_rank_count(1, launch));
}

TEST(Launch, TakesAWorldOfSeveralRanks) {
  EXPECT_NO_THROW(check_rank_count(8, launch_in({{"SLURM_NTASKS", "8"}})));
}

TEST(Launch, TakesNoHarmFromNonsenseInTheEnvironment) {
  for (const char* nonsense : {"", "x", "8x", "-4", "99999999999999999999"}) {
    EXPECT_EQ(launch_in({{"SLURM_NTASKS", nonsense}}).ranks, 1) << nonsense;
  }
}

TEST(Session, KnowsItsRankAndSize) {
  const Session& session = testing::session();
  EXPECT_GE(session.rank(), 0);
  EXPECT_LT(session.rank(), session.size());
  EXPECT_EQ(session.size(), session.launch().ranks);
}

TEST(Session, ReturnsErrorsOfMpiCallsInsteadOfEndingTheJob) {
  const int nobody = testing::session().size() + 5;
  char byte = 0;
  EXPECT_THROW(check_mpi(MPI_Send(&byte, 1, MPI_BYTE, nobody, 0, MPI_COMM_WORLD), "sending"), Error);
  const CommunicatorHandle copy = duplicate(MPI_COMM_WORLD);
  EXPECT_THROW(check_mpi(MPI_Send(&byte, 1, MPI_BYTE, nobody, 0, copy.get()), "sending"), Error);
}

TEST(CommunicatorHandle, LeavesTheNullHandleBehindWhenMoved) {
  CommunicatorHandle first = duplicate(MPI_COMM_WORLD);
  const CommunicatorHandle second = std::move(first);
  EXPECT_EQ(first.get(), MPI_COMM_NULL);  // NOLINT(bugprone-use-after-move): what is tested
  EXPECT_NE(second.get(), MPI_COMM_NULL);
}

TEST(Broadcast, GivesEveryRankTheBytesOfRankZero) {
  const Session& session = testing::session();
  for (const std::string& text : {std::string(), std::string("a\0b", 3), std::string(1'000'000, 'z')}) {
    EXPECT_EQ(broadcast(session, session.rank() == 0 ? text : "something else"), text);
  }
}

TEST(FirstText, IsThatOfTheLowestRankThatHasOne) {
  const Session& session = testing::session();
  const int last = session.size() - 1;
  const std::string mine = "rank " + std::to_string(session.rank());
  EXPECT_EQ(first_text(session, ""), "");
  EXPECT_EQ(first_text(session, mine), "rank 0");
  EXPECT_EQ(first_text(session, session.rank() == last ? mine : ""), "rank " + std::to_string(last));
}

TEST(Barrier, LetsNobodyThroughBeforeAllHaveCome) {
  const Session& session = testing::session();
  const CommunicatorHandle channel = duplicate(MPI_COMM_WORLD);
  // Every other rank sends before the barrier; an eager message sent before the barrier has arrived after it.
  const char byte = 1;
  MPI_Request sent = MPI_REQUEST_NULL;
  if (session.rank() != 0) MPI_Isend(&byte, 1, MPI_BYTE, 0, 0, channel.get(), &sent);
  barrier(session);
  for (int rank = 1; session.rank() == 0 && rank < session.size(); ++rank) {
    int there = 0;
    for (int tries = 0; tries < 100 && !there; ++tries) {
      MPI_Iprobe(rank, 0, channel.get(), &there, MPI_STATUS_IGNORE);
    }
    EXPECT_TRUE(there) << "rank " << rank;
    char received = 0;
    MPI_Recv(&received, 1, MPI_BYTE, rank, 0, channel.get(), MPI_STATUS_IGNORE);
  }
  MPI_Wait(&sent, MPI_STATUS_IGNORE);
}

TEST(HostRanks, CountsTheRanksAndCoresOfTheHost) {
  const HostRanks share = host_ranks(testing::session());
  EXPECT_EQ(share.ranks, testing::session().size());
  EXPECT_EQ(share.hosts, 1);
  EXPECT_GE(share.rank_cores, 1);
  EXPECT_GE(share.cores, share.rank_cores);
}

}  // namespace
}  // namespace m2m::comm
