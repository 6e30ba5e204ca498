internal import Checkpoint
internal import Wording

extension FileContent {
  /// Leaves out what masked pretraining (MAE, MaskFeat) has beside the encoder: no test asks for it.
  mutating func leaveOutDecoder() {
    guard items.contains(where: { $0.name == MaskedPretraining.maskToken }),
      items.contains(where: { $0.name.hasPrefix(MViTNames.patches + ".") })
    else { return }
    var names: [String] = []
    for index in items.indices where MaskedPretraining.isOfDecoder(items[index].name) {
      items[index].isOfTraining = true
      names.append("'\(printable(items[index].originalName))'")
    }
    let verb = names.count == 1 ? "is" : "are"
    notices.append(
      "the weights are those of masked pretraining: \(counted(names.count, "tensor")) of its decoder \(verb) left out "
        + "(\(listed(names, limit: 3)))")
  }
}

/// What PySlowFast's MaskMViT has beside the encoder.
enum MaskedPretraining {
  static let maskToken = "mask_token"
  private static let starts = ["pred_head.", "decoder_", "dec_pos_embed_", "hogs."]

  static func isOfDecoder(_ name: String) -> Bool {
    name == maskToken || starts.contains { name.hasPrefix($0) }
  }
}
