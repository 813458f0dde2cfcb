#include "results/folder_lock.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "core/config.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "support/eventually.hpp"
#include "support/fake_training.hpp"
#include "support/said.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::results {

using testing::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

/// Makes a lock of another host with a heartbeat `seconds` ago.
void leave_foreign_lock(const fs::path& folder, int seconds) {
  write_file(folder / "lock.json",
             Json{{"host", "a17"}, {"job", "4711"}, {"process", 1}, {"space", "elsewhere"}, {"token", "t"}}.dump());
  timespec times[2];
  clock_gettime(CLOCK_REALTIME, &times[0]);
  times[0].tv_sec -= seconds;
  times[1] = times[0];
  utimensat(AT_FDCWD, (folder / "lock.json").c_str(), times, 0);
}

std::string refusal(const fs::path& folder, ExitCode expected) {
  return testing::complaint([&] { const FolderLock lock(folder); }, expected);
}

TEST(FolderLock, CanBeAskedForWhileItsHolderRemovesUnfinishedFiles) {
  const TemporaryFolder folder;
  const FolderLock lock(folder.path());
  std::atomic<bool> is_done = false;
  std::thread holder([&] {
    while (!is_done) remove_unfinished_files(folder.path());
  });
  for (int i = 0; i < 500; ++i) EXPECT_NE(refusal(folder.path(), ExitCode::held), "");
  is_done = true;
  holder.join();
}

TEST(FolderLock, IsHeldUntilItIsGivenBack) {
  const TemporaryFolder folder;
  {
    const FolderLock lock(folder.path() / "new");
    EXPECT_NE(refusal(folder.path() / "new", ExitCode::held).find("in use by"), std::string::npos);
  }
  EXPECT_EQ(refusal(folder.path() / "new", ExitCode::held), "");
  EXPECT_FALSE(fs::exists(folder.path() / "new" / "lock.json"));
}

TEST(FolderLock, SaysWhoHoldsItAndWhenTheyWereLastSeen) {
  const TemporaryFolder folder;
  leave_foreign_lock(folder.path(), 12);
  const std::string message = refusal(folder.path(), ExitCode::held);
  EXPECT_TRUE(testing::says(message, {folder.path().string(), "job 4711", "host a17", "--wait"}));
  EXPECT_TRUE(testing::says(message, {"12 s"}) || testing::says(message, {"13 s"})) << message;
}

TEST(FolderLock, IsTakenOverFromAHolderSilentForLong) {
  const TemporaryFolder folder;
  leave_foreign_lock(folder.path(), 1000);
  const FolderLock lock(folder.path());
  EXPECT_NE(refusal(folder.path(), ExitCode::held).find("in use by process " + std::to_string(::getpid())),
            std::string::npos);
  for (const auto& entry : fs::directory_iterator(folder.path())) EXPECT_EQ(entry.path().filename(), "lock.json");
}

TEST(FolderLock, IsTakenOverFromAHolderWhoseClockWasFarAhead) {
  const TemporaryFolder folder;
  leave_foreign_lock(folder.path(), -100);
  EXPECT_NE(refusal(folder.path(), ExitCode::held), "");
  leave_foreign_lock(folder.path(), -1000);
  EXPECT_EQ(live_holder(folder.path()), "");
  EXPECT_EQ(refusal(folder.path(), ExitCode::held), "");
}

TEST(FolderLock, RefusesWhatIsNoFileInItsPlace) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "lock.json";
  fs::create_directory(file);
  EXPECT_TRUE(testing::says(refusal(folder.path(), ExitCode::input_output), {file.string(), "move"}));
  fs::remove(file);
  fs::create_symlink("nowhere", file);
  EXPECT_TRUE(testing::says(refusal(folder.path(), ExitCode::input_output), {file.string(), "move"}));
}

TEST(FolderLock, IsTakenOverAtOnceFromAKilledProcessOfThisHost) {
  const TemporaryFolder folder;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const FolderLock lock(folder.path());
    (void)!::write(ready[1], "x", 1);
    for (;;) ::pause();
  }
  char byte;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_NE(refusal(folder.path(), ExitCode::held).find("process " + std::to_string(child)), std::string::npos);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(refusal(folder.path(), ExitCode::held), "");
}

