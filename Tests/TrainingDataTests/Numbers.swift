import Augmentation
import Geometry
import Optimization
import Tensors
import TrainingData

/// Samples that are their own numbers, some of them unreadable.
struct Numbers: TrainingDataset {
  struct Scratch: Error, CustomStringConvertible {
    let description = "a scratch"
  }

  let count: Int
  var examplesPerSample = 1
  var unreadable: Set<Int> = []
  /// How long each takes to read, in seconds.
  var delay = 0.0
  var notices: [String] { [] }

  func name(of index: Int) -> String { "video\(index).mp4" }

  /// A clip whose first value is the sample's number, and the second one drawn.
  func examples(_ index: Int, _ shape: SampleShape, _ draws: inout SeededDraws) throws -> [TrainingExample] {
    if delay > 0 { pause(delay) }
    if unreadable.contains(index) { throw Scratch() }
    return (0..<examplesPerSample).map { number in
      var own = draws.stream(number)
      let clip = FeatureMap(zeros: 1, Extent3(shape.frames, shape.crop, shape.crop), channels: 3)
      clip.start[0] = Float(index)
      clip.start[1] = Float(own.uniform())
      return TrainingExample(clip: clip, targets: .classes([index % 4]))
    }
  }
}

let small = SampleShape(frames: 2, rates: 1...1, crop: 4, shortSides: 4...4)

/// The batches of an epoch, all of them.
func load(_ loader: BatchLoader) throws -> [TrainingBatch] {
  var batches: [TrainingBatch] = []
  while let batch = try loader.next() { batches.append(batch) }
  return batches
}

extension TrainingBatch {
  /// All numbers of the clips.
  var values: [Float] { Array(UnsafeBufferPointer(start: clip.start, count: clip.positions * clip.channels)) }
}
