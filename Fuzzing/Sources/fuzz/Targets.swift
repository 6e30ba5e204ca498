import AVARecords
import BoxFiles
import Checkpoint
import Configuration
import Files
import ImageFiles
import Imaging
import ModelZoo
import Tensors
import TrackRecords
import Video

/// A reader of strangers' bytes, and what the fuzzer's bytes become before it sees them.
struct FuzzTarget {
  let name: String
  var wrap: ([UInt8]) -> [UInt8] = { $0 }
  /// Reads the file at a path; what it throws is a right answer.
  let read: (String) throws -> Void
}

nonisolated(unsafe) let targets: [FuzzTarget] = [
  // Plain and legacy pickles as they stand, then torch's with storages beside them.
  FuzzTarget(name: "unpickler", read: readWeights),
  FuzzTarget(name: "torchpickle", wrap: torchArchive, read: readWeights),
  FuzzTarget(name: "zip", read: readWeights),
  FuzzTarget(name: "safetensors", read: readWeights),
  FuzzTarget(name: "graph", read: readWeights),
  FuzzTarget(name: "json", wrap: safetensorsFile, read: readWeights),
  FuzzTarget(name: "npy") { _ = try Tensor(npy: $0) },
  FuzzTarget(name: "yaml") { _ = try Configuration.load(path: $0, rules: ModelRules()).notices },
  FuzzTarget(name: "detections") { path in
    _ = try DetectionTable.survey(path: path)
    _ = try DetectionTable.read(path: path).counts.notices("the file")
  },
  FuzzTarget(name: "groundtruth") { _ = try GroundTruthTable.read(path: $0).counts.notices("the file") },
  FuzzTarget(name: "proposals") { path in
    _ = try ProposalList.read(paths: [path], scoreThreshold: 0.8, times: .any)
    let known = try ProposalList.read(paths: [path], scoreThreshold: 0.8, listedVideos: ["v"])
    _ = known.summary.notices(scoreThreshold: 0.8)
  },
  FuzzTarget(name: "boxes", read: readBoxes),
  FuzzTarget(name: "tracks") { path in
    for video in try TrackFile(paths: [path]).videos {
      for track in video.tracks { _ = track.box(at: 1) }
    }
  },
  FuzzTarget(name: "framelist") { path in
    for video in try FrameList.read(paths: [path], frameFolder: "frames").videos {
      for frame in 0..<video.count { _ = video.path(ofFrame: frame) }
    }
  },
  FuzzTarget(name: "labelmap") { path in
    let map = try LabelMap.read(path: path)
    for label in map.labels { if map.name(of: label.id) != label.name { fatalError("a label that is not found") } }
  },
  FuzzTarget(name: "exclusions") { _ = try ExcludedTimestamps.read(path: $0).count },
  FuzzTarget(name: "videolist", read: readVideoList),
  FuzzTarget(name: "datasets", read: readDatasets),
  FuzzTarget(name: "predictions", read: readPredictions),
  FuzzTarget(name: "journal", wrap: journalFile, read: readJournal),
  FuzzTarget(name: "jpeg") { _ = try readImage(path: $0) },
  FuzzTarget(name: "png") { _ = try readImage(path: $0) },
  FuzzTarget(name: "video") { path in
    let video = try VideoReader(path: path)
    _ = video.info.describe
    for number in [0, video.frameCount - 1, video.nearest(to: video.duration / 2)] { _ = try video.frame(at: number) }
  },
]

/// Opens a file of weights, describes it and reads its first small tensors: a view may name one number a million times.
private func readWeights(_ path: String) throws {
  let checkpoint = try Checkpoint(path: path, naming: PySlowFastNames())
  _ = describe(checkpoint)
  for entry in checkpoint.entries.prefix(8) where entry.count < 4096 { _ = try checkpoint.tensor(entry.name) }
}
