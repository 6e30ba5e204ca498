internal import Kernels
internal import NN
internal import Tensors
public import VideoModels
internal import Wording

extension VideoModel {
  /// What is not computed as was asked for: layers that have no kernels in bfloat16, no layer in integers, a tuned plan that knows none.
  ///
  /// - Parameter dashes: What the names of options begin with: `--` in a command.
  public func algorithmNotices(dashes: String = "") -> [String] {
    var notices: [String] = []
    if engine.planner.tuned != nil, !network.convolutions.contains(where: { $0.choice == .file }) {
      notices.append(
        "\(dashes)tuned: the plan knows no convolution of this network, the algorithms are those of the rule -> make one with slowfast "
          + "tune and this config")
    }
    if engine.quantizes, !network.convolutions.contains(where: { $0.input == .uint8 }) {
      notices.append(
        "\(dashes)precision int8: no convolution of this network can multiply integers, and all is computed as with bf16 -> give "
          + "\(dashes)precision bf16")
    }
    let plain = network.convolutions.filter { $0.algorithm == .reference && $0.choice == .rule }.count
    if plain > 0 && !engine.usesReferences {
      notices.append(
        "\(dashes)precision bf16: \(counted(plain, "convolution")) of groups of an odd number of channels will be computed by the "
          + "plain loops, slowly -> give \(dashes)precision fp32")
    }
    return notices
  }
}
