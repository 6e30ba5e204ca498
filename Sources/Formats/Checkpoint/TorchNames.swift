// What PyTorch's own modules call their tensors, whatever network they stand in: the ends of names.

/// Whether a tensor is a layer's weights, or a normalisation's scale.
func isWeight(_ name: String) -> Bool { name.hasSuffix("weight") }

func isBias(_ name: String) -> Bool { name.hasSuffix("bias") }

/// Whether a tensor is the variance of a batch normalisation.
func isVariance(_ name: String) -> Bool { name.hasSuffix("running_var") }

/// Whether it counts the batches of a training, and no test needs it.
func isBatchCount(_ name: String) -> Bool { name.hasSuffix("num_batches_tracked") }

/// Whether a batch normalisation measured it, in PyTorch's words or TensorFlow's; what else a file has was trained.
func isStatistic(_ name: String) -> Bool {
  isVariance(name) || isBatchCount(name)
    || ["running_mean", "/moving_mean", "/moving_variance"].contains { name.hasSuffix($0) }
}
