/// What PySlowFast calls the tensors of networks that are made of a stem and four residual stages: ResNets and X3D.
/// R(2+1)D and CSN, which it has by PyTorchVideo's names, are named alike here.
///
/// The builders ask for tensors by these names, and files are recognised by them.
public enum StageNames {
  public static func stage(_ stage: Int) -> String { "s\(stage)" }
  public static func stem(pathway: Int) -> String { "s1.pathway\(pathway)_stem" }

  /// A residual block of res2 (stage 2) to res5.
  public static func block(_ block: Int, stage: Int, pathway: Int) -> String {
    "s\(stage).pathway\(pathway)\(residual)\(block)"
  }

  /// The non-local block after a residual one.
  public static func nonLocal(after block: Int, stage: Int, pathway: Int) -> String {
    "s\(stage).pathway\(pathway)\(nonLocal)\(block)"
  }

  /// The lateral connection after a stage.
  public static func fusion(after stage: Int) -> String { "s\(stage)\(fusion)" }

  /// The convolution of a stem, and of X3D's in space.
  static let stemConvolution = "conv"
  static let stemInSpace = "conv_xy"
  /// Within a residual block: the shortcut, and the convolutions of the branch.
  static let shortcut = "branch1"
  static let branch = "branch2"
  /// Of a branch whose convolution is factorised, R(2+1)D's: the part along time, before `b` in space.
  static let branchInTime = "b_t"
  static let lateral = "conv_f2s"

  // Marks: parts of names that tell what a tensor belongs to.
  static let residual = "_res"
  static let nonLocal = "_nonlocal"
  static let fusion = "_fuse"
  static let fastPathway = "pathway1"

  /// Whether the first part of a name is a stage or the lateral connection after one.
  static func isModule(_ part: String) -> Bool {
    (1...5).contains { part == stage($0) || part.hasPrefix(stage($0)) && part.hasSuffix(fusion) }
  }

  /// Whether a tensor is of a second pathway, or of what joins it to the first.
  static func isOfTwoPathways(_ name: String) -> Bool {
    let parts = name.split(separator: ".", maxSplits: 2)
    guard parts.count > 1, isModule(String(parts[0])) else { return false }
    return parts[0].hasSuffix(fusion) || parts[1].hasPrefix(fastPathway + "_")
  }

  /// Reads a numbered block's name: "s4.pathway0_res12.branch2.a.weight" as "s4.pathway0_res", 12 and "branch2.a.weight".
  static func numbered(_ name: String) -> (blocks: String, number: Int, layer: Substring)? {
    let parts = name.split(separator: ".", maxSplits: 2)
    guard parts.count == 3 else { return nil }
    let stem = parts[1].prefix { !$0.isNumber } + parts[1].drop { !$0.isNumber }.prefix { $0.isNumber }
    let rest = parts[1].dropFirst(stem.count)
    let kind = rest.prefix { !$0.isNumber }
    guard kind == residual || kind == nonLocal, let number = Int(rest.dropFirst(kind.count)), number < 1024 else {
      return nil
    }
    return ("\(parts[0]).\(stem)\(kind)", number, parts[2])
  }
}
