#pragma once
// Whether float32 on a GPU may be TF32.

namespace m2m::nn {

/// Sets whether convolutions and matrix products of float32 on a GPU keep ten bits (TF32) or all.
///
/// Holds for the whole process: libtorch knows no smaller scope, so work that runs at once has to agree. Has no
/// effect on a CPU. libtorch begins with TF32 in convolutions. Local; thread-safe beside work that agrees.
void allow_tf32(bool allowed);

}  // namespace m2m::nn
