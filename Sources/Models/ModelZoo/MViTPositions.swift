internal import Checkpoint
internal import Configuration
internal import Glibc
internal import Kernels
internal import NN
internal import Tensors
internal import VideoModels

/// The class token and the absolute positions of an MViT, as what its embedding is the sum of.
struct MViTPositions {
  /// Empty where there are no positions.
  let map: [VectorPart]
  /// The token, and its position; empty where there is no class token.
  let classToken: [VectorPart]

  /// What becomes of a table of positions of other places, as PySlowFast has it.
  static let stretching = "stretched to this network's positions"

  init(_ network: MViTBackbone, _ builder: inout NetworkBuilder) {
    let (width, grid) = (network.width, network.grid)
    func rows(
      _ builder: inout NetworkBuilder, _ name: String, _ count: Int, key: String = Key.dataTrainCropSize.name,
      _ stretched: ((Tensor) -> Tensor?)? = nil
    ) -> LayerTensor {
      builder.layerTensor(
        builder.weights, name, [1, count, width], hint: key, kernelHint: MViTNames.widthKey,
        change: stretched.map { WeightChange(Self.stretching, make: $0) })
    }
    let area = grid.h * grid.w
    var token: [VectorPart] = []
    if network.hasClassToken { token.append(rows(&builder, MViTNames.classToken, 1).part(count: 1)) }
    switch network.positions {
    case .none:
      map = []
    case .joint, .jointTwice:
      let first = network.hasClassToken ? 1 : 0
      let joint =
        Self.ofClips(network, builder.weights).map { builder.layerTensor(made: $0, builder.weights, MViTNames.joint) }
        ?? rows(&builder, MViTNames.joint, grid.count + first)
      // PySlowFast does not train the fixed ones.
      if network.positions == .jointTwice { joint.parameter?.isTrained = false }
      let factor: Float = network.positions == .joint ? 1 : 2
      if network.hasClassToken { token.append(joint.part(count: 1, factor: factor)) }
      map = [joint.part(first: first, count: grid.count, factor: factor)]
    case .separate:
      let space = rows(&builder, MViTNames.space, area) { resizedSpace($0, to: grid, width) }
      let time = rows(&builder, MViTNames.time, grid.t, key: Key.dataNumFrames.name) { file in
        guard file.shape.count == 3, file.shape[0] == 1, file.shape[1] > 0, file.shape[2] == width else { return nil }
        return RelativePositions.stretched(file.reshaped([file.shape[1], width]), to: grid.t)
          .reshaped([1, grid.t, width])
      }
      if network.hasClassToken { token.append(rows(&builder, MViTNames.classPosition, 1).part(count: 1)) }
      map = [space.part(count: area), time.part(divisor: area, count: grid.t)]
    case .sines:
      map = [VectorPart(Self.sines(grid.count, width), count: grid.count)]
    }
    classToken = token
  }

  /// Where a network of pictures begins with weights of clips: the class token's position and those of a frame's places,
  /// as one table; nil where the file has no such tables, or they are of another size.
  private static func ofClips(_ network: MViTBackbone, _ weights: WeightReader) -> Tensor? {
    guard network.convertsKernels, network.patch.kernel.t == 1, !weights.has(MViTNames.joint),
      weights.has(MViTNames.space)
    else { return nil }
    let (width, area) = (network.width, network.grid.count)
    func rows(_ name: String, _ count: Int) -> [Float]? {
      weights.tensor(name, [1, count, width], hint: Key.dataTrainCropSize.name, kernelHint: MViTNames.widthKey)?.array
    }
    let token = network.hasClassToken ? rows(MViTNames.classPosition, 1) : []
    guard let token, let space = rows(MViTNames.space, area) else { return nil }
    let shape = [1, (token.count + space.count) / width, width]
    weights.recordMade(
      MViTNames.joint, shape,
      words: "made of the class token's position and those of a frame's places, as a training begins "
        + "(\(Key.trainCheckpointInInit.name))")
    return Tensor(shape, token + space)
  }

  /// Sines of even channels and cosines of odd ones, of a token's number in wavelengths that grow from channel to channel.
  ///
  /// Source: Vaswani et al., "Attention Is All You Need", 2017.
  static func sines(_ count: Int, _ width: Int) -> Tensor {
    let table = Tensor(zeros: [count, width])
    for c in 0..<width {
      let rate = pow(10_000, -Double(c / 2 * 2) / Double(width))
      for token in 0..<count {
        let angle = Double(token) * rate
        table.mutableValues[token * width + c] = Float(c % 2 == 0 ? sin(angle) : cos(angle))
      }
    }
    return table
  }
}

/// Positions of a square of other sides, [1, side x side, width]: cubic between the middles of places; nil where they are of
/// no square.
func resizedSpace(_ file: Tensor, to grid: Extent3, _ width: Int) -> Tensor? {
  guard file.shape.count == 3, file.shape[0] == 1, file.shape[2] == width, file.shape[1] > 0 else { return nil }
  let side = Int(Double(file.shape[1]).squareRoot().rounded())
  guard side * side == file.shape[1] else { return nil }
  let result = Tensor(zeros: [1, grid.h * grid.w, width])
  let lines = PositionResizing.cubic.taps(from: side, to: grid.h)
  let columns = PositionResizing.cubic.taps(from: side, to: grid.w)
  for y in 0..<grid.h {
    for x in 0..<grid.w {
      for c in 0..<width {
        var sum: Float = 0
        for line in lines[y] {
          var row: Float = 0
          for column in columns[x] {
            row += column.weight * file.values[(line.place * side + column.place) * width + c]
          }
          sum += line.weight * row
        }
        result.mutableValues[(y * grid.w + x) * width + c] = sum
      }
    }
  }
  return result
}