TEST(FolderLock, GivesSignsOfLife) {
  const TemporaryFolder folder;
  const FolderLock lock(folder.path(), {0.01, 180});
  timespec long_ago[2] = {{1000, 0}, {1000, 0}};
  utimensat(AT_FDCWD, (folder.path() / "lock.json").c_str(), long_ago, 0);
  struct stat info {};
  EXPECT_TRUE(testing::eventually(
      [&] { return ::stat((folder.path() / "lock.json").c_str(), &info) == 0 && info.st_mtime != 1000; }));
  EXPECT_FALSE(lock.lost());
}

TEST(FolderLock, NoticesThatAnotherTookItOverAndLeavesItToThem) {
  const TemporaryFolder folder;
  {
    const FolderLock lock(folder.path(), {0.01, 180});
    leave_foreign_lock(folder.path(), 0);
    EXPECT_TRUE(testing::eventually([&] { return lock.lost(); }));
  }
  EXPECT_TRUE(fs::exists(folder.path() / "lock.json"));
}

TEST(FolderLock, IsRespectedIfItsContentMakesNoSense) {
  const TemporaryFolder folder;
  write_file(folder.path() / "lock.json", R"({"host": 7, "process": "x", "token": []})");
  EXPECT_NE(refusal(folder.path(), ExitCode::held).find("another sweep"), std::string::npos);
}

TEST(FolderLock, TakesNoProcessFromANumberThatIsNone) {
  const TemporaryFolder folder;
  for (const char* process : {"4294967297", "1e300", "-1e300", "1.5", "true", "[1]"}) {
    write_file(folder / "lock.json", std::string(R"({"host": "a17", "process": )") + process + "}");
    EXPECT_EQ(live_holder(folder.path()), "process 0 on host a17") << process;
  }
}

TEST(FolderLock, IsTakenOverFromAHolderThatWasKilledBeforeItHadWrittenIt) {
  const TemporaryFolder folder;
  for (const char* content : {"", "{", "[]"}) {
    write_file(folder.path() / "lock.json", content);
    const FolderLock lock(folder.path(), {10, 180, 0.05});
    EXPECT_NE(refusal(folder.path(), ExitCode::held), "") << content;
  }
}

TEST(FolderLock, WaitsForAHolderThatIsWritingIt) {
  const TemporaryFolder folder;
  write_file(folder.path() / "lock.json", "");
  std::thread holder([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    leave_foreign_lock(folder.path(), 0);
  });
  const std::string message = refusal(folder.path(), ExitCode::held);
  holder.join();
  EXPECT_TRUE(testing::says(message, {"host a17"}));
}

TEST(FolderLock, IsTakenOverAlthoughAProcessWasKilledWhileItTookItOver) {
  const TemporaryFolder folder;
  leave_foreign_lock(folder.path(), 1000);
  write_file(folder.path() / "lock.json.removing", "");
  const FolderLock lock(folder.path(), {10, 180, 0.05});
  EXPECT_FALSE(fs::exists(folder.path() / "lock.json.removing"));
}

TEST(FolderLock, SaysSoWhereTheFolderCannotBeMade) {
  const TemporaryFolder folder;
  write_file(folder.path() / "file", "x");
  EXPECT_NE(refusal(folder.path() / "file" / "below", ExitCode::input_output), "");
}

TEST(FolderLock, GoesToOneOfManyThatWantItAtOnce) {
  const TemporaryFolder folder;
  leave_foreign_lock(folder.path(), 1000);
  std::vector<pid_t> children;
  int begin[2], end[2];
  ASSERT_EQ(::pipe(begin) + ::pipe(end), 0);
  for (int i = 0; i < 8; ++i) {
    children.push_back(::fork());
    if (children.back() != 0) continue;
    char byte;
    (void)!::read(begin[0], &byte, 1);
    std::unique_ptr<FolderLock> lock;
    try {
      lock = std::make_unique<FolderLock>(folder.path());
    } catch (const Error&) {
    }
    (void)!::write(end[1], lock ? "1" : "0", 1);
    for (;;) ::pause();  // holds it until killed
  }
  (void)!::write(begin[1], "xxxxxxxx", 8);
  int holders = 0;
  for (int i = 0; i < 8; ++i) {
    char byte;
    ASSERT_EQ(::read(end[0], &byte, 1), 1);
    holders += byte == '1' ? 1 : 0;
  }
  for (const pid_t child : children) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  EXPECT_EQ(holders, 1);
}

}  // namespace
}  // namespace m2m::results
