// m2m-bench: measures the program's parts, and compares it with the authors' program.
#include <torch/cuda.h>

#include "bench/bench_arguments.hpp"
#include "core/command_line.hpp"
#include "core/error.hpp"
#include "core/instruction_set.hpp"
#include "nn/device.hpp"
#include "stages/runner.hpp"

namespace {

/// What a reader of the numbers has to know, without the name of a host.
m2m::Json machine() {
  m2m::Json context = m2m::stages::environment(1);
  for (const char* key : {"host", "ranks", "started"}) context.erase(key);
  if (torch::cuda::is_available()) context.update(m2m::stages::device_record(torch::Device(torch::kCUDA, 0)));
  return context;
}

m2m::ExitCode run(const m2m::bench::BenchArguments& arguments, int& argc, char**& argv) {
  if (!arguments.answer.empty()) {
    m2m::print_answer(arguments.answer);
    return m2m::ExitCode::done;
  }
  m2m::nn::allow_tf32(false);  // as a sweep has it: float32 is float32
  switch (arguments.verb) {
    case m2m::bench::BenchVerb::run:
      return m2m::bench::run_cases(arguments.run, machine()) == 0 ? m2m::ExitCode::done
                                                                  : m2m::ExitCode::some_failed;
    case m2m::bench::BenchVerb::compare:
      m2m::bench::compare_with_authors(arguments.compare, machine());
      return m2m::ExitCode::done;
    case m2m::bench::BenchVerb::collectives:
      return m2m::bench::time_collectives(argc, argv, arguments.collectives, machine()) == 0
                 ? m2m::ExitCode::done
                 : m2m::ExitCode::some_failed;
    case m2m::bench::BenchVerb::step:
      std::puts(m2m::bench::step_times_line(m2m::bench::time_steps(arguments.step)).c_str());
      return m2m::ExitCode::done;
  }
  throw m2m::internal_error("a verb does nothing");
}

}  // namespace

int main(int argc, char** argv) {
  return m2m::run_program("m2m-bench", [&] {
    m2m::instruction_set_limit();  // a refusal belongs here
    return run(m2m::bench::parse_bench_arguments(argc, argv), argc, argv);
  });
}
