// Nothing of its own: this file makes the precompiled <torch/torch.h> that every torch room reuses.
