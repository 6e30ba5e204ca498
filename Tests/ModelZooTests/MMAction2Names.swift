/// MMAction2's names of C2D's, Slow's and SlowFast's layers, by what PySlowFast calls them.
struct MMAction2Names {
  let pathways: Int
  let scoresBoxes: Bool
  /// The width of a layer before the classifier, and whether both see the whole map beside each box.
  var hidden: Int?

  private func path(_ pathway: Substring) -> String {
    pathways == 1 ? "backbone" : pathway == "0" ? "backbone.slow_path" : "backbone.fast_path"
  }

  private var head: String { scoresBoxes ? "roi_head.bbox_head.fc_cls" : "cls_head.fc_cls" }

  private static let parts = [
    "a": "conv1.conv", "a_bn": "conv1.bn", "b": "conv2.conv", "b_bn": "conv2.bn", "c": "conv3.conv", "c_bn": "conv3.bn",
    "branch1": "downsample.conv", "branch1_bn": "downsample.bn", "conv_theta": "theta.conv", "conv_g": "g.0.conv",
    "conv_phi": "phi.0.conv", "conv_out": "conv_out.conv", "bn": "conv_out.bn",
  ]

  /// The library's tensors of a network: a background class before those of boxes.
  func callAsFunction(_ tensors: [(name: String, shape: [Int])]) -> [(name: String, shape: [Int])] {
    tensors.flatMap { name, shape -> [(name: String, shape: [Int])] in
      let words = name.split(separator: ".")
      let last = words.last!
      guard words[0] == "head" else { return [(layer(words) + ".\(last)", shape)] }
      let classes = shape[0] + (scoresBoxes ? 1 : 0)
      guard let hidden else { return [("\(head).\(last)", [classes] + shape.dropFirst())] }
      let columns = shape.dropFirst().map { 2 * $0 }
      return [
        ("\(head).0.\(last)", [hidden] + columns), ("\(head).2.\(last)", [classes] + columns.map { _ in hidden }),
      ]
    }
  }

  private func layer(_ words: [Substring]) -> String {
    let stage = Int(String(words[0].prefix(2).dropFirst()))!
    if words[0].hasSuffix("_fuse") {
      let place = stage == 1 ? "conv1" : "layer\(stage - 1)"
      return "\(path("0")).\(place)_lateral.\(words[1] == "bn" ? "bn" : "conv")"
    }
    let path = path(words[1].dropFirst("pathway".count).prefix(1))
    if stage == 1 { return "\(path).conv1.\(words[2])" }
    let block = words[1].reversed().prefix { $0.isNumber }.reversed().map(String.init).joined()
    let part = Self.parts[String(words[2] == "branch2" ? words[3] : words[2])]!
    let between = words[1].contains("_nonlocal") ? "non_local_block." : ""
    return "\(path).layer\(stage - 1).\(block).\(between)\(part)"
  }
}
