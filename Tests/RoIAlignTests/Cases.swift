import Kernels
import Parallel
import RoIAlign
import Tensors

/// One call of RoIAlign, made from a seed: what a failure line names is enough to make it again.
struct SeededCase: CustomStringConvertible {
  let seed: UInt64
  let aligner: RoIAligner
  let features: FeaturePlane
  let regions: [Region]

  init(seed: UInt64) throws {
    self.seed = seed
    var generator = SeededGenerator(seed: seed)
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    let channels = pick(0...2) == 0 ? pick(100...300) : pick(1...40)
    let pitch = channels + (pick(0...1) == 0 ? 0 : pick(1...9))
    let (batch, height, width) = (pick(1...3), pick(1...18), pick(1...18))
    let (frames, offset) = (max(1, pick(-3...5)), pick(0...5))
    let storage = Storage(count: offset + batch * frames * height * width * pitch)
    for index in 0..<storage.count { storage.pointer[index] = Float(generator.uniform(-1, 1)) }
    features = FeaturePlane(
      storage: storage, offset: offset, batch: batch, frames: frames, height: height, width: width, channels: channels,
      pitch: pitch)
    aligner = try RoIAligner(
      resolution: pick(1...8), spatialScale: [1, 0.5, 1 / 16, 0.3][pick(0...3)],
      grid: pick(0...1) == 0 ? .legacy : .halfPixel, samplingRatio: pick(0...1) == 0 ? .adaptive : .fixed(pick(1...4)))
    let scale = Double(aligner.spatialScale)
    regions = (0..<pick(0...6)).map { _ in
      // Corners up to half a frame outside, in any order.
      let x = (0..<2).map { _ in Float(generator.uniform(-0.5, 1.5) * Double(width) / scale) }
      let y = (0..<2).map { _ in Float(generator.uniform(-0.5, 1.5) * Double(height) / scale) }
      let inverted = generator.uniform() < 0.15
      return Region(
        batchIndex: Int.random(in: 0..<batch, using: &generator),
        x1: inverted ? x[0] : min(x[0], x[1]), y1: min(y[0], y[1]), x2: inverted ? x[1] : max(x[0], x[1]),
        y2: max(y[0], y[1]))
    }
  }

  var description: String {
    "seed \(seed): features \(features.batch)x\(features.frames)x\(features.height)x\(features.width)x\(features.channels), pitch "
      + "\(features.pitch), \(aligner), \(regions)"
  }
}

let everyTable: [KernelTable] = InstructionSet.available.map { try! KernelTable($0) }
let onePool = WorkerPool(threads: 1)

/// Features [1, H, W, C] of a function of channel, row and column.
func features(_ height: Int, _ width: Int, _ channels: Int = 1, _ value: (Int, Int, Int) -> Float) -> FeaturePlane {
  let tensor = Tensor(zeros: [1, height, width, channels])
  for y in 0..<height {
    for x in 0..<width {
      for c in 0..<channels { tensor.mutableValues[(y * width + x) * channels + c] = value(c, y, x) }
    }
  }
  return FeaturePlane(tensor)
}

/// Seeded features [1, H, W, C] in -1 ..< 1.
func seededFeatures(_ seed: UInt64, _ height: Int, _ width: Int, _ channels: Int) -> FeaturePlane {
  var generator = SeededGenerator(seed: seed)
  return features(height, width, channels) { _, _, _ in Float(generator.uniform(-1, 1)) }
}

func box(_ x1: Float, _ y1: Float, _ x2: Float, _ y2: Float) -> Region {
  Region(batchIndex: 0, x1: x1, y1: y1, x2: x2, y2: y2)
}
