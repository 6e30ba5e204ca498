import Glibc
import Kernels
import NN
import Tensors
import TestSupport
import Testing

/// The gradients of a transformer's layers but for attention.
@Suite struct TransformerGradientTests {
  private typealias Input = GradientProbe.Input

  private static func parameter(_ name: String, _ shape: [Int], _ values: [Float]? = nil) -> Parameter {
    Parameter(
      name: name, kind: .weight,
      value: Tensor(shape, values ?? drawnNumbers(shape.reduce(1, *), seed: UInt64(name.utf8.count))))
  }

  // MARK: Layer normalisation

  /// Normalises in Double: [rows, channels] in groups.
  private func normalized(_ x: [Double], _ weight: [Double], _ bias: [Double], _ epsilon: Double) -> [Double] {
    let count = weight.count
    return stride(from: 0, to: x.count, by: count).flatMap { first in
      let row = x[first..<first + count]
      let mean = row.reduce(0, +) / Double(count)
      let variance = row.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
      return zip(row, zip(weight, bias)).map { ($0 - mean) / (variance + epsilon).squareRoot() * $1.0 + $1.1 }
    }
  }

  @Test(arguments: [(1, 1), (1, 5), (2, 17), (3, 8), (1, 40)], InstructionSet.available)
  func layerNormForetellsDifferences(_ sizes: (groups: Int, channels: Int), _ set: InstructionSet) throws {
    let (groups, channels) = sizes
    let extent = Extent3(2, 3, 2)
    let x = Input(extent, channels: groups * channels, seed: 3)
    let weight = Self.parameter("weight", [channels])
    let bias = Self.parameter("of bias", [channels])
    let factors = drawnNumbers(x.values.count, seed: 4)
    let probe = try GradientProbe([x], Engine(threads: 2, kernels: KernelTable(set))) { network, values in
      network.normalize(values[0], LayerNormalization(weight: weight, bias: bias, groups: groups, epsilon: 1e-3))
    }
    let found = try probe.gradients(factors)[0] + weight.gradient.array + bias.gradient.array
    let numbers = (x.values + weight.value.array + bias.value.array).map { Double($0) }
    let expected = slopes(numbers, at: Array(numbers.indices)) { numbers in
      let (x, rest) = (numbers.prefix(factors.count), Array(numbers.dropFirst(factors.count)))
      let y = normalized(Array(x), Array(rest.prefix(channels)), Array(rest.dropFirst(channels)), 1e-3)
      return zip(y, factors).reduce(0.0) { $0 + $1.0 * Double($1.1) }
    }
    let gap = difference(found, expected.map { Float($0) }, .absolute(5e-5), "\(sizes) on \(set)")
    #expect(gap == nil, "\(gap ?? "")")
  }

  @Test func layerNormByHand() throws {
    let (weight, bias) = (Self.parameter("w", [3], [1, 1, 1]), Self.parameter("b", [3], [0, 0, 0]))
    let probe = try GradientProbe([Input(.one, channels: 3, [-1, 0, 1])]) { network, values in
      network.normalize(values[0], LayerNormalization(weight: weight, bias: bias, epsilon: 0))
    }
    let found = try probe.gradients([1, 0, 0])[0]
    // Its std is the root of 2/3.
    let root = Float(2.0 / 3).squareRoot()
    #expect(difference(found, [1 / 6 / root, -1 / 3 / root, 1 / 6 / root], .absolute(1e-6)) == nil)
    #expect(difference(weight.gradient.array, [-1 / root, 0, 0], .absolute(1e-6)) == nil)
    #expect(bias.gradient.array == [1, 0, 0])
  }

  /// A normalisation does not see where its numbers lie, nor how far apart: no gradient goes along either.
  @Test func layerNormHasNoSlopeAlongItself() throws {
    let x = Input(Extent3(1, 4, 5), channels: 19, seed: 8)
    let one = Self.parameter("w", [19], [Float](repeating: 1, count: 19))
    let none = Self.parameter("b", [19], [Float](repeating: 0, count: 19))
    let probe = try GradientProbe([x]) { network, values in
      network.normalize(values[0], LayerNormalization(weight: one, bias: none, epsilon: 0))
    }
    let found = try probe.gradients(drawnNumbers(x.values.count, seed: 9))[0]
    for row in 0..<20 {
      let (g, x) = (found[row * 19..<(row + 1) * 19], x.values[row * 19..<(row + 1) * 19])
      #expect(abs(g.reduce(0, +)) < 1e-5)
      #expect(abs(zip(g, x).reduce(0) { $0 + $1.0 * $1.1 }) < 1e-5)
    }
  }

