#include "data/workers.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <string_view>
#include <thread>

#include "core/machine.hpp"
#include "core/stopwatch.hpp"

namespace m2m::data {
namespace {

constexpr double seconds_between = 5;

/// Joins its threads however the scope is left.
struct Crew {
  std::vector<std::thread> threads;
  ~Crew() {
    for (std::thread& thread : threads) thread.join();
  }
};

}  // namespace

int decoder_count() {
  constexpr int most = 16, most_asked_for = 256;
  const char* said = std::getenv("M2M_DECODERS");
  const std::string_view digits = said == nullptr ? "" : said;
  int asked = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), asked);
  return asked >= 1 ? std::min(asked, most_asked_for) : std::clamp(affinity_cores(), 1, most);
}

std::vector<DecodeFailure> do_all(std::int64_t count, int threads, const std::function<void(std::int64_t)>& work,
                                  const std::function<void(std::int64_t)>& at_times) {
  std::atomic<std::int64_t> next = 0;
  std::mutex guard;
  std::vector<DecodeFailure> failures;
  const auto take_turns = [&](const std::function<void(std::int64_t)>& look_up) {
    auto last = std::chrono::steady_clock::now();
    for (std::int64_t item = next++; item < count; item = next++) {
      try {
        work(item);
      } catch (const std::exception& error) {
        const std::lock_guard lock(guard);
        failures.push_back({item, error.what()});
      }
      if (!look_up || seconds_since(last) < seconds_between) continue;
      look_up(item);
      last = std::chrono::steady_clock::now();
    }
  };
  {
    Crew crew;
    const auto helpers = std::min<std::int64_t>(threads, count) - 1;
    for (std::int64_t i = 0; i < helpers; ++i) crew.threads.emplace_back(take_turns, nullptr);
    take_turns(at_times);
  }
  std::sort(failures.begin(), failures.end(),
            [](const DecodeFailure& one, const DecodeFailure& other) { return one.item < other.item; });
  return failures;
}

}  // namespace m2m::data
