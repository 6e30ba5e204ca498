internal import Configuration

/// What PySlowFast calls the tensors of MViT, and the keys that shape them.
enum MViTNames {
  static let patches = "patch_embed"
  static let blocks = "blocks"
  static func block(_ index: Int) -> String { "\(blocks).\(index)" }
  static let norm = "norm"
  static let stemNorm = "norm_stem"
  static let classToken = "cls_token"
  static let joint = "pos_embed"
  static let space = "pos_embed_spatial"
  static let time = "pos_embed_temporal"
  static let classPosition = "pos_embed_class"

  /// What the names of a network's tensors begin with, up to the first point.
  static let modules = [patches, blocks, classToken, joint, space, time, classPosition, norm, stemNorm]

  /// Of an attention whose keys have no bias.
  static let queryBias = "q_bias"
  static let valueBias = "v_bias"

  /// What scales each channel of a block's two branches, where a file has it (`init_values` there).
  static let scales = (attention: "gamma_1", dense: "gamma_2")

  static let widthKey = Key.mvitEmbedDim.name
  static let patchKey = Key.mvitPatchKernel.name
}