  /// Of many rows the sums hold, whatever the threads; weights that are not trained have none.
  @Test func layerNormOfManyRows() throws {
    let x = Input(Extent3(5, 20, 30), channels: 6, seed: 10)
    let factors = drawnNumbers(x.values.count, seed: 11)
    func gradients(_ threads: Int) throws -> [[Float]] {
      let (weight, bias) = (Self.parameter("w", [3]), Self.parameter("bb", [3]))
      let frozen = Self.parameter("frozen", [3])
      frozen.isTrained = false
      let probe = try GradientProbe([x], Engine(threads: threads)) { network, values in
        let y = network.normalize(values[0], LayerNormalization(weight: weight, bias: bias, groups: 2))
        return network.normalize(y, LayerNormalization(weight: frozen, bias: frozen, groups: 2))
      }
      let found = try probe.gradients(factors)
      #expect(frozen.gradient.array == [0, 0, 0])
      return found + [weight.gradient.array, bias.gradient.array]
    }
    let one = try gradients(1)
    #expect(try gradients(3) == one)
    #expect(one[1].contains { $0 != 0 })
  }

  // MARK: Dense layers

  /// Three layers that share a weight are one of three times the width.
  @Test func partsAreOneLayer() throws {
    let x = Input(Extent3(2, 3, 4), channels: 7, seed: 20)
    let factors = drawnNumbers(x.values.count / 7 * 15, seed: 21)
    func gradients(_ parts: Int) throws -> [[Float]] {
      let (weight, bias) = (Self.parameter("weight", [15, 7]), Self.parameter("bias", [15]))
      let probe = try GradientProbe([x]) { network, values in
        let made = (0..<parts).map { part in
          let width = 15 / parts
          return network.dense(
            values[0],
            TrainedDenseLayer(weight: weight, bias: bias, outputs: part * width..<(part + 1) * width))
        }
        return parts == 1 ? made[0] : network.concatenate(made)
      }
      let output = probe.output()
      return try [output] + probe.gradients(factors) + [weight.gradient.array, bias.gradient.array]
    }
    for (a, b) in zip(try gradients(3), try gradients(1)) { #expect(difference(a, b, .absolute(1e-5)) == nil) }
  }

  /// y = 2 a - b + 10 + what is added, for two values through one layer: the gradients of both add up.
  @Test func denseByHand() throws {
    let (weight, bias) = (Self.parameter("w", [1, 2], [2, -1]), Self.parameter("b", [1], [10]))
    let inputs = [
      Input(.one, channels: 2, [3, 4]), Input(.one, channels: 2, [5, 6]), Input(.one, channels: 1, [100]),
    ]
    let layer = TrainedDenseLayer(weight: weight, bias: bias)
    let probe = try GradientProbe(inputs) { network, values in
      let first = network.dense(values[0], layer, adding: values[2])
      return network.dense(values[1], layer, adding: first)
    }
    #expect(probe.output() == [12 + 100 + 14])
    #expect(try probe.gradients([1]) == [[2, -1], [2, -1], [1]])
    #expect(weight.gradient.array == [8, 10] && bias.gradient.array == [2])
    // Changed weights are packed anew.
    weight.value.mutableValues[0] = 3
    weight.hasChanged()
    #expect(probe.output() == [126 + 3 + 5])
    #expect(try probe.gradients([1])[0] == [3, -1])
  }

  @Test func whatIsAddedMustFit() {
    let layer = TrainedDenseLayer(weight: Self.parameter("w", [3, 2]))
    #expect(throws: NetworkError.self) {
      try GradientProbe([Input(.one, channels: 2, seed: 1), Input(.one, channels: 2, seed: 2)]) { network, values in
        network.dense(values[0], layer, adding: values[1])
      }
    }
  }

