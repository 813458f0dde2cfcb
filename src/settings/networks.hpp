#pragma once
// The networks by name; how they are built is nn's affair.
#include <string>
#include <vector>

namespace m2m::settings {

struct NetworkFacts {
  const char* name;
  const char* about;    // one sentence
  bool takes_features;  // vectors of features, beside images
};

/// In the order of help.
const std::vector<NetworkFacts>& networks();
std::vector<std::string> network_names();

/// Throws Error (usage), naming them all, if no network has that name.
const NetworkFacts& find_network(const std::string& name);

}  // namespace m2m::settings
