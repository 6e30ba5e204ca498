internal import Configuration

extension Recognition {
  /// Tells a ViT, an MViT without pools.
  ///
  /// - Parameter isUsual: Whether its dense layers are four times as wide.
  mutating func addViT(width: Int, depth: Int, isUsual: Bool) {
    traits = ["vit\(width)", "\(depth)"]
    hasPublishedWidths = isUsual
    // Those of the published ones: 64 channels a head, and 80 in H.
    let head = width == 1280 ? 80 : 64
    if width % head == 0 { untraced[Key.mvitNumHeads.name] = "\(width / head)" }
    untraced[Key.mvitUseMeanPooling.name] = "True"
  }

  /// Adds what the patches tell of a transformer, and the clips that its tables of positions are for: patches are 4 pixels and
  /// 2 frames apart, as the published ones, where the network pools, and else lie one beside the other.
  mutating func addPatches(_ tensors: TensorIndex, isPooled: Bool) {
    guard let patches = tensors.shape("\(MViTNames.patches).proj.weight"), patches.count == 5 else { return }
    // Convolutions of pictures are saved without the one frame, or with it.
    let isOfPictures = patches[2] == 1
    let kernel = Array(patches[(isOfPictures ? 3 : 2)...])
    let stride = isPooled ? (isOfPictures ? [4, 4] : [2, 4, 4]) : kernel
    set(.mvitPatch2d, isOfPictures ? "True" : "False", or: isOfPictures ? ["False"] : [])
    set(.mvitPatchKernel, "\(kernel)", or: isOfPictures ? ["\(Array(patches[2...]))"] : [])
    untraced[Key.mvitPatchStride.name] = "\(stride)"
    untraced[Key.mvitPatchPadding.name] = "\(isPooled ? kernel.map { $0 / 2 } : kernel.map { _ in 0 })"
    if isPooled { untraced[Key.mvitPoolKvStrideAdaptive.name] = isOfPictures ? "[1, 4, 4]" : "[1, 8, 8]" }
    if tensors.shape("\(MViTNames.block(0)).attn.\(MViTNames.queryBias)") != nil {
      replace(Key.mvitQkvBias.name, by: "True")
    }
    if value(.mvitRevEnable) == nil { unseen[Key.mvitRevEnable.name] = "False" }
    func rows(_ name: String, axis: Int) -> Int? {
      tensors.shape(name).flatMap { $0.indices.contains(axis) ? min($0[axis], 1 << 20) : nil }
    }
    func distances(_ name: String) -> Int? {
      rows("\(MViTNames.block(0)).attn.\(name)", axis: 0).map { ($0 + 1) / 2 }
    }
    // With the class token's, of a frame's places or of those of a clip's frames.
    let joint = rows(MViTNames.joint, axis: 1).map { $0 - (tensors.shape(MViTNames.classToken) == nil ? 0 : 1) }
    let times =
      isOfPictures
      ? 1 : rows(MViTNames.time, axis: 1) ?? distances("rel_pos_t") ?? joint.flatMap(Self.times) ?? 8
    let pixels = min(stride[stride.count - 1], 1 << 20)
    let side =
      (rows(MViTNames.space, axis: 1) ?? joint.map { $0 / max(1, times) }).map {
        Int(Double(max(0, $0)).squareRoot().rounded())
      }
      ?? distances("rel_pos_h") ?? 224 / max(1, pixels)
    for key in [Key.dataTrainCropSize.name, Key.dataTestCropSize.name] { untraced[key] = "\(pixels * side)" }
    untraced[Key.dataNumFrames.name] = isOfPictures ? "1" : "\(min(stride[0], 1 << 20) * times)"
  }

  /// Among how many frames so many positions may be divided that squares are left: the usual numbers of frames first.
  private static func times(_ positions: Int) -> Int? {
    ([8, 16, 4] + Array(2...64) + [1]).first { times in
      let side = Int((Double(max(0, positions)) / Double(times)).squareRoot().rounded())
      return positions > 0 && times * side * side == positions
    }
  }
}
