#pragma once
// A small legacy PyTorch checkpoint, written instruction by instruction.
#include <string>
#include <vector>

namespace m2m::testing {

/// Parts of a pickle of protocol 2.
namespace pickled {
std::string text(const std::string& value);
std::string integer(std::int64_t value);
std::string number(double value);
std::string global(const std::string& module, const std::string& name);
std::string tuple(const std::vector<std::string>& items);
std::string list(const std::vector<std::string>& items);
std::string dict(const std::vector<std::string>& keys_and_values);
/// A whole pickle, of one value.
std::string whole(const std::string& value);
/// A float tensor that lies contiguously at `offset` of its storage.
std::string tensor(const std::string& key, std::int64_t count, std::int64_t offset,
                   const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& strides);
/// The key, value ... of a checkpoint's four entries, as in legacy_sample().
std::vector<std::string> sample_entries();
}  // namespace pickled

/// The magic number's, the version's and the system's pickle.
std::string legacy_preamble();

/// A file around `object`, a value; storages "1" (floats 0 to 7) and "2" (floats 0 to 5) follow it.
std::string legacy_file(const std::string& object);

/// net: a.weight [2, 3] = 0 ... 5, a.running_mean [2] = 6, 7 (same storage); optimizer: parameter 140 with momentum
/// [2, 3] = 0 ... 5; acc 69.5; epoch 12.
std::string legacy_sample();

}  // namespace m2m::testing
