import ClassificationEval
import Classify
import Configuration
import Files
import Glibc
import Statistics
import VideoLists

// What tests of whole videos read: lists of videos with their classes, and predictions.

/// Where the data sets' files stand under the names that they are looked for by.
private let listsFolder: String = {
  let path = "/dev/shm/fuzz-\(getpid())"
  try? makeFolder(path)
  atexit {
    for name in listNames { unlink(joinPath(listsFolder, name)) }
    rmdir(listsFolder)
  }
  return path
}()

private let listNames = [
  "something-something-v2-labels.json", "something-something-v2-validation.json", "val.csv", "test.json",
]

private let listConfigurations: [Configuration] = ["charades", "ssv2", "imagenet"].map { name in
  var config = Configuration.defaults
  try! config.apply(overrides: [
    "TEST.DATASET", name, "DATA.PATH_TO_DATA_DIR", listsFolder, "DATA.PATH_TO_PRELOAD_IMDB", listsFolder,
    "DATA.MULTI_LABEL", name == "charades" ? "True" : "False", "MODEL.NUM_CLASSES", "8",
  ])
  return config
}

/// Reads the data sets whose files are the pieces of the input between form feeds: Something-Something's classes and videos,
/// the frame list of both data sets that have one, ImageNet's list.
func readDatasets(_ path: String) throws {
  let pieces = try readFile(path, doing: "splitting the input").split(
    separator: 0x0C, maxSplits: listNames.count - 1, omittingEmptySubsequences: false)
  for (number, name) in listNames.enumerated() {
    try writeFile(
      joinPath(listsFolder, name), number < pieces.count ? String(decoding: pieces[number], as: UTF8.self) : "")
  }
  var fault: (any Error)?
  for config in listConfigurations {
    do {
      let dataset = try ClipDatasets.read(config)
      _ = dataset.notices
      for video in dataset.list.videos.prefix(64) { check(video) }
      for name in dataset.list.names.prefix(8) { _ = dataset.path(of: name) }
    } catch {
      if "\(error)".isEmpty { fatalError("an error without a text") }
      fault = error
    }
  }
  if let fault { throw fault }
}

private func check(_ video: VideoList.Video) {
  if video.labels?.allSatisfy({ (0..<8).contains($0) }) == false { fatalError("a class that the network has not") }
}

/// Reads a list of videos between whose columns stands a space, and one with commas.
func readVideoList(_ path: String) throws {
  for separator in [" ", ","] {
    let list = try? VideoList(path: path, separator: separator, prefix: "", classes: 8)
    for video in list?.videos.prefix(64) ?? [] { check(video) }
  }
  _ = try VideoList(path: path, separator: " ", prefix: "", classes: 8)
}

/// Reads predictions in whatever form they are, and evaluates few of them.
func readPredictions(_ path: String) throws {
  let found = try Predictions(path: path)
  if found.names.count != found.scores.count || found.labels.count != found.scores.count {
    fatalError("predictions of different length")
  }
  // Arrays may claim more classes than the evaluation's matrix is meant for.
  if found.scores.count > 64 || found.classes > 64 { return }
  _ = try PredictionEvaluation(found, Resampling(count: 3))
}
