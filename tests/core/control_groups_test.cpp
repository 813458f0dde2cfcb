#include "core/control_groups.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "core/machine.hpp"
#include "support/temporary_folder.hpp"

namespace m2m {
namespace {

namespace fs = std::filesystem;

class ControlGroups : public ::testing::Test {
 protected:
  void put(const std::string& file, const std::string& text) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  ControlGroupLimits limits() const { return control_group_limits(root_.path()); }

 private:
  testing::TemporaryFolder root_;
};

TEST_F(ControlGroups, LimitNothingWhereThereAreNone) {
  for (const char* groups : {"", "0::/\n", "nonsense\n", "0:"}) {
    put("proc/self/cgroup", groups);
    EXPECT_TRUE(std::isinf(limits().cores)) << groups;
    EXPECT_TRUE(std::isinf(limits().memory)) << groups;
    EXPECT_TRUE(std::isinf(limits().memory_left)) << groups;
  }
}

TEST_F(ControlGroups, OfVersion2CountByTheTightestGroupAbove) {
  put("proc/self/cgroup", "0::/slurm/job_7/step\n");
  put("sys/fs/cgroup/slurm/job_7/step/cpu.max", "max 100000\n");
  put("sys/fs/cgroup/slurm/job_7/cpu.max", "250000 100000\n");
  put("sys/fs/cgroup/slurm/cpu.max", "800000 100000\n");
  put("sys/fs/cgroup/slurm/job_7/memory.max", "4000\n");
  put("sys/fs/cgroup/slurm/job_7/memory.current", "3000\n");
  put("sys/fs/cgroup/slurm/job_7/memory.stat", "anon 2000\ninactive_file 700\nactive_file 300\n");
  put("sys/fs/cgroup/slurm/memory.max", "max\n");
  EXPECT_EQ(limits().cores, 2.5);
  EXPECT_EQ(limits().memory, 4000);
  EXPECT_EQ(limits().memory_left, 1700);
}

TEST_F(ControlGroups, OfVersion1HaveAFolderPerController) {
  put("proc/self/cgroup", "5:cpuset:/a\n4:cpu,cpuacct:/docker/x\n3:memory:/docker/x\n1:name=systemd:/docker/x\n");
  put("sys/fs/cgroup/cpu/docker/x/cpu.cfs_quota_us", "150000\n");
  put("sys/fs/cgroup/cpu/docker/x/cpu.cfs_period_us", "100000\n");
  put("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  put("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  put("sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes", "9223372036854771712\n");
  put("sys/fs/cgroup/memory/memory.limit_in_bytes",
      "8000\n");  // as in a container that sees its own group as the root
  put("sys/fs/cgroup/memory/memory.usage_in_bytes", "9000\n");
  put("sys/fs/cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 500\n");
  EXPECT_EQ(limits().cores, 1.5);
  EXPECT_EQ(limits().memory, 8000);
  EXPECT_EQ(limits().memory_left, 0);
}

TEST_F(ControlGroups, LeaveAtLeastOneCoreAndNoMoreThanTheAffinityMask) {
  EXPECT_GE(usable_cores(), 1);
  EXPECT_LE(usable_cores(), affinity_cores());
}

}  // namespace
}  // namespace m2m