  /// Heads that share a kernel: its gradient is the sum of those that each would have.
  @Test func sharedKernels() throws {
    let shape = ConvolutionShape(
      6, 6, kernel: Extent3(3, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(1, 1, 1), groups: 6)
    let x = Input(Extent3(3, 4, 5), channels: 6, seed: 30)
    let shared = Self.parameter("shared", [2, 1, 3, 3, 3])
    let apart = Self.parameter("apart", [6, 1, 3, 3, 3], (0..<3).flatMap { _ in shared.value.array })
    func gradients(_ weight: Parameter) throws -> [[Float]] {
      let probe = try GradientProbe([x]) { $0.convolution($1[0], shape, training: weight) }
      let output = probe.output()
      return try [output] + probe.gradients(drawnNumbers(output.count, seed: 31))
    }
    for (a, b) in zip(try gradients(shared), try gradients(apart)) { #expect(difference(a, b, .absolute(1e-5)) == nil) }
    let sums = (0..<54).map { index in (0..<3).reduce(Float(0)) { $0 + apart.gradient.values[index + 54 * $1] } }
    #expect(difference(shared.gradient.array, sums, .absolute(1e-4)) == nil)
  }

  // MARK: Positions and tokens

  /// Places' vectors and frames', a frame's after the other's: the gradients are sums over frames, and over places.
  @Test func separatePositions() throws {
    let (space, time) = (Self.parameter("s", [2, 1], [1, 2]), Self.parameter("t", [3, 1], [10, 20, 30]))
    let probe = try GradientProbe([Input(Extent3(3, 1, 2), channels: 1, [0, 0, 0, 0, 0, 100])], batch: 2) {
      let parts = [VectorPart(space.value, space, count: 2), VectorPart(time.value, time, divisor: 2, count: 3)]
      return $0.add(PositionEmbedding(parts, channels: 1, extent: Extent3(3, 1, 2)), $1)
    }
    #expect(probe.output() == [11, 12, 21, 22, 31, 132, 11, 12, 21, 22, 31, 132])
    let found = try probe.gradients([1, 2, 3, 4, 5, 6, 100, 200, 300, 400, 500, 600])
    #expect(found == [[101, 202, 303, 404, 505, 606]])
    #expect(space.gradient.array == [909, 1212] && time.gradient.array == [303, 707, 1111])
    // As the vectors are when they are added.
    space.value.mutableValues[0] = 5
    #expect(probe.output().prefix(2) == [15, 12])
  }

  /// Half of what a token that is twice a row has for a gradient; the map that gives the batch has none.
  @Test func tokens() throws {
    let (token, table) = (
      Self.parameter("c", [1, 2], [1, 2]), Self.parameter("p", [3, 2], [10, 20, 30, 40, 50, 60])
    )
    let probe = try GradientProbe([Input(Extent3(1, 1, 2), channels: 2, seed: 1)], batch: 2) { network, values in
      let parts = [
        VectorPart(token.value, token, count: 1), VectorPart(table.value, table, first: 1, count: 1, factor: 2),
      ]
      return network.add(ConstantToken(parts, channels: 2), values)
    }
    #expect(probe.output() == [61, 82, 61, 82])
    #expect(try probe.gradients([1, 2, 30, 40]) == [[0, 0, 0, 0]])
    #expect(token.gradient.array == [31, 42] && table.gradient.array == [0, 0, 62, 84, 0, 0])
  }

  /// A table for another map: what goes forwards as W v comes back as the transposed W.
  @Test(arguments: [PositionResizing.linear, .cubic]) func resizedPositions(_ resizing: PositionResizing) throws {
    let (own, map) = (Extent3(2, 4, 3), Extent3(2, 6, 5))
    let table = Self.parameter("resized", [own.count, 3])
    let zeros = Input(map, channels: 3, [Float](repeating: 0, count: map.count * 3))
    let probe = try GradientProbe([zeros]) {
      let part = VectorPart(table.value, table, count: own.count)
      return $0.add(PositionEmbedding([part], channels: 3, extent: own, resizing: resizing), $1)
    }
    let factors = drawnNumbers(map.count * 3, seed: 40)
    let forwards = zip(probe.output(), factors).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    _ = try probe.gradients(factors)
    let back = zip(table.value.values, table.gradient.values).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    #expect(abs(forwards - back) < 1e-5 && abs(back) > 1e-2)
  }

  // MARK: Drop path

  /// Branches of one number are left out together, those of others not; what is kept counts more.
  @Test func dropPath() throws {
    let items = 200
    func probe(_ numbers: [Int]) throws -> GradientProbe {
      let inputs = numbers.map { _ in Input(.one, channels: 1, [3]) } + [Input(.one, channels: 1, [100])]
      return try GradientProbe(inputs, batch: items) { network, values in
        let sums = numbers.indices.map {
          network.dropPath(values[$0], addedTo: values[numbers.count], probability: 0.25, number: numbers[$0])
        }
        return network.concatenate(sums)
      }
    }
    let both = try probe([4, 4, 5])
    let first = both.output(seed: 1)
    let columns = (0..<3).map { column in (0..<items).map { first[3 * $0 + column] } }
    #expect(Set(first) == [100, 104] && columns[0] == columns[1] && columns[0] != columns[2])
    #expect(abs(columns[0].filter { $0 == 100 }.count - items / 4) < 25)
    #expect(both.output(seed: 1) == first && both.output(seed: 2) != first)
    // What was left out has no gradient, the shortcut has all of it.
    let found = try both.gradients([Float](repeating: 1, count: 3 * items), seed: 1)
    for column in 0..<3 {
      let expected = columns[column].reduce(0) { $0 + ($1 - 100) / 3 }
      #expect(difference(found[column], [expected], .absolute(1e-2)) == nil)
    }
    #expect(found[3] == [Float(3 * items)])
  }

  // MARK: Two maps

  @Test(arguments: [
    (StreamFusion.sum, [Float(1), 10, 100], [Float(1), 10, 100]), (.mean, [0.5, 5, 50], [0.5, 5, 50]),
    (.maximum, [0, 10, 100], [1, 0, 0]), (.minimum, [1, 0, 100], [0, 10, 0]),
  ])
  func fusions(_ kind: StreamFusion, _ first: [Float], _ second: [Float]) throws {
    // Less, more, and equal.
    let inputs = [Input(.one, channels: 3, [1, 5, 7]), Input(.one, channels: 3, [2, 4, 7])]
    let probe = try GradientProbe(inputs) { $0.add(kind, $1) }
    #expect(try probe.gradients([1, 10, 100]) == [first, second])
  }
}
