internal import Configuration
internal import Kernels
internal import Tensors
internal import Wording

extension MViTBackbone {
  /// Refuses what the reference asserts against, and what no network can be.
  func check(_ config: Configuration) throws(ModelConfigurationError) {
    try checkPatches(config)
    var extent = grid
    for (index, block) in blocks.enumerated() {
      // Pools that come first divide the input by heads, but for kernels of all channels.
      let pooled = poolsFirst && pooling != .unsharedConvolution ? block.width : block.attention
      guard block.attention % block.heads == 0, pooled % block.heads == 0 else {
        throw ModelConfigurationError.impossible(
          key: Key.mvitNumHeads.name, found: "\(config[.mvitNumHeads])",
          expected: "a number of heads that divides the widths: block \(index) has \(block.heads) heads for "
            + "\(block.attention % block.heads == 0 ? pooled : block.attention) channels",
          todo: "set \(Key.mvitEmbedDim.name), \(Key.mvitDimMul.name) and \(Key.mvitHeadMul.name) so that they divide")
      }
      if hasSpacePositions && grid.h == grid.w && extent.h != extent.w {
        throw ModelConfigurationError.impossible(
          key: Key.mvitPoolQStride.name, found: config.literal(.mvitPoolQStride),
          expected: "one stride for height and width, with relative positions: block \(index) would have a map of "
            + "\(extent)",
          todo: "give the second and third stride of a block the same, or set \(Key.mvitRelPosSpatial.name) False")
      }
      try checkShortcut(index, block, extent, config)
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

  /// The tables are for as many patches as the stride goes into the clip.
  private func checkPatches(_ config: Configuration) throws(ModelConfigurationError) {
    try checkPatches(config, .dataNumFrames, "frames", frames, \.t)
    try checkPatches(config, .dataTrainCropSize, "pixels a side", crop, \.h)
    try checkPatches(config, .dataTrainCropSize, "pixels a side", crop, \.w)
  }

  private func checkPatches(
    _ config: Configuration, _ key: Key<Int>, _ things: String, _ count: Int, _ axis: KeyPath<Extent3, Int>
  ) throws(ModelConfigurationError) {
    let (kernel, stride, padding) = (
      patch.kernel[keyPath: axis], patch.stride[keyPath: axis], patchPadding[keyPath: axis]
    )
    func made(_ count: Int) -> Int { count + 2 * padding < kernel ? 0 : (count + 2 * padding - kernel) / stride + 1 }
    let expected = count / stride
    if expected > 0, made(count) == expected { return }
    let whole = [expected * stride, (expected + 1) * stride].filter { $0 > 0 && made($0) == $0 / stride }
    let words = "patches of \(kernel), \(stride) apart, with \(padding) around"
    guard whole.isEmpty else {
      let names = key.name == Key.dataTrainCropSize.name ? [key.name, Key.dataTestCropSize.name] : [key.name]
      throw ModelConfigurationError.impossible(
        key: key.name, found: "\(count)",
        expected: "\(things) that the strides of patches divide: \(words) (\(Key.mvitPatchKernel.name), "
          + "\(Key.mvitPatchStride.name), \(Key.mvitPatchPadding.name)), would be \(made(count)), and the tables are for "
          + "\(expected)",
        todo: "set \(series(names, "and")) \(series(whole.map(String.init), "or")), as the weights have it")
    }
    // Half the kernel, where that suits.
    func usual(_ kernel: Int, _ stride: Int) -> Int { kernel % 2 == 1 ? kernel / 2 : max(0, (kernel - stride + 1) / 2) }
    let all = [
      usual(patch.kernel.t, patch.stride.t), usual(patch.kernel.h, patch.stride.h),
      usual(patch.kernel.w, patch.stride.w),
    ]
    throw ModelConfigurationError.impossible(
      key: Key.mvitPatchPadding.name, found: config.literal(.mvitPatchPadding),
      expected: "what makes as many patches as the stride goes into the clip: of \(count) \(things) \(words) are "
        + "\(made(count)), and the tables are for \(expected)",
      todo:
        "set \(Key.mvitPatchPadding.name) \"\(config[.mvitPatch2d] ? Array(all[1...]) : all)\", as the weights have it")
  }

  /// What attention makes is added to a shortcut that is pooled with a kernel of its own.
  private func checkShortcut(
    _ index: Int, _ block: Block, _ extent: Extent3, _ config: Configuration
  ) throws(ModelConfigurationError) {
    guard reversible == nil, let pool = block.queryPool else { return }
    // Whole frames have maps of any size.
    let extents = takesWholeFrames ? (1...64).map { Extent3(extent.t, $0, $0) } : [extent]
    for extent in extents {
      let (queries, shortcut) = (pool.output(for: extent), block.skipPool?.output(for: extent) ?? extent)
      if queries == shortcut { continue }
      throw ModelConfigurationError.impossible(
        key: Key.mvitPoolKvqKernel.name, found: config.literal(.mvitPoolKvqKernel),
        expected: "kernels after which queries have the shortcut's map: in block \(index) \(extent) would become "
          + "\(queries) and \(shortcut)",
        todo: "give odd lengths, such as \"[3, 3, 3]\", and strides of 1 and 2 in \(Key.mvitPoolQStride.name)")
    }
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
