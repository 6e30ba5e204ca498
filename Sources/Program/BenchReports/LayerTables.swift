public import NN
internal import Wording

/// The cost of every layer as a table.
///
/// - Parameter peak: The multiply-adds a second that the shares are of.
public func layerTable(_ layers: [LayerReport], peak: Double) -> String {
  let rows = layers.map { layer in
    [
      layer.operation, layer.output, layer.algorithm, fixed(2 * Double(layer.macs) / 1e9, 2),
      fixed(Double(layer.bytes) / 1e6, 1), fixed(layer.seconds * 1e3, 2),
      layer.macs > 0 ? fixed(100 * Double(layer.macs) / layer.seconds / peak, 0) : "",
    ]
  }
  return TextTable(["operation", "output (N x TxHxW x C)", "algorithm", "GFLOP", "MB", "ms", "% of peak"], rows).text
}

/// The algorithm of every layer, and what chose it, as a table.
public func planTable(_ layers: [LayerReport]) -> String {
  let rows = layers.map { [$0.operation, $0.output, $0.algorithm, $0.chosenBy, fixed(Double($0.macs) / 1e9, 3)] }
  return TextTable(["operation", "output (N x TxHxW x C)", "algorithm", "chosen by", "GMAC"], rows).text
}

/// Two measurements of the same layers as one: each layer's fewer seconds.
public func fastest(_ a: [LayerReport], _ b: [LayerReport]) -> [LayerReport] {
  zip(a, b).map { $0.seconds <= $1.seconds ? $0 : $1 }
}
