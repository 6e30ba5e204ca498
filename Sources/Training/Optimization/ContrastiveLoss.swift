internal import Glibc
public import Tensors

/// Pulls the two clips of a sample together and pushes those of all others apart (`contrastive_loss`): InfoNCE as SimCLR
/// has it.
///
/// Rows are divided by their lengths. Of the 2N clips of N samples each is to be told, by its products with the 2N - 1 others
/// divided by the temperature, which one is of its own sample; the loss is the mean cross entropy. There are no targets: they
/// are passed over.
///
/// Source: Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations", 2020; PySlowFast's
/// ContrastiveModel with `CONTRASTIVE.TYPE simclr`.
public struct ContrastiveLoss: Loss {
  public static let name = "contrastive_loss"
  /// What products of rows are divided by (`CONTRASTIVE.T`), above 0.
  public var temperature: Double

  public init(temperature: Double = 0.07) {
    precondition(temperature > 0, "products are divided by a temperature above 0")
    self.temperature = temperature
  }

  public var name: String { Self.name }
  /// The first clips of the samples, and the second ones in the same order.
  public var outputCount: Int { 2 }

  /// - Throws: `outputCount`, `notRows`, `unlikeOutputs`, `fewSamples` for less than two: nothing would be told apart.
  public func evaluate(_ outputs: [Tensor], _ targets: Targets) throws(LossError) -> LossResult {
    guard outputs.count == outputCount else {
      throw .outputCount(loss: name, expected: outputCount, found: outputs.count)
    }
    for output in outputs where output.shape.count != 2 { throw .notRows(loss: name, shape: output.shape) }
    guard outputs[0].shape == outputs[1].shape else {
      throw .unlikeOutputs(loss: name, first: outputs[0].shape, second: outputs[1].shape)
    }
    let (samples, dim) = (outputs[0].shape[0], outputs[0].shape[1])
    guard samples >= 2 else { throw .fewSamples(loss: name, found: samples, expected: 2) }
    let rows = outputs.flatMap { output in
      (0..<samples).map { row in output.values[row * dim..<(row + 1) * dim].map(Double.init) }
    }
    let lengths = rows.map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let units = zip(rows, lengths).map { row, length in row.map { $0 / length } }
    let (loss, slopes) = crossEntropy(units, samples)
    // Only what turns a row changes it once it is divided by its length.
    let gradients = [Tensor(zeros: [samples, dim]), Tensor(zeros: [samples, dim])]
    for (index, slope) in slopes.enumerated() {
      let along = zip(slope, units[index]).reduce(0) { $0 + $1.0 * $1.1 }
      let target = gradients[index / samples]
      for c in 0..<dim {
        target.mutableValues[index % samples * dim + c] = Float((slope[c] - along * units[index][c]) / lengths[index])
      }
    }
    return LossResult(value: loss, gradients: gradients)
  }

  /// The loss of rows of length 1, and its gradient by them.
  private func crossEntropy(_ units: [[Double]], _ samples: Int) -> (Double, [[Double]]) {
    let count = units.count
    var loss = 0.0
    // By the products, [count x count].
    var slopes = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    for i in 0..<count {
      let partner = (i + samples) % count
      let products = units.map { other in zip(units[i], other).reduce(0) { $0 + $1.0 * $1.1 } / temperature }
      let largest = products.indices.lazy.filter { $0 != i }.map { products[$0] }.max() ?? 0
      var sum = 0.0
      for j in 0..<count where j != i { sum += exp(products[j] - largest) }
      loss += largest + log(sum) - products[partner]
      for j in 0..<count where j != i {
        slopes[i][j] = (exp(products[j] - largest) / sum - (j == partner ? 1 : 0)) / Double(count)
      }
    }
    let gradients = (0..<count).map { i in
      var gradient = [Double](repeating: 0, count: units[i].count)
      for j in 0..<count {
        let weight = (slopes[i][j] + slopes[j][i]) / temperature
        for c in gradient.indices { gradient[c] += weight * units[j][c] }
      }
      return gradient
    }
    return (loss / Double(count), gradients)
  }
}
