// The kernels of a fused training step, in the build with CUDA.
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAStream.h>

#include "kernels/fused_weights.hpp"
#include "kernels/training_step.hpp"
#include "kernels/weight_gradient_table.hpp"
#include "nn/fused_training.hpp"

namespace m2m::nn {
namespace {

cudaStream_t current_stream() { return c10::cuda::getCurrentCUDAStream().stream(); }

/// A stream of its own beside another one. What goes through it lies in the recording of that one, if there is one:
/// streams wait for each other by events, which become edges of the graph.
class SideStream {
 public:
  SideStream() {
    C10_CUDA_CHECK(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking));
    for (cudaEvent_t* event : {&forked_, &joined_})
      C10_CUDA_CHECK(cudaEventCreateWithFlags(event, cudaEventDisableTiming));
  }
  ~SideStream() {
    cudaStreamSynchronize(stream_);  // if a pass ended by an error, it did not join
    for (cudaEvent_t event : {forked_, joined_}) cudaEventDestroy(event);
    cudaStreamDestroy(stream_);
    (void)cudaGetLastError();  // the error that ended the pass has been reported
  }
  SideStream(const SideStream&) = delete;
  SideStream& operator=(const SideStream&) = delete;

  cudaStream_t stream() const { return stream_; }
  /// Lets later work of this stream wait for what `from` has queued so far.
  void fork(cudaStream_t from) { wait(stream_, from, forked_); }
  /// Lets later work of `into` wait for what this stream has queued so far.
  void join(cudaStream_t into) { wait(into, stream_, joined_); }

 private:
  static void wait(cudaStream_t waiting, cudaStream_t awaited, cudaEvent_t event) {
    C10_CUDA_CHECK(cudaEventRecord(event, awaited));
    C10_CUDA_CHECK(cudaStreamWaitEvent(waiting, event, 0));
  }

  cudaStream_t stream_ = nullptr;
  cudaEvent_t forked_ = nullptr, joined_ = nullptr;
};

class DeviceTrainingKernels : public TrainingKernels {
 public:
  void pack(const kernels::PackLayer* layers, int count, kernels::Words4* forward,
            kernels::Words4* backward) override {
    kernels::pack_weights_cuda(layers, count, forward, backward, current_stream());
  }
  void forward(const kernels::TrainingStep& step, int layer) override {
    kernels::training_forward_cuda(step, layer, current_stream());
  }
  void backward(const kernels::TrainingStep& step, int layer) override {
    kernels::training_backward_cuda(step, layer, current_stream());
  }
  void add_weight_gradients(const kernels::WeightGradientLayer* layers, int count, int n) override {
    side_.fork(current_stream());
    kernels::weight_gradients_cuda(layers, count, n, side_.stream());
  }
  void join_weight_gradients() override { side_.join(current_stream()); }

 private:
  SideStream side_;  // what its kernels touch lives as long as FusedTraining and the optimiser; every pass joins
};

}  // namespace

std::unique_ptr<TrainingKernels> make_training_kernels() { return std::make_unique<DeviceTrainingKernels>(); }

}  // namespace m2m::nn
