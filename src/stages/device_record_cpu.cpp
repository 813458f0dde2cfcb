// The build without CUDA: there is no GPU to record.
#include "stages/runner.hpp"

namespace m2m::stages {

Json device_record(torch::Device) { return Json::object(); }

}  // namespace m2m::stages
