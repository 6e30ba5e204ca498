internal import Checkpoint
internal import Configuration
internal import Glibc
internal import Kernels
internal import NN
internal import Tensors
internal import VideoModels

/// The class token and the absolute positions of an MViT, as tables for the network.
struct MViTPositions {
  /// [T x H x W, channels]; nil where there are none.
  let map: Tensor?
  /// With its position; nil where there is no class token.
  let classToken: [Float]?

  /// What becomes of a table of positions of other places, as PySlowFast has it.
  static let stretching = "stretched to this network's positions"

  init(_ network: MViTBackbone, _ weights: WeightReader) {
    let (width, grid) = (network.width, network.grid)
    func rows(
      _ name: String, _ count: Int, key: String = Key.dataTrainCropSize.name, _ stretched: ((Tensor) -> Tensor?)? = nil
    ) -> Tensor {
      let shape = [1, count, width]
      let change = stretched.map { WeightChange(Self.stretching, make: $0) }
      return weights.tensor(name, shape, hint: key, kernelHint: MViTNames.widthKey, change: change)
        ?? Tensor(zeros: shape)
    }
    var token = network.hasClassToken ? rows(MViTNames.classToken, 1).array : nil
    func addToToken(_ position: [Float], times factor: Float = 1) {
      token = token.map { zip($0, position).map { $0 + factor * $1 } }
    }
    let table = Tensor(zeros: [grid.count, width])
    let area = grid.h * grid.w
    switch network.positions {
    case .none:
      map = nil
    case .joint, .jointTwice:
      let first = network.hasClassToken ? 1 : 0
      let joint = Self.ofClips(network, weights) ?? rows(MViTNames.joint, grid.count + first)
      let factor: Float = network.positions == .joint ? 1 : 2
      for i in 0..<table.count { table.mutableValues[i] = factor * joint.values[first * width + i] }
      if network.hasClassToken { addToToken(Array(joint.array.prefix(width)), times: factor) }
      map = table
    case .separate:
      let space = rows(MViTNames.space, area) { resizedSpace($0, to: grid, width) }
      let time = rows(MViTNames.time, grid.t, key: Key.dataNumFrames.name) { file in
        guard file.shape.count == 3, file.shape[0] == 1, file.shape[1] > 0, file.shape[2] == width else { return nil }
        return RelativePositions.stretched(file.reshaped([file.shape[1], width]), to: grid.t)
          .reshaped([1, grid.t, width])
      }
      for position in 0..<grid.count {
        for c in 0..<width {
          table.mutableValues[position * width + c] =
            space.values[position % area * width + c] + time.values[position / area * width + c]
        }
      }
      if network.hasClassToken { addToToken(rows(MViTNames.classPosition, 1).array) }
      map = table
    case .sines:
      map = Self.sines(grid.count, width)
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
