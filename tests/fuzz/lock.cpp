// Fuzz target: lock.json, which another sweep left: its holder is described, and a lock without a heartbeat is
// taken over.
#include "core/log.hpp"
#include "results/folder_lock.hpp"
#include "support/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace m2m;
  set_log_level(LogLevel::error);
  const std::filesystem::path folder = testing::scratch() / "out";
  std::filesystem::create_directories(folder);
  const auto file = testing::write_scratch("out/lock.json", testing::to_text(bytes, size));
  results::live_holder(folder);
  testing::read_or_refuse([&] { const results::FolderLock lock(folder, {.stale = 0, .instant = 0}); });
  testing::require(!std::filesystem::exists(file), "a lock is left");
  return 0;
}
