#pragma once
// Where things lie in a sweep's output folder.
#include <filesystem>
#include <string>

namespace m2m::results {

struct OutputFolder {
  std::filesystem::path root;
  std::filesystem::path shared_cache = {};  // where stages lie; empty: in root/cache

  std::filesystem::path study() const { return root / "study.json"; }   // what was planned
  std::filesystem::path merged() const { return root / "results.h5"; }  // made from the trials; may be rebuilt
  std::filesystem::path trial(const std::string& id) const { return root / "trials" / id; }
  std::filesystem::path config(const std::string& id) const { return trial(id) / "config.json"; }
  std::filesystem::path journal(const std::string& id) const { return trial(id) / "journal.jsonl"; }
  std::filesystem::path result(const std::string& id) const { return trial(id) / "result.h5"; }
  std::filesystem::path failure(const std::string& id) const { return trial(id) / "failure.json"; }
  std::filesystem::path cache() const { return shared_cache.empty() ? root / "cache" : shared_cache; }
  std::filesystem::path stage(const std::string& id) const { return cache() / id; }  // a g, a prefix
  std::filesystem::path stage_done(const std::string& id) const { return stage(id) / "stage.json"; }
};

}  // namespace m2m::results
