internal import Augmentation
internal import TrainingData

/// A data set some of whose samples come several times in an epoch.
struct RepeatedSamples: TrainingDataset {
  let base: AVATraining
  let indices: [Int]

  var count: Int { indices.count }
  var notices: [String] { base.notices }

  func name(of index: Int) -> String { base.name(of: indices[index]) }

  func examples(_ index: Int, _ shape: SampleShape, _ draws: inout SeededDraws) throws -> [TrainingExample] {
    try base.examples(indices[index], shape, &draws)
  }
}
