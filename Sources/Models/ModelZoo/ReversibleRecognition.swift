internal import Configuration
internal import VideoModels

/// Recognises reversible MViT and ViT by their tensors.
struct ReversibleRecognition {
  private(set) var network: Recognition
  private let tensors: TensorIndex

  private static func layer(_ index: Int) -> String { "\(ReversibleMViT.scope).\(ReversibleMViT.layers).\(index)" }

  init?(_ tensors: TensorIndex) {
    guard let patches = tensors.shape("\(MViTNames.patches).proj.weight"), patches.count == 5, patches[0] > 0,
      tensors.hasPrefix(Self.layer(0) + ".")
    else { return nil }
    self.tensors = tensors
    let family = MViTFamily()
    network = Recognition("reversible MViT")
    network.set(.modelArch, family.archs[0])
    network.set(.modelModelName, family.modelNames[0], or: family.modelNames)
    network.set(.mvitRevEnable, "True")
    network.set(.mvitClsEmbedOn, "False")
    network.set(.mvitEmbedDim, "\(patches[0])")
    network.set(.dataInputChannelNum, "[\(patches[1])]")
    let depth = (0..<1024).prefix { tensors.hasPrefix(Self.layer($0) + ".") }.count
    network.set(.mvitDepth, "\(depth)")
    let isPooled = tensors.hasPrefix("\(Self.layer(0)).F.attn.pool_")
    if !isPooled { network.summary = "reversible ViT" }
    addBlocks(depth, width: patches[0])
    addTables()
    network.addPatches(tensors, isPooled: isPooled)
    network.traits = ["rev\(isPooled ? "mvit" : "vit")\(patches[0])", "\(depth)"]
    network.hasPublishedWidths = network.value(.mvitMlpRatio) == "4.0"
    network.remark(
      "strides, the clip's length and its size leave no trace in the tensors",
      leavingOpen: Key.mvitPoolQStride.name, Key.mvitPoolKvStrideAdaptive.name, Key.dataNumFrames.name,
      Key.dataTestCropSize.name)
  }

  private mutating func addBlocks(_ depth: Int, width: Int) {
    func shape(_ index: Int, _ name: String) -> [Int]? { tensors.shape("\(Self.layer(index)).\(name)") }
    if let hidden = shape(0, "G.mlp.fc1.weight"), hidden.count == 2, hidden[1] > 0 {
      network.set(.mvitMlpRatio, "\(Double(hidden[0]) / Double(hidden[1]))")
    }
    let outputs = (0..<depth).map { shape($0, "G.norm.weight")?.first ?? 0 }
    var factors: [String] = []
    var transitions: [Int] = []
    for index in 1..<max(1, depth) where outputs[index] != outputs[index - 1] && outputs[index - 1] > 0 {
      factors.append("[\(Double(index)), \(Double(outputs[index]) / Double(outputs[index - 1]))]")
      transitions.append(index)
    }
    network.set(.mvitDimMul, "[\(factors.joined(separator: ", "))]")
    network.set(.mvitRevBufferLayers, "\(transitions)")
    if let first = transitions.first {
      let fused = "\(Self.layer(first)).pre_q_fuse.fuse_fn."
      let doubles = shape(first, "F.norm.weight")?.first == 2 * outputs[first - 1]
      if tensors.hasPrefix(fused + "0.") || tensors.hasPrefix(fused + "fc1") {
        let isNormalized = tensors.hasPrefix(fused + "0.")
        let hidden = tensors.shape("\(fused)\(isNormalized ? "1." : "")fc1.weight") ?? []
        let factor = hidden.count == 2 && hidden[1] > 0 ? Double(hidden[0]) / Double(hidden[1]) : 1
        let text = Int(exactly: factor).map { "\($0)" } ?? "\(factor)"
        network.set(.mvitRevPreQFusion, "\(isNormalized ? "ln+" : "")concat_linear_\(text)")
      } else if doubles {
        network.set(.mvitRevPreQFusion, "concat")
      } else {
        network.set(.mvitRevPreQFusion, "avg", or: ["add", "max", "min"])
      }
    }
    let head = shape(0, "F.attn.norm_k.weight")?.first
    if let head, head > 0 {
      let heads = outputs.map { max(1, $0 / head) }
      network.set(.mvitNumHeads, "\(heads[0])")
      let changes = (1..<max(1, depth)).filter { heads[$0] != heads[$0 - 1] }.map { index in
        "[\(Double(index)), \(Double(heads[index]) / Double(heads[index - 1]))]"
      }
      network.set(.mvitHeadMul, "[\(changes.joined(separator: ", "))]")
    } else {
      network.untraced[Key.mvitNumHeads.name] = width % 64 == 0 ? "\(width / 64)" : "1"
      network.remark(
        "the number of heads leaves no trace in the tensors", leavingOpen: Key.mvitNumHeads.name)
    }
    let isSeparate = shape(0, "F.attn.q.weight") != nil
    network.set(.mvitSeparateQkv, isSeparate ? "True" : "False")
    network.set(.mvitQkvBias, shape(0, isSeparate ? "F.attn.q.bias" : "F.attn.qkv.bias") == nil ? "False" : "True")
    if let kernel = shape(0, "F.attn.pool_k.weight"), kernel.count == 5 {
      network.set(.mvitPoolKvqKernel, "\(Array(kernel[2...]))")
      network.untraced[Key.mvitPoolQStride.name] =
        "[\(transitions.map { "[\($0), 1, 2, 2]" }.joined(separator: ", "))]"
    }
  }

  private mutating func addTables() {
    let isSeparate = tensors.shape(MViTNames.space) != nil
    let isAbsolute = isSeparate || tensors.shape(MViTNames.joint) != nil
    network.set(.mvitUseAbsPos, isAbsolute ? "True" : "False")
    if isAbsolute { network.set(.mvitSepPosEmbed, isSeparate ? "True" : "False") }
  }
}
