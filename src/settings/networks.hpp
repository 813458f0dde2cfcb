#pragma once
// The table of networks. The module nn builds them.
#include <string>
#include <vector>

namespace m2m::settings {

/// A row of the table of networks.
struct NetworkFacts {
  const char* name;
  const char* about;    // one sentence
  bool takes_features;  // it takes vectors of features as well as images
};

/// All networks, in the order of help.
const std::vector<NetworkFacts>& networks();
/// The names of all networks, in the order of the table.
std::vector<std::string> network_names();

/// The network of that name. Throws Error (usage) if there is none; the sentence lists all names.
const NetworkFacts& find_network(const std::string& name);

}  // namespace m2m::settings
