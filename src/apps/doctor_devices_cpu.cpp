// The build without CUDA: m2m-doctor has no GPU to check.
#include "apps/doctor_checks.hpp"

namespace m2m::apps {

std::vector<Finding> check_devices(const comm::Group&, const comm::HostRanks&) {
  return {{"GPU", Health::ok, "none: this build trains on cores; 'make gpu' builds for GPUs", ""}};
}

}  // namespace m2m::apps
