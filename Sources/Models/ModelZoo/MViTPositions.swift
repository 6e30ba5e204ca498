internal import Checkpoint
internal import Glibc
internal import NN
internal import Tensors
internal import VideoModels

/// The class token and the absolute positions of an MViT, as tables for the network.
struct MViTPositions {
  /// [T x H x W, channels]; nil where there are none.
  let map: Tensor?
  /// With its position; nil where there is no class token.
  let classToken: [Float]?

  init(_ network: MViTBackbone, _ weights: WeightReader) {
    let (width, grid) = (network.width, network.grid)
    func rows(_ name: String, _ count: Int, _ resized: ((Tensor) -> Tensor?)? = nil) -> Tensor {
      let shape = [1, count, width]
      return weights.tensor(name, shape, hint: MViTNames.widthKey, resized: resized) ?? Tensor(zeros: shape)
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
      let joint = rows(MViTNames.joint, grid.count + first)
      let factor: Float = network.positions == .joint ? 1 : 2
      for i in 0..<table.count { table.mutableValues[i] = factor * joint.values[first * width + i] }
      if network.hasClassToken { addToToken(Array(joint.array.prefix(width)), times: factor) }
      map = table
    case .separate:
      let space = rows(MViTNames.space, area) { resizedSpace($0, to: grid, width) }
      let time = rows(MViTNames.time, grid.t) { file in
        guard file.shape.count == 3, file.shape[0] == 1, file.shape[2] == width else { return nil }
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
    }
    classToken = token
  }
}

/// Positions of a square of other sides, [1, side x side, width]: cubic between the middles of places; nil where they are of
/// no square.
///
/// Source: PyTorch's bicubic interpolation, whose kernel has a = -0.75.
func resizedSpace(_ file: Tensor, to grid: Extent3, _ width: Int) -> Tensor? {
  guard file.shape.count == 3, file.shape[0] == 1, file.shape[2] == width, file.shape[1] > 0 else { return nil }
  let side = Int(Double(file.shape[1]).squareRoot().rounded())
  guard side * side == file.shape[1] else { return nil }
  let result = Tensor(zeros: [1, grid.h * grid.w, width])
  func taps(_ index: Int, of length: Int) -> [(place: Int, weight: Float)] {
    let x = (Float(index) + 0.5) * (Float(side) / Float(length)) - 0.5
    let first = x.rounded(.down)
    let share = x - first
    return (-1...2).map { tap in
      (min(side - 1, max(0, Int(first) + tap)), cubicWeight(abs(share - Float(tap))))
    }
  }
  for y in 0..<grid.h {
    let lines = taps(y, of: grid.h)
    for x in 0..<grid.w {
      let columns = taps(x, of: grid.w)
      for c in 0..<width {
        var sum: Float = 0
        for line in lines {
          var row: Float = 0
          for column in columns {
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

private func cubicWeight(_ distance: Float) -> Float {
  let a: Float = -0.75
  if distance <= 1 { return ((a + 2) * distance - (a + 3)) * distance * distance + 1 }
  return ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
}
