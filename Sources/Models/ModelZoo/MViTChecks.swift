internal import Configuration
internal import Kernels
internal import Tensors

extension MViTBackbone {
  /// Refuses what the reference asserts against, and what no network can be.
  func check(_ config: Configuration) throws(ModelConfigurationError) {
    try checkPatches(config)
    var extent = grid
    for (index, block) in blocks.enumerated() {
      guard block.attention % block.heads == 0, !poolsFirst || block.width % block.heads == 0 else {
        throw ModelConfigurationError.impossible(
          key: Key.mvitNumHeads.name, found: "\(config[.mvitNumHeads])",
          expected: "a number of heads that divides the widths: block \(index) has \(block.heads) heads for "
            + "\(block.attention) channels",
          todo: "set \(Key.mvitEmbedDim.name), \(Key.mvitDimMul.name) and \(Key.mvitHeadMul.name) so that they divide")
      }
      try checkMeans(index, block, extent, config)
      extent = block.queryPool?.output(for: extent) ?? extent
    }
    let changesTime = blocks.contains { ($0.queryPool?.stride.t ?? 1) > 1 }
    if config[.detectionEnable], changesTime {
      throw ModelConfigurationError.impossible(
        key: Key.mvitPoolQStride.name, found: config.literal(.mvitPoolQStride),
        expected: "strides of 1 in time where boxes are scored: the head averages over all frames",
        todo: "set the first stride of every block to 1")
    }
    if (hasSpacePositions || hasTimePositions) && grid.h != grid.w {
      throw ModelConfigurationError.impossible(
        key: Key.mvitPatchStride.name, found: config.literal(.mvitPatchStride),
        expected: "one stride for height and width, with relative positions", todo: "set both to 4")
    }
  }

  private func checkPatches(_ config: Configuration) throws(ModelConfigurationError) {
    let shape = ConvolutionShape(
      inChannels, width, kernel: patch.kernel, stride: patch.stride, padding: patchPadding)
    let made = shape.output(for: Extent3(frames, crop, crop))
    if made == grid, grid.count > 0 { return }
    let ofTime = made.t != grid.t || grid.t == 0
    throw ModelConfigurationError.impossible(
      key: ofTime ? Key.dataNumFrames.name : Key.dataTrainCropSize.name, found: ofTime ? "\(frames)" : "\(crop)",
      expected: "a clip of which patches of \(Key.mvitPatchKernel.name) \(config.literal(.mvitPatchKernel)), "
        + "\(Key.mvitPatchStride.name) \(config.literal(.mvitPatchStride)) and \(Key.mvitPatchPadding.name) "
        + "\(config.literal(.mvitPatchPadding)) make \(grid), and not \(made)",
      todo: "give a multiple of the stride, and a padding of half the kernel")
  }

  /// PyTorch's mean takes no map that is smaller than its kernel.
  private func checkMeans(
    _ index: Int, _ block: Block, _ extent: Extent3, _ config: Configuration
  ) throws(ModelConfigurationError) {
    if pooling != .average { return }
    for pool in [block.queryPool, block.keyPool].compactMap({ $0 })
    where pool.kernel.t > extent.t || pool.kernel.h > extent.h || pool.kernel.w > extent.w {
      throw ModelConfigurationError.impossible(
        key: Key.mvitMode.name, found: config[.mvitMode],
        expected: "maps as large as the pools' kernels \(pool.kernel): block \(index) has \(extent)",
        todo: "give larger clips or more frames, or set \(Key.mvitMode.name) conv as the weights have it")
    }
  }
}

extension Configuration {
  /// What can be said of the keys of MViT before the table is made.
  func checkMViT() throws(ConfigurationError) {
    try checkReversible()
    guard self[.dataTrainCropSize] == self[.dataTestCropSize] || self[.detectionEnable] else {
      throw .impossible(
        problem: "MViT takes clips of the one size that it was trained with",
        keys: [cite(.dataTrainCropSize), cite(.dataTestCropSize)], remedy: "set both to the crop of the training")
    }
    if self[.mvitMode] == MViTBackbone.Pooling.unsharedConvolution.rawValue, !self[.mvitPoolFirst] {
      throw .impossible(
        problem: "kernels of all channels are for pools that come first",
        keys: [cite(.mvitMode), cite(.mvitPoolFirst)],
        remedy: "set \(Key.mvitPoolFirst.name) True, or \(Key.mvitMode.name) conv")
    }
    if self[.mvitUseFixedSincosPos], !self[.mvitUseAbsPos] || self[.mvitSepPosEmbed] {
      throw .impossible(
        problem: "sines and cosines are absolute positions of one table",
        keys: [cite(.mvitUseFixedSincosPos), cite(.mvitUseAbsPos), cite(.mvitSepPosEmbed)],
        remedy: "set \(Key.mvitUseAbsPos.name) True and \(Key.mvitSepPosEmbed.name) False")
    }
    // A quarter of the channels tells the time, the rest height and width, each by as many sines as cosines.
    if self[.mvitUseFixedSincosPos], self[.mvitEmbedDim] % 16 != 0 {
      throw .impossible(
        problem: "sines and cosines of time, height and width take a multiple of 16 channels",
        keys: [cite(.mvitUseFixedSincosPos), cite(.mvitEmbedDim)],
        remedy: "set \(Key.mvitEmbedDim.name) to a multiple of 16, as the weights have it")
    }
  }
}
